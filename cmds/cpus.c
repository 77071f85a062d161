/* SPDX-License-Identifier: Apache-2.0 */
/* cpus: the cores, how each is started, and what it does now. */
#include <inttypes.h>

#include "cmds/cmds.h"
#include "monitor/base/text.h"
#include "monitor/boot/smp.h"

enum { STATE_BYTES = 48 };

/* PSCI's answer, in the order of Arm DEN 0022, "AFFINITY_INFO". */
static void ask_psci(struct monitor *m, uint64_t mpidr, char state[STATE_BYTES])
{
    int64_t answer;

    state[0] = '\0';
    if (m->board.ops->cpu_state(&m->board, mpidr & MPIDR_AFFINITY, &answer, NULL))
        (void)text_add(state, STATE_BYTES, "unknown: PSCI cannot be called");
    else if (answer < 0 || answer > 2)
        (void)text_add(state, STATE_BYTES, "unknown: AFFINITY_INFO returned %" PRId64, answer);
    else
        (void)text_copy(state, STATE_BYTES, text_pick("on\0off\0on its way", (unsigned)answer));
}

static void describe_state(struct monitor *m, unsigned number, const struct machine_cpu *cpu,
                           char state[STATE_BYTES])
{
    if (number == 0)
        (void)text_copy(state, STATE_BYTES, "on: runs the monitor");
    else if (number < HANDOVER_CORES_MAX && m->boot.progress.cores_started & BIT(number))
        (void)text_copy(state, STATE_BYTES, "on: waits for boot");
    else if (cpu->enable == CPU_ENABLE_SPIN_TABLE)
        (void)text_copy(state, STATE_BYTES, "spins");
    else if (m->board.machine.psci != PSCI_NONE)
        ask_psci(m, cpu->mpidr, state);
    else
        (void)text_copy(state, STATE_BYTES, "cannot be started");
}

static const char *conduit_name(const struct machine *machine)
{
    /* In the order of enum psci_method. */
    return text_pick("none\0psci by HVC\0psci by SMC", machine->psci);
}

static void print_core(struct monitor *m, unsigned number, const struct machine_cpu *cpu)
{
    char state[STATE_BYTES];

    describe_state(m, number, cpu, state);
    console_printf(&m->con, "%4u  0x%010" PRIx64 "  ", number, cpu->mpidr & MPIDR_AFFINITY);
    if (cpu->enable == CPU_ENABLE_SPIN_TABLE)
        console_printf(&m->con, "spin-table 0x%-11" PRIx64, cpu->release_addr);
    else
        console_printf(&m->con, "%-24s", conduit_name(&m->board.machine));
    console_printf(&m->con, "  %s\n", state);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    const struct machine_cpu *cpu;

    (void)argc;
    (void)argv;
    if (!m->board.machine.cpu_count)
        return diag_set(d, ERR_NOTFOUND, "no devicetree describes the cores");
    console_printf(&m->con, "CORE  %-12s  %-24s  STATE\n", "MPIDR", "ENABLE METHOD");
    for (unsigned number = 0; number <= m->board.machine.cpu_count; number++) {
        cpu = smp_core(&m->board, number);
        if (cpu)
            print_core(m, number, cpu);
        if (console_interrupted(&m->con))
            return ERR_INTERRUPTED;
    }
    return ERR_OK;
}

const struct cmd cmd_cpus = {
    .name = "cpus",
    .group = CMD_INSPECT,
    .summary = "list the cores, how they start and what they do",
    .usage = "cpus",
    .help = "CORE is the number that the kernel gets for the core: the boot core is 0, the others\n"
            "follow in the DTB's order.\n"
            "Example: cpus",
    .run = run,
};
