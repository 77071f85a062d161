/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/firmware.h"

#include <inttypes.h>

#include "drivers/gic.h"
#include "drivers/psci.h"
#include "drivers/semihost.h"
#include "monitor/arch/layout.h"
#include "monitor/port.h"

/* In the order of enum psci_method. */
static const enum psci_conduit conduits[] = {PSCI_BY_NOTHING, PSCI_BY_HVC, PSCI_BY_SMC};

struct request {
    enum psci_conduit conduit;
    uint64_t function, a, b;
    int64_t result;
};

static int do_psci(void *context)
{
    struct request *r = context;

    r->result = psci_call(r->conduit, r->function, r->a, r->b, 0);
    return ERR_OK;
}

static int psci(const struct machine *machine, struct request *r, struct diag *d)
{
    r->conduit = conduits[machine->psci];
    if (r->conduit == PSCI_BY_NOTHING)
        return diag_set(d, ERR_UNSUPPORTED, "the DTB describes no PSCI");
    return arch_guard(do_psci, r, d) ? ERR_FAULT : ERR_OK;
}

/* A request that returns only where it fails. */
static int leave(const struct machine *machine, uint64_t function, const char *name, struct diag *d)
{
    struct request r = {.function = function};
    int err = psci(machine, &r, d);

    return err ? err : diag_set(d, ERR_IO, "PSCI %s returned %" PRId64, name, r.result);
}

static int reset(const struct board *board, struct diag *d)
{
    port_flush();
    return leave(&board->machine, PSCI_SYSTEM_RESET, "SYSTEM_RESET", d);
}

static int do_semihost_exit(void *context)
{
    semihost_exit(*(const uint64_t *)context);
    return ERR_OK;
}

static int poweroff(const struct board *board, int code, struct diag *d)
{
    uint64_t status = (uint64_t)code;

    port_flush();
    (void)arch_try(do_semihost_exit, &status);
    return leave(&board->machine, PSCI_SYSTEM_OFF, "SYSTEM_OFF", d);
}

static int cpu_on(const struct board *board, uint64_t mpidr, paddr_t entry, struct diag *d)
{
    struct request r = {.function = PSCI_CPU_ON, .a = mpidr, .b = entry};
    int err = psci(&board->machine, &r, d);

    if (!err && r.result)
        err = diag_set(d, ERR_IO, "PSCI CPU_ON of core 0x%" PRIx64 " returned %" PRId64, mpidr,
                       r.result);
    return err;
}

static int cpu_state(const struct board *board, uint64_t mpidr, int64_t *state, struct diag *d)
{
    struct request r = {.function = PSCI_AFFINITY, .a = mpidr};
    int err = psci(&board->machine, &r, d);

    *state = r.result;
    return err;
}

static void flush(const struct board *board)
{
    (void)board;
    port_flush();
}

static const uint32_t *line_errors(const struct board *board)
{
    (void)board;
    return port_line_errors();
}

const struct board_ops firmware_ops = {
    .reset = reset,
    .poweroff = poweroff,
    .cpu_on = cpu_on,
    .cpu_state = cpu_state,
    .flush = flush,
    .line_errors = line_errors,
};

/* Spin tables are served by what runs before the kernel, and here nothing does. */
static void forget_spin_tables(struct machine *machine)
{
    for (unsigned i = 0; i < machine->cpu_count; i++) {
        if (machine->cpus[i].enable == CPU_ENABLE_SPIN_TABLE)
            machine->cpus[i].enable = CPU_ENABLE_NONE;
    }
}

void firmware_leave_secure(struct machine *machine, struct arch_cpu *cpu)
{
    static const struct gic_access secure = {arch_secure_read, arch_secure_write};
    uint64_t hz = 0;

    if (!cpu->started_at_el3)
        return;
    forget_spin_tables(machine);
    if (machine->gic_version)
        gic_open(&secure, machine->gic_version, machine->gic_dist, machine->gic_cpu);
    if (!cpu->counter_hz)
        hz = machine->timer_hz ? machine->timer_hz : LAYOUT_COUNTER_HZ;
    arch_secure_end(hz);
    arch_cpu(cpu);
}
