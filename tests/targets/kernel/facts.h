/* SPDX-License-Identifier: Apache-2.0 */
/* Objects with the names and sizes of seL4's, which a preflight check reads from the ELF. */
#ifndef ELFMON_TESTS_KERNEL_FACTS_H
#define ELFMON_TESTS_KERNEL_FACTS_H

#include "tests/targets/kernel/kernel.h"

/* The root task's root table. A kernel for 40-bit physical addresses has two tables of level 1
 * side by side, every other one a table of level 0. */
#if KERNEL_EL == 2 && KERNEL_PA_BITS == 40
enum { USER_ROOT_LEVEL = 1, USER_ROOT_ENTRIES = 1024 };
#else
enum { USER_ROOT_LEVEL = 0, USER_ROOT_ENTRIES = 512 };
#endif

struct p_region {
    uint64_t start, end;
};

extern const struct p_region avail_p_regs[1];
extern unsigned char kernel_stack_alloc[KERNEL_CORES][KERNEL_STACK_BYTES];
extern uint64_t armKSGlobalUserVSpace[USER_ROOT_ENTRIES];
#if KERNEL_GIC
extern const uint64_t gic_dist;
#endif
#if KERNEL_GIC == 3
extern const uint64_t gicr_base;
extern uint64_t gic_rdist_map[KERNEL_CORES];
#elif KERNEL_GIC == 2
extern const uint64_t gic_cpuiface;
#endif

#endif
