/* SPDX-License-Identifier: Apache-2.0 */
/* What the symbol table of a real kernel tells about the machine that it was built for. */
#include "tests/targets/kernel/facts.h"

const struct p_region avail_p_regs[1] = {{RAM_START, RAM_END}};

_Alignas(4096) unsigned char kernel_stack_alloc[KERNEL_CORES][KERNEL_STACK_BYTES];

_Alignas(8192) uint64_t armKSGlobalUserVSpace[USER_ROOT_ENTRIES];

#if KERNEL_GIC
const uint64_t gic_dist = 0x08000000;
#endif
#if KERNEL_GIC == 3
const uint64_t gicr_base = 0x080a0000;
uint64_t gic_rdist_map[KERNEL_CORES];
#elif KERNEL_GIC == 2
const uint64_t gic_cpuiface = 0x08010000;
#endif
