/* SPDX-License-Identifier: Apache-2.0 */
/* Everything a kernel is entered with. The trampoline reads this record with the MMU off, so its
 * layout is part of the trampoline's contract. Included by assembly too. */
#ifndef ELFMON_MONITOR_HANDOVER_H
#define ELFMON_MONITOR_HANDOVER_H

/* Offsets of struct handover's members. */
#define HANDOVER_ENTRY      0
#define HANDOVER_X          8
#define HANDOVER_EL         72
#define HANDOVER_MMU        80
#define HANDOVER_MAIR       88
#define HANDOVER_TCR        96
#define HANDOVER_TTBR0      104
#define HANDOVER_TTBR1      112
#define HANDOVER_SCTLR      120
#define HANDOVER_CORE_COUNT 128
#define HANDOVER_TRAMPOLINE 136
#define HANDOVER_SP         144

/* The trampoline's page: code for this core at 0, the other cores' entry at 4, the record, then
 * what the cores tell each other: GO != 0 lets them leave, PRESENT[i] != 0 says core i waits.
 * CORES[i] is core i's affinity as in MPIDR_EL1: by that a core finds its number. */
#define HANDOVER_SECONDARY 4
#define HANDOVER_RECORD    0x800
#define HANDOVER_GO        0x900
#define HANDOVER_PRESENT   0x980
#define HANDOVER_CORES     0xb80
#define HANDOVER_CORES_MAX 64

#ifndef __ASSEMBLER__

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum { HANDOVER_ARGS = 8 };

/** At HANDOVER_RECORD of the trampoline's page, cleaned to the point of coherency. Without a
 * trampoline one core is entered, straight from the monitor. */
struct handover {
    uint64_t entry;            /* where the kernel starts, in the regime it is entered with */
    uint64_t x[HANDOVER_ARGS]; /* x0..x7 */
    uint64_t el;               /* 1 or 2: the exception level to enter at */
    uint64_t mmu;              /* 1: enter on the tables below; 0: MMU and caches off */
    uint64_t mair, tcr, ttbr0, ttbr1, sctlr; /* of the EL entered; not used where mmu is 0 */
    uint64_t core_count;                     /* cores to enter, this one included */
    uint64_t trampoline;                     /* physical address of its page; 0: none */
    uint64_t sp;                             /* of the EL entered */
};

static_assert(offsetof(struct handover, x) == HANDOVER_X, "handover.S reads this");
static_assert(offsetof(struct handover, el) == HANDOVER_EL, "handover.S reads this");
static_assert(offsetof(struct handover, mmu) == HANDOVER_MMU, "handover.S reads this");
static_assert(offsetof(struct handover, mair) == HANDOVER_MAIR, "handover.S reads this");
static_assert(offsetof(struct handover, sctlr) == HANDOVER_SCTLR, "handover.S reads this");
static_assert(offsetof(struct handover, core_count) == HANDOVER_CORE_COUNT, "the same");
static_assert(offsetof(struct handover, trampoline) == HANDOVER_TRAMPOLINE, "the same");
static_assert(offsetof(struct handover, sp) == HANDOVER_SP, "the same");

#endif
#endif
