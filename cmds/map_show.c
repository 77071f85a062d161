/* SPDX-License-Identifier: Apache-2.0 */
/* map show: tables as a list of merged mappings, with what lies there. */
#include <inttypes.h>
#include <string.h>

#include "cmds/map_show.h"
#include "mm/pt_desc.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"

/* RAM is mapped at its physical address, but the monitor's image at its own only. */
static int read_entry(void *context, paddr_t pa, uint64_t *out)
{
    const struct range image = arch_image();
    unsigned count;
    const struct arch_part *parts = arch_parts(&count);
    vaddr_t va = range_has(image, pa) ? parts[0].va.start + (pa - image.start) : pa;

    (void)context;
    *out = arch_peek(va, sizeof(*out));
    return ERR_OK;
}

static paddr_t root_of(uint64_t ttbr)
{
    return ttbr & MASK(47, 12);
}

struct pt_view map_boot_view(const struct monitor *m, bool upper)
{
    const struct handover *h = &m->boot.now->plan.handover;

    return (struct pt_view){
        .read = read_entry,
        .root = root_of(upper ? h->ttbr1 : h->ttbr0),
        .el2 = h->el == 2,
        .upper = upper,
    };
}

struct pt_view map_live_view(const struct monitor *m, bool upper)
{
    struct arch_mmu_state state;

    arch_mmu_state(&state);
    return (struct pt_view){
        .read = read_entry,
        .root = root_of(upper ? state.ttbr1 : state.ttbr0),
        .el2 = m->board.cpu.el == 2,
        .upper = upper,
    };
}

int map_need_tables(const struct monitor *m, struct diag *d)
{
    int err = boot_need_tables(&m->boot, d);

    if (!err && !m->boot.progress.mapped)
        err = diag_set(d, ERR_STATE, "the boot tables are not built; use map first");
    return err;
}

const char *map_boot_state(const struct monitor *m)
{
    if (m->boot.now->plan.protocol != PROTOCOL_NONE && !m->boot.now->plan.handover.mmu)
        return "none, the kernel is entered with the MMU off";
    if (m->boot.progress.mmu_on)
        return "in force";
    return m->boot.progress.mapped ? "built, not in force" : "not built";
}

void map_print_heading(struct console *con)
{
    console_printf(con, "%-18s %-18s %11s  ATTRIBUTES\n", "VIRTUAL", "PHYSICAL", "SIZE");
}

void map_print_run(struct console *con, const struct pt_run *run, const char *name)
{
    char size[TEXT_SIZE_BYTES], attributes[48];

    text_size(size, sizeof(size), run->size);
    pt_leaf_describe(&run->leaf, attributes, sizeof(attributes));
    console_printf(con, "0x%016" PRIx64 " 0x%016" PRIx64 " %11s  %s%s%s\n", run->va, run->pa, size,
                   attributes, *name ? "  " : "", name);
}

/* What @run is for: a mapping of the plan, a part of the monitor, or what lies there. */
static const char *name_of(const struct monitor *m, const struct pt_run *run)
{
    unsigned count;
    const struct arch_part *parts = arch_parts(&count);

    for (unsigned i = 0; i < plan_mapping_count(&m->boot.now->plan); i++) {
        const struct plan_mapping mapping = plan_mapping(&m->boot.now->plan, i);

        if (run->va == mapping.va && run->pa == mapping.pa)
            return mapping.name;
    }
    for (unsigned i = 0; i < count; i++) {
        if (range_has(parts[i].va, run->va))
            return parts[i].name;
    }
    if (range_has(arch_image(), run->pa))
        return "monitor";
    return run->leaf.attr_index <= MMU_ATTR_DEVICE_GRE ? "devices" : "RAM";
}

static int show_run(void *context, const struct pt_run *run)
{
    struct monitor *m = context;

    map_print_run(&m->con, run, name_of(m, run));
    return console_interrupted(&m->con) ? ERR_INTERRUPTED : ERR_OK;
}

static int show_tables(struct monitor *m, struct pt_view (*view_of)(const struct monitor *, bool),
                       const char *what)
{
    struct pt_view lower = view_of(m, false), upper = view_of(m, true);
    int err;

    console_printf(&m->con, "%s, root%s at 0x%" PRIx64, what, upper.root ? "s" : "", lower.root);
    if (upper.root)
        console_printf(&m->con, " and 0x%" PRIx64, upper.root);
    console_printf(&m->con, "\n");
    map_print_heading(&m->con);
    err = pt_runs(&lower, show_run, m);
    if (!err && upper.root)
        err = pt_runs(&upper, show_run, m);
    return err;
}

int map_show(struct monitor *m, int argc, char **argv, struct diag *d)
{
    bool monitor = argc == 2 && !strcmp(argv[1], "monitor");
    int err;

    if (argc > 2 || (argc == 2 && !monitor && strcmp(argv[1], "boot")))
        return diag_set(d, ERR_USAGE, "map show takes boot or monitor");
    if (monitor)
        return show_tables(m, map_live_view, "monitor's tables, live");
    err = map_need_tables(m, d);
    if (err)
        return err;
    return show_tables(m, map_boot_view,
                       m->boot.progress.mmu_on ? "boot tables, in force"
                                               : "boot tables, not in force");
}
