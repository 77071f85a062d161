/* SPDX-License-Identifier: Apache-2.0 */
/* map walk: one translation, by software and by the CPU itself. */
#include <inttypes.h>
#include <string.h>

#include "cmds/map_show.h"
#include "cmds/map_walk.h"
#include "mm/par.h"
#include "mm/pt_desc.h"
#include "monitor/base/text.h"

/* One look-up: in which tables, and how the CPU can be asked about them. */
struct lookup {
    vaddr_t va;
    bool boot; /* in the boot tables */
    bool live; /* the CPU walks these tables for this address */
    enum arch_regime regime;
    uint64_t mair;
    const char *instruction;
};

static bool is_upper(vaddr_t va)
{
    return va >= PT_UPPER_BASE;
}

/* Where the boot tables are in force, but only for some addresses, the others wait for the jump. */
static bool boot_tables_live(const struct monitor *m, vaddr_t va)
{
    const struct handover *h = &m->boot.now->plan.handover;

    if (!m->boot.progress.mmu_on)
        return false;
    if (h->el != m->board.cpu.el)
        return true;
    return h->el == 2 ? pt_index(va, 0) == pt_index(h->entry, 0) : is_upper(va);
}

static void choose_cpu(const struct monitor *m, struct lookup *l)
{
    struct arch_mmu_state state;

    arch_mmu_state(&state);
    l->live = !l->boot || boot_tables_live(m, l->va);
    l->regime = l->boot && m->boot.now->plan.handover.el != m->board.cpu.el ? ARCH_REGIME_EL1
                                                                            : ARCH_REGIME_SELF;
    l->mair = l->boot ? m->boot.now->plan.handover.mair : state.mair;
    l->instruction =
        m->board.cpu.el == 2 && l->regime == ARCH_REGIME_SELF ? "AT S1E2R" : "AT S1E1R";
}

static int parse(const struct monitor *m, int argc, char **argv, struct lookup *l, struct diag *d)
{
    const char *option = argc == 3 ? argv[1] : "";
    bool boot = !strcmp(option, "-b"), monitor = !strcmp(option, "-m");
    int err;

    if (argc < 2 || argc > 3 || (argc == 3 && !boot && !monitor))
        return diag_set(d, ERR_USAGE, "map walk takes VA, with -b or -m before it");
    err = parse_number(argv[argc - 1], &l->va, d);
    if (err)
        return err;
    l->boot =
        boot || (!monitor && (is_upper(l->va) || range_has(m->boot.now->plan.kernel.va, l->va)));
    return l->boot ? map_need_tables(m, d) : ERR_OK;
}

static void print_step(struct console *con, const struct pt_step *step, bool el2)
{
    char text[64] = "invalid", size[TEXT_SIZE_BYTES];
    struct pt_leaf leaf;

    if (step->kind == PT_TABLE) {
        (void)text_copy(text, sizeof(text), "table");
    } else if (step->kind != PT_INVALID) {
        pt_leaf_decode(step->descriptor, el2, &leaf);
        pt_leaf_describe(&leaf, text, sizeof(text));
    }
    text_size(size, sizeof(size), pt_level_bytes(step->level));
    console_printf(con, "%5u  0x%016" PRIx64 " 0x%016" PRIx64 "  %s", step->level, step->entry,
                   step->descriptor, text);
    if (step->kind == PT_BLOCK || step->kind == PT_PAGE)
        console_printf(con, ", %s %s", size, step->kind == PT_BLOCK ? "block" : "page");
    console_printf(con, "\n");
}

static void print_answers(struct console *con, const struct lookup *l, const struct par *expected)
{
    char text[PAR_TEXT_BYTES];
    struct par answer;

    par_describe(expected, text);
    console_printf(con, "software:  %s\n", text);
    if (!l->live) {
        console_printf(con, "%s: not asked, these tables are not in force\n", l->instruction);
        return;
    }
    par_decode(arch_translate(l->regime, l->va), l->va, &answer);
    par_describe(&answer, text);
    console_printf(con, "%s: %s: %s\n", l->instruction, text,
                   par_agrees(&answer, expected) ? "agree" : "DISAGREE");
}

int map_walk(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct lookup l = {0};
    struct pt_view view;
    struct pt_walk walk;
    struct par expected;
    int err = parse(m, argc, argv, &l, d);

    if (err)
        return err;
    choose_cpu(m, &l);
    view = l.boot ? map_boot_view(m, is_upper(l.va)) : map_live_view(m, is_upper(l.va));
    if (!view.root || pt_walk(&view, l.va, &walk))
        return diag_set(d, ERR_RANGE, "0x%" PRIx64 " is not a virtual address at EL%d", l.va,
                        view.el2 ? 2 : 1);
    console_printf(&m->con, "%s at 0x%" PRIx64 "\nLEVEL  %-18s %-18s  MEANING\n",
                   l.boot ? "boot tables" : "monitor's tables", view.root, "ENTRY", "DESCRIPTOR");
    for (unsigned i = 0; i < walk.step_count; i++)
        print_step(&m->con, &walk.steps[i], view.el2);
    par_expect(&walk, view.el2, l.mair, &expected);
    print_answers(&m->con, &l, &expected);
    return ERR_OK;
}
