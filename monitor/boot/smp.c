/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/smp.h"

#include <inttypes.h>

#include "monitor/base/bits.h"

/* A core needs microseconds; an emulator on a loaded host may need this long. */
#define ARRIVAL_US UINT64_C(10000000)

static bool is_this_core(const struct board *board, const struct machine_cpu *cpu)
{
    return ((cpu->mpidr ^ board->cpu.mpidr) & MPIDR_AFFINITY) == 0;
}

const struct machine_cpu *smp_core(const struct board *board, unsigned number)
{
    unsigned next = 1;

    for (unsigned i = 0; i < board->machine.cpu_count; i++) {
        const struct machine_cpu *cpu = &board->machine.cpus[i];

        if ((is_this_core(board, cpu) ? 0 : next++) == number)
            return cpu;
    }
    return NULL;
}

/* What core @number has left in the trampoline's page, written with its caches off. */
static bool is_present(const struct smp *s, unsigned number)
{
    uint8_t *page = arch_phys(s->plan->ranges[PLAN_TRAMPOLINE].start);
    uint64_t *flag = (uint64_t *)(void *)(page + HANDOVER_PRESENT) + number;

    arch_forget(flag, sizeof(*flag));
    return arch_peek((vaddr_t)(uintptr_t)flag, sizeof(*flag)) != 0;
}

static int await(const struct smp *s, unsigned number, uint64_t mpidr, struct diag *d)
{
    uint64_t start = console_now_us(s->clock);

    while (!is_present(s, number)) {
        if (console_now_us(s->clock) - start > ARRIVAL_US)
            return diag_set(d, ERR_TIMEOUT,
                            "core %u (MPIDR 0x%" PRIx64 ") was started but did not arrive", number,
                            mpidr);
    }
    return ERR_OK;
}

struct release {
    paddr_t at;
    paddr_t entry;
};

static int write_release(void *context)
{
    const struct release *r = context;
    void *at = arch_phys(r->at);

    arch_poke((vaddr_t)(uintptr_t)at, sizeof(uint64_t), r->entry);
    arch_clean_poc(at, sizeof(uint64_t));
    arch_send_event();
    return ERR_OK;
}

/* The core spins, with its caches off, until its release address holds where to go.
 * Source: Devicetree Specification 0.4, "enable-method". */
static int release_core(const struct machine_cpu *cpu, paddr_t entry, struct diag *d)
{
    struct release r = {.at = cpu->release_addr, .entry = entry};

    if (arch_try(write_release, &r))
        return diag_set(d, ERR_FAULT,
                        "core 0x%" PRIx64 ": its cpu-release-addr 0x%" PRIx64
                        " cannot be written to",
                        cpu->mpidr, r.at);
    return ERR_OK;
}

static int enable_core(const struct smp *s, const struct machine_cpu *cpu, struct diag *d)
{
    paddr_t entry = s->plan->handover.trampoline + HANDOVER_SECONDARY;

    if (cpu->enable == CPU_ENABLE_SPIN_TABLE)
        return release_core(cpu, entry, d);
    return s->board->ops->cpu_on(s->board, cpu->mpidr & MPIDR_AFFINITY, entry, d);
}

static int start_core(const struct smp *s, unsigned number, const struct machine_cpu *cpu,
                      struct diag *d)
{
    int err = ERR_OK;

    if (!(s->progress->cores_started & BIT(number)))
        err = enable_core(s, cpu, d);
    if (err)
        return err;
    s->progress->cores_started |= BIT(number);
    return await(s, number, cpu->mpidr, d);
}

int smp_start(const struct smp *s, bool force, struct diag *d)
{
    unsigned wanted = (unsigned)s->plan->handover.core_count;
    const struct machine_cpu *cpu;

    if (wanted > HANDOVER_CORES_MAX && !force)
        return diag_set(d, ERR_UNSUPPORTED,
                        "the kernel waits for %u cores, of which %d can be started", wanted,
                        HANDOVER_CORES_MAX);
    for (unsigned number = 1; number < wanted && number < HANDOVER_CORES_MAX; number++) {
        int err;

        cpu = smp_core(s->board, number);
        if (!cpu && force)
            return ERR_OK;
        if (!cpu)
            return diag_set(d, ERR_MISMATCH, "the kernel waits for %u cores, the machine has %u",
                            wanted, s->board->machine.cpu_count);
        err = start_core(s, number, cpu, d);
        if (err)
            return err;
    }
    return ERR_OK;
}
