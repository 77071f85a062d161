/* SPDX-License-Identifier: Apache-2.0 */
/* boot: whatever is missing, then the jump. */
#include <inttypes.h>
#include <string.h>

#include "cmds/cmds.h"
#include "cmds/map_show.h"
#include "mm/pt_desc.h"
#include "monitor/base/text.h"
#include "monitor/boot/change.h"
#include "monitor/monitor.h"
#include "monitor/plan/preflight.h"
#include "monitor/sources/bootargs.h"

static void print_register(struct console *con, const char *name, uint64_t value, const char *what)
{
    console_printf(con, "  %-9s 0x%016" PRIx64 "  %s\n", name, value, what);
}

static void print_arguments(struct monitor *m, unsigned count, const char *meanings)
{
    char name[4] = "x0";

    print_register(&m->con, "pc", m->boot.now->plan.handover.entry, "kernel's entry");
    for (unsigned i = 0; i < count; i++) {
        name[1] = (char)('0' + i);
        print_register(&m->con, name, m->boot.now->plan.handover.x[i], text_pick(meanings, i));
    }
}

static void print_state(struct monitor *m)
{
    const struct handover *h = &m->boot.now->plan.handover;

    print_register(&m->con, "PSTATE", h->el == 2 ? 0x3c9 : 0x3c5, "DAIF masked, SP_ELx");
    print_register(&m->con, "TPIDR_EL1", 0, "core number");
}

static void print_sctlr(struct monitor *m)
{
    const struct handover *h = &m->boot.now->plan.handover;

    print_register(&m->con, "SCTLR", h->sctlr, h->el == 2 ? "SCTLR_EL2" : "SCTLR_EL1");
}

static void print_sel4(struct monitor *m)
{
    static const char arguments[] = "root task, physical start\0"
                                    "root task, physical end\0"
                                    "physical - virtual of the root task\0"
                                    "root task's entry\0"
                                    "DTB, physical\0"
                                    "DTB, bytes";
    const struct handover *h = &m->boot.now->plan.handover;
    struct console *con = &m->con;

    console_printf(con, "handover: seL4 at EL%" PRIu64 ", %" PRIu64 " core%s, MMU on\n", h->el,
                   h->core_count, h->core_count == 1 ? "" : "s");
    print_arguments(m, 6, arguments);
    print_sctlr(m);
    print_register(con, "TCR", h->tcr, h->el == 2 ? "TCR_EL2" : "TCR_EL1");
    print_register(con, "MAIR", h->mair, h->el == 2 ? "MAIR_EL2" : "MAIR_EL1");
    print_register(con, "TTBR0", h->ttbr0,
                   h->el == 2 ? "trampoline and kernel" : "identity map of the trampoline");
    if (h->el == 1)
        print_register(con, "TTBR1", h->ttbr1, "kernel");
    print_state(m);
}

static void print_module(struct console *con, const struct fdt_chosen *chosen)
{
    console_printf(con, "  Xen's own  %s\n  module     0x%" PRIx64 "-0x%" PRIx64 "\n",
                   chosen->xen_bootargs ? chosen->xen_bootargs : "", chosen->module.start,
                   chosen->module.end);
}

static void print_chosen(struct monitor *m)
{
    const struct choice *now = m->boot.now;
    const bool own =
        range_is_empty(now->plan.chosen.initrd) && now->input.dtb.data == m->board.fdt_bytes.data;
    const struct range initrd = own ? m->board.machine.initrd : now->plan.chosen.initrd;

    console_printf(&m->con, "/chosen in the DTB:\n  bootargs   %s\n",
                   bootargs_find(&now->sources, now->input.dtb, NULL));
    if (now->input.module.size)
        print_module(&m->con, &now->plan.chosen);
    if (range_is_empty(initrd))
        console_printf(&m->con, "  initrd     none\n");
    else
        console_printf(&m->con, "  initrd     0x%" PRIx64 "-0x%" PRIx64 "%s\n", initrd.start,
                       initrd.end, own ? ", firmware's" : "");
}

/* All that are entered with the MMU off. */
static void print_physical(struct monitor *m)
{
    static const char kaal[] = "root task's file, start\0root task's file, end\0"
                               "physical - virtual of the root task\0root task's entry\0"
                               "DTB, physical\0DTB, bytes";
    static const char others[] = "DTB, physical\0reserved\0reserved\0reserved";
    const struct boot_plan *plan = &m->boot.now->plan;
    const struct handover *h = &plan->handover;
    const bool is_kaal = plan->protocol == PROTOCOL_KAAL;

    console_printf(&m->con, "handover: %s at EL%" PRIu64 ", 1 core of %u, MMU and caches off\n",
                   protocol_name(plan->protocol), h->el, m->board.machine.cpu_count);
    print_arguments(m, is_kaal ? 6 : 4, is_kaal ? kaal : others);
    if (h->sp)
        print_register(&m->con, "SP", h->sp, "end of the stack");
    print_sctlr(m);
    print_state(m);
    if (plan->protocol == PROTOCOL_LINUX)
        print_chosen(m);
}

static void print_mappings(struct monitor *m)
{
    const struct boot_plan *plan = &m->boot.now->plan;

    console_printf(&m->con, "mappings:\n");
    map_print_heading(&m->con);
    for (unsigned i = 0; i < plan_mapping_count(plan); i++) {
        const struct plan_mapping mapping = plan_mapping(plan, i);
        const struct pt_attr *attr = &mapping.attr;
        bool shared = attr->inner_shareable && attr->memory > MMU_ATTR_DEVICE_GRE;
        const struct pt_run line = {
            .va = mapping.va,
            .pa = mapping.pa,
            .size = mapping.size,
            .leaf = {.attr_index = attr->memory,
                     .writable = attr->write,
                     .executable = attr->execute,
                     .access_flag = true,
                     .shareability = shared ? PT_SH_INNER : PT_SH_NONE},
        };

        map_print_run(&m->con, &line, mapping.name);
    }
}

static int dry_run(struct monitor *m)
{
    struct diag why;

    if (preflight_check(&m->boot.now->plan, &m->boot.now->input, &why))
        console_printf(&m->con, "preflight: %s\n", why.text);
    else
        console_printf(&m->con, "preflight: matches\n");
    if (m->boot.now->plan.protocol != PROTOCOL_SEL4) {
        print_physical(m);
        return ERR_OK;
    }
    print_sel4(m);
    print_mappings(m);
    return ERR_OK;
}

enum { DRY = 1, FORCE = 2, QUIET = 4 };

static const char protocols[] = PROTOCOL_WORDS; /* in the order of enum protocol */

static int read_options(int argc, char **argv, unsigned *options, enum protocol *wanted,
                        const char **config, struct diag *d)
{
    *options = 0;
    *wanted = PROTOCOL_NONE;
    *config = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-n"))
            *options |= DRY;
        else if (!strcmp(argv[i], "-f"))
            *options |= FORCE;
        else if (!strcmp(argv[i], "-q"))
            *options |= QUIET;
        else if (text_find(protocols, argv[i]) >= 0 && !*wanted)
            *wanted = (enum protocol)(PROTOCOL_SEL4 + text_find(protocols, argv[i]));
        else if (argv[i][0] != '-' && !*config)
            *config = argv[i];
        else
            return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[i]);
    }
    return ERR_OK;
}

static int go(struct monitor *m, unsigned options, struct diag *d)
{
    int err = ERR_OK;

    if (!(options & FORCE))
        err = preflight_check(&m->boot.now->plan, &m->boot.now->input, d);
    m->con.quiet = options & QUIET;
    if (!err)
        err = boot_prepare(&m->boot, d);
    if (!err)
        err = boot_enter(&m->boot, options & FORCE, d);
    m->con.quiet = false;
    return err;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    enum protocol wanted;
    const char *config;
    unsigned options;
    int err = read_options(argc, argv, &options, &wanted, &config, d);

    if (!err && config)
        err = change_config(&m->boot, config, wanted, !(options & (DRY | FORCE)), d);
    if (!err)
        err = choice_need_plan(m->boot.now, d);
    if (!err)
        err = choice_need_protocol(m->boot.now, wanted, d);
    if (err)
        return err;
    return options & DRY ? dry_run(m) : go(m, options, d);
}

const struct cmd cmd_boot = {
    .name = "boot",
    .group = CMD_BOOT,
    .summary = "do what is missing, then enter the kernel",
    .usage = "boot [-n] [-f] [-q] [sel4|linux|elf|kaal|raw] [CONFIG]",
    .help = "  -n  print every register and mapping of the hand-over, and stay\n"
            "  -f  continue although kernel and machine do not match\n"
            "  -q  print nothing but errors\n"
            "  sel4, linux, elf, kaal, raw  refuse a kernel that is entered in another way\n"
            "  CONFIG  use this configuration of the payload, from now on\n"
            "Does only what load, map and mmu on have not done yet.\n"
            "Example: boot -n\n",
    .subcommands = protocols,
    .words_max = 5,
    .run = run,
};
