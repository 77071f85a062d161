/* SPDX-License-Identifier: Apache-2.0 */
/* Everything a kernel is entered with. The trampoline reads this record with the MMU off, so the
 * offsets below are part of its contract (monitor/arch/handover.S). */
#ifndef ELFMON_MONITOR_HANDOVER_H
#define ELFMON_MONITOR_HANDOVER_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum { HANDOVER_ARGS = 8 };

/** Little-endian, behind the trampoline's code, cleaned to the point of coherency. */
struct handover {
    uint64_t entry;            /* where the kernel starts, in the regime it is entered with */
    uint64_t x[HANDOVER_ARGS]; /* x0..x7 */
    uint64_t el;               /* 1 or 2: the exception level to enter at */
    uint64_t mmu;              /* 1: enter with the tables below in force; 0: MMU and D-cache off */
    uint64_t mair, tcr, ttbr0, ttbr1, sctlr; /* of the EL entered */
    uint64_t core_count;                     /* cores to enter, this one included */
    uint64_t trampoline;                     /* physical address of the trampoline's code */
};

static_assert(offsetof(struct handover, x) == 8, "handover.S reads this");
static_assert(offsetof(struct handover, el) == 72, "handover.S reads this");
static_assert(offsetof(struct handover, mmu) == 80, "handover.S reads this");
static_assert(offsetof(struct handover, mair) == 88, "handover.S reads this");
static_assert(offsetof(struct handover, sctlr) == 120, "handover.S reads this");
static_assert(offsetof(struct handover, core_count) == 128, "handover.S reads this");
static_assert(offsetof(struct handover, trampoline) == 136, "handover.S reads this");

#endif
