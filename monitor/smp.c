/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/smp.h"

#include <inttypes.h>

#include "monitor/base/bits.h"

/* A core needs microseconds; an emulator on a loaded host may need this long. */
#define ARRIVAL_US UINT64_C(10000000)

/* MPIDR_EL1: Aff3, Aff2, Aff1, Aff0. */
#define MPIDR_AFFINITY (MASK(39, 32) | MASK(23, 0))

/* What core @number has left in the trampoline's page, written with its caches off. */
static bool is_present(struct monitor *m, unsigned number)
{
    uint8_t *page = arch_phys(m->plan.ranges[PLAN_TRAMPOLINE].start);
    uint64_t *flag = (uint64_t *)(void *)(page + HANDOVER_PRESENT) + number;

    arch_forget(flag, sizeof(*flag));
    return arch_peek((vaddr_t)(uintptr_t)flag, sizeof(*flag)) != 0;
}

static int await(struct monitor *m, unsigned number, uint64_t mpidr, struct diag *d)
{
    uint64_t start = console_now_us(&m->con);

    while (!is_present(m, number)) {
        if (console_now_us(&m->con) - start > ARRIVAL_US)
            return diag_set(d, ERR_TIMEOUT,
                            "core %u (MPIDR 0x%" PRIx64 ") was started but did not come", number,
                            mpidr);
    }
    return ERR_OK;
}

static int start_core(struct monitor *m, unsigned number, uint64_t mpidr, struct diag *d)
{
    paddr_t entry = m->plan.handover.trampoline + HANDOVER_SECONDARY;
    int err;

    if (m->progress.cores_started & BIT(number))
        return await(m, number, mpidr, d);
    err = m->board.cpu_on(m, mpidr, entry, number, d);
    if (err)
        return err;
    m->progress.cores_started |= BIT(number);
    return await(m, number, mpidr, d);
}

int smp_start(struct monitor *m, bool force, struct diag *d)
{
    unsigned wanted = (unsigned)m->plan.handover.core_count;
    unsigned number = 1;

    for (unsigned i = 0; i < m->machine.cpu_count && number < wanted; i++) {
        uint64_t mpidr = m->machine.cpus[i].mpidr & MPIDR_AFFINITY;
        int err;

        if (mpidr == (m->cpu.mpidr & MPIDR_AFFINITY))
            continue;
        err = start_core(m, number, mpidr, d);
        if (err)
            return err;
        number++;
    }
    if (number < wanted && !force)
        return diag_set(d, ERR_MISMATCH, "the kernel waits for %u cores, the machine has %u",
                        wanted, m->machine.cpu_count);
    return ERR_OK;
}
