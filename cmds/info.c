/* SPDX-License-Identifier: Apache-2.0 */
/* info: the machine, the monitor on it, and how far the boot has got. */
#include <inttypes.h>
#include <string.h>

#include "cmds/cmds.h"
#include "mm/cpu_name.h"
#include "mm/mmu_cfg.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"
#include "monitor/plan/preflight.h"
#include "monitor/sources/upload.h"

/* Every line begins with a label or with as many blanks. */
#define BLANKS "          "

static void print_range(struct console *con, const char *label, struct range r)
{
    char size[TEXT_SIZE_BYTES];

    text_size(size, sizeof(size), range_bytes(r));
    console_printf(con, "%-10s0x%016" PRIx64 "-0x%016" PRIx64 "  %s\n", label, r.start, r.end,
                   size);
}

static void print_cpu(struct monitor *m)
{
    const struct arch_cpu *cpu = &m->board.cpu;
    unsigned count = m->board.machine.cpu_count;

    console_printf(&m->con, "CPU       %s r%up%u (%s, part 0x%03x, MIDR 0x%08" PRIx64 ")",
                   cpu_name(cpu->midr), (unsigned)field_get(cpu->midr, 23, 20),
                   (unsigned)field_get(cpu->midr, 3, 0), cpu_implementer(cpu->midr),
                   (unsigned)field_get(cpu->midr, 15, 4), cpu->midr);
    if (count)
        console_printf(&m->con, ", %u core%s", count, count == 1 ? "" : "s");
    console_printf(&m->con,
                   "\n" BLANKS "EL%u%s, MPIDR 0x%" PRIx64 ", %u-bit PA, %s SHA-256 instructions\n",
                   cpu->el, cpu->started_at_el3 ? " (started at EL3)" : "", cpu->mpidr,
                   mmu_cfg_pa_bits((unsigned)field_get(cpu->mmfr0, 3, 0)),
                   field_get(cpu->isar0, 15, 12) ? "with" : "no");
}

static void print_ram(struct monitor *m)
{
    if (!m->board.machine.ram_count)
        console_printf(&m->con, "RAM       unknown\n");
    for (unsigned i = 0; i < m->board.machine.ram_count; i++)
        print_range(&m->con, i ? "" : "RAM", m->board.machine.ram[i]);
}

static void print_gic(struct monitor *m)
{
    const struct machine *machine = &m->board.machine;

    if (machine->gic_version)
        console_printf(&m->con, "GIC       GICv%u, distributor 0x%" PRIx64 ", %s 0x%" PRIx64 "\n",
                       machine->gic_version, machine->gic_dist,
                       machine->gic_version == 2 ? "CPU interface" : "redistributors",
                       machine->gic_cpu);
    else
        console_printf(&m->con, "GIC       unknown\n");
}

static void print_line_errors(struct monitor *m)
{
    const uint32_t *count = m->board.ops->line_errors(&m->board);

    if (count[LINE_FRAMING] | count[LINE_PARITY] | count[LINE_BREAK] | count[LINE_OVERRUN])
        console_printf(&m->con,
                       BLANKS "received wrongly: %u framing errors, %u parity errors, %u breaks, "
                              "%u overruns\n",
                       count[LINE_FRAMING], count[LINE_PARITY], count[LINE_BREAK],
                       count[LINE_OVERRUN]);
}

static void print_devices(struct monitor *m)
{
    const struct machine *machine = &m->board.machine;

    console_printf(&m->con, "timer     %" PRIu64 ".%03u MHz, first prompt at tick %" PRIu64 "\n",
                   m->board.cpu.counter_hz / 1000000,
                   (unsigned)(m->board.cpu.counter_hz % 1000000 / 1000), m->prompt_ticks);
    print_gic(m);
    /* In the order of enum psci_method. */
    console_printf(&m->con, "PSCI      %s%s\n", text_pick("none\0by HVC\0by SMC", machine->psci),
                   machine->psci_0_2 ? ", 0.2 or later" : "");
    console_printf(&m->con, "UART      PL011 at 0x%" PRIx64 ", %s\n", m->board.uart,
                   machine->uart.found ? machine->uart.path : "not from a DTB");
    print_line_errors(m);
}

static void print_dtb(struct monitor *m)
{
    char size[TEXT_SIZE_BYTES];

    if (!m->board.fdt) {
        console_printf(&m->con, "DTB       none: %s\n", m->board.fdt_problem.text);
        return;
    }
    text_size(size, sizeof(size), m->board.fdt_bytes.size);
    console_printf(&m->con, "DTB       copied to 0x%" PRIx64 ", %s\n",
                   (uint64_t)(uintptr_t)m->board.fdt_bytes.data, size);
}

static void print_monitor(struct monitor *m)
{
    unsigned count;
    const struct arch_part *parts = arch_parts(&count);

    print_range(&m->con, "monitor", arch_image());
    for (unsigned i = 0; i < count; i++)
        console_printf(&m->con, BLANKS "0x%016" PRIx64 "-0x%016" PRIx64 "  R%c%c  %s\n",
                       parts[i].va.start, parts[i].va.end, parts[i].write ? 'W' : '-',
                       parts[i].execute ? 'X' : '-', parts[i].name);
    if (m->board.skipped_devices)
        console_printf(&m->con, BLANKS "%u devices are not mapped: no room in its tables\n",
                       m->board.skipped_devices);
    if (m->boot.now->sources.payload.size)
        print_range(&m->con, "payload", bytes_range(m->boot.now->sources.payload));
    else
        console_printf(&m->con, "payload   %s\n", m->boot.now->sources.payload_problem.text);
}

/* What the kernel was built for, against what is here. */
static void print_preflight(struct monitor *m)
{
    char text[PREFLIGHT_TEXT_BYTES];
    struct diag why;

    if (choice_need_plan(m->boot.now, &why)) {
        console_printf(&m->con, "plan      %s\n", why.text);
        return;
    }
    preflight_describe_kernel(&m->boot.now->plan, text, sizeof(text));
    console_printf(&m->con, "plan      kernel built for %s\n", text);
    preflight_describe_machine(&m->boot.now->input, text, sizeof(text));
    console_printf(&m->con, BLANKS "this machine has %s\n", text);
    if (preflight_check(&m->boot.now->plan, &m->boot.now->input, &why))
        console_printf(&m->con, BLANKS "they do not match: %.*s\n", (int)strcspn(why.text, ":"),
                       why.text);
    else
        console_printf(&m->con, BLANKS "they match\n");
}

/* Done for images that others have replaced. */
static void print_stale(struct monitor *m)
{
    const char *separator = BLANKS "stale: ";

    for (int role = PLAN_KERNEL; role < PLAN_ROLE_COUNT; role++) {
        bool stale =
            role == PLAN_TABLES ? m->boot.progress.stale_tables : m->boot.progress.stale[role];

        if (!stale || boot_done(&m->boot, (enum plan_role)role))
            continue;
        console_printf(&m->con, "%s%s", separator, plan_role_name((enum plan_role)role));
        separator = ", ";
    }
    if (*separator == ',')
        console_printf(&m->con, "; boot does it again\n");
}

static void print_uploads(struct monitor *m)
{
    const char *separator = "uploads   ";

    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        if (m->boot.now->sources.slots[i].state < SLOT_OFFERED)
            continue;
        console_printf(&m->con, "%s%s %s%s", separator, slot_name((enum upload_slot)i),
                       m->boot.now->sources.slots[i].image.name,
                       m->boot.now->sources.slots[i].state == SLOT_OFFERED ? " (not in use)" : "");
        separator = ", ";
    }
    if (*separator == ',')
        console_printf(&m->con, "\n");
}

static void print_progress(struct monitor *m)
{
    const char *separator = "loaded: ";

    console_printf(&m->con, "done      ");
    for (int role = PLAN_KERNEL; role < PLAN_LOADED_COUNT; role++) {
        if (m->boot.progress.loaded[role]) {
            console_printf(&m->con, "%s%s", separator, plan_role_name((enum plan_role)role));
            separator = ", ";
        }
    }
    if (m->boot.progress.mapped)
        console_printf(&m->con, "%sboot tables %s", *separator == ',' ? "; " : "",
                       m->boot.progress.mmu_on ? "in force" : "built");
    else if (*separator != ',')
        console_printf(&m->con, "nothing yet");
    console_printf(&m->con, "\n");
    print_stale(m);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)argc;
    (void)argv;
    (void)d;
    console_printf(&m->con, "board     %s\n",
                   m->board.machine.model[0] ? m->board.machine.model : "unknown");
    if (strcmp(m->board.machine.model, m->board.machine.compatible) != 0)
        console_printf(&m->con, BLANKS "compatible with %s\n", m->board.machine.compatible);
    print_cpu(m);
    print_ram(m);
    print_devices(m);
    print_dtb(m);
    print_monitor(m);
    print_uploads(m);
    print_preflight(m);
    print_progress(m);
    return ERR_OK;
}

const struct cmd cmd_info = {
    .name = "info",
    .group = CMD_INSPECT,
    .summary = "show the machine, the monitor and the state of the boot",
    .usage = "info",
    .help = "The board; where monitor, DTB and payload lie; what the kernel was built for; which\n"
            "steps of the boot are done.\n"
            "Example: info",
    .run = run,
};
