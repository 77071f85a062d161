/* SPDX-License-Identifier: Apache-2.0 */
/* mmu: which tables are in force, and the switch for the boot tables. */
#include <inttypes.h>
#include <string.h>

#include "cmds/cmds.h"
#include "cmds/map_show.h"
#include "mm/mmu_cfg.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"

#define SCTLR_M   BIT(0)
#define SCTLR_C   BIT(2)
#define SCTLR_I   BIT(12)
#define SCTLR_WXN BIT(19)

/* The registers of one translation regime. */
struct regime {
    unsigned el;
    uint64_t sctlr, tcr, mair, ttbr0, ttbr1;
    const char *ttbr0_use, *ttbr1_use;
};

static void print_register(struct console *con, const char *name, unsigned el, uint64_t value)
{
    console_printf(con, "  %s_EL%u%*s 0x%016" PRIx64, name, el, 5 - (int)strlen(name), "", value);
}

static const char *on_off(uint64_t set)
{
    return set ? "on" : "off";
}

static void print_tcr(struct console *con, const struct regime *r)
{
    unsigned pa_range =
        (unsigned)(r->el == 2 ? field_get(r->tcr, 18, 16) : field_get(r->tcr, 34, 32));

    print_register(con, "TCR", r->el, r->tcr);
    if (!(r->sctlr & SCTLR_M)) {
        console_printf(con, "\n");
        return;
    }
    console_printf(con, "  %u-bit VA, %u-bit PA, walks %s\n",
                   64 - (unsigned)field_get(r->tcr, 5, 0), mmu_cfg_pa_bits(pa_range),
                   pt_sharing_name((unsigned)field_get(r->tcr, 13, 12)));
}

static void print_mair(struct console *con, const struct regime *r)
{
    const char *separator = "  ";

    print_register(con, "MAIR", r->el, r->mair);
    for (unsigned slot = 0; r->sctlr & SCTLR_M && slot <= MMU_ATTR_NORMAL_WT; slot++) {
        console_printf(con, "%s%s", separator,
                       mmu_cfg_memory_name((unsigned)(r->mair >> 8 * slot & 0xff)));
        separator = ", ";
    }
    console_printf(con, "\n");
}

static void print_regime(struct console *con, const struct regime *r, const char *title)
{
    console_printf(con, "EL%u, %s:\n", r->el, title);
    print_register(con, "SCTLR", r->el, r->sctlr);
    console_printf(con, "  MMU %s, D-cache %s, I-cache %s, WXN %s\n", on_off(r->sctlr & SCTLR_M),
                   on_off(r->sctlr & SCTLR_C), on_off(r->sctlr & SCTLR_I),
                   on_off(r->sctlr & SCTLR_WXN));
    print_tcr(con, r);
    print_mair(con, r);
    print_register(con, "TTBR0", r->el, r->ttbr0);
    console_printf(con, "  %s\n", r->ttbr0_use);
    if (r->el == 1) {
        print_register(con, "TTBR1", r->el, r->ttbr1);
        console_printf(con, "  %s\n", r->ttbr1_use);
    }
}

static void print_all(struct monitor *m)
{
    const bool on = m->boot.progress.mmu_on;
    const bool el1_kernel_at_el2 = m->board.cpu.el == 2 && m->boot.now->plan.handover.el == 1;
    const char *boot_tables = on ? "boot tables" : "nothing";
    struct arch_mmu_state s;
    struct regime own, el1;

    arch_mmu_state(&s);
    own = (struct regime){m->board.cpu.el, s.sctlr, s.tcr,           s.mair,
                          s.ttbr0,         s.ttbr1, "monitor's map", boot_tables};
    if (on && m->board.cpu.el == 2 && !el1_kernel_at_el2)
        own.ttbr0_use = "monitor's map with the boot tables' kernel";
    print_regime(&m->con, &own, "the monitor's regime");
    if (el1_kernel_at_el2) {
        el1 = (struct regime){1,           s.el1_sctlr, s.el1_tcr,   s.el1_mair,
                              s.el1_ttbr0, s.el1_ttbr1, boot_tables, boot_tables};
        print_regime(&m->con, &el1, "the kernel's regime");
    }
    console_printf(&m->con, "boot tables: %s\n", map_boot_state(m));
}

enum { ON, OFF };

static const char subcommands[] = "on\0off\0";

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    int found, err;

    if (argc == 1) {
        print_all(m);
        return ERR_OK;
    }
    found = text_find(subcommands, argv[1]);
    if (found < 0)
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[1]);
    err = boot_mmu(&m->boot, found == ON, d);
    if (!err)
        console_printf(&m->con, "boot tables: %s\n", map_boot_state(m));
    return err;
}

const struct cmd cmd_mmu = {
    .name = "mmu",
    .group = CMD_BOOT,
    .summary = "show the translation registers and tables, switch the boot tables",
    .usage = "mmu [on|off]",
    .help =
        "  on   put the boot tables in force beside the monitor's, and check by AT that the CPU\n"
        "       translates the kernel's entry\n"
        "  off  take them out of force\n"
        "At EL1 the upper half is the kernel's. At EL2 a hypervisor kernel's mappings join the\n"
        "monitor's map; for a kernel at EL1 the EL1 regime is set up.\n"
        "Example: map && mmu on && mmu",
    .subcommands = subcommands,
    .words_max = 1,
    .run = run,
};
