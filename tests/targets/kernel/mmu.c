/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own map, with which it can look at what the loader left in memory. */
#include "tests/targets/kernel/kernel.h"
#include "tests/targets/kernel/sysreg.h"

#define GIB_BYTES   BIT(30)
#define BLOCK_BYTES BIT(21)

enum { ENTRIES = 512, KERNEL_L1_INDEX = 511, UART_L1_INDEX = 510 };

static const uint64_t DESC_TABLE = 3;
static const uint64_t DESC_NORMAL = 1 | 4 << 2 | 3 << 8 | 1 << 10; /* block, inner shareable, AF */
static const uint64_t DESC_DEVICE = 1 | 1 << 2 | 1 << 10;
static const uint64_t DESC_XN = KERNEL_EL == 2 ? BIT(54) : BIT(54) | BIT(53);

static _Alignas(4096) uint64_t level0[ENTRIES], level1[ENTRIES], level2[ENTRIES];

uint64_t mmu_kernel_pa(const void *object)
{
    return (uintptr_t)object - KERNEL_VA + KERNEL_PA;
}

void mmu_build(void)
{
    for (uint64_t at = 0; at < KERNEL_MEMORY_BYTES; at += BLOCK_BYTES)
        level2[at / BLOCK_BYTES] = (KERNEL_PA + at) | DESC_NORMAL;

    level1[KERNEL_L1_INDEX] = mmu_kernel_pa(level2) | DESC_TABLE;
    level1[UART_L1_INDEX] = UART_PA / GIB_BYTES * GIB_BYTES | DESC_DEVICE | DESC_XN;
    for (uint64_t i = RAM_START / GIB_BYTES; i * GIB_BYTES < RAM_END; i++)
        level1[i] = i * GIB_BYTES | DESC_NORMAL | DESC_XN;

    level0[WINDOW_VA >> 39 & (ENTRIES - 1)] = mmu_kernel_pa(level1) | DESC_TABLE;
    dsb();
}

void mmu_enter(void)
{
#if KERNEL_EL == 2
    sysreg_write(ttbr0_el2, mmu_kernel_pa(level0));
    isb();
    __asm__ volatile("tlbi alle2" ::: "memory");
#else
    sysreg_write(ttbr1_el1, mmu_kernel_pa(level0));
    isb();
    __asm__ volatile("tlbi vmalle1" ::: "memory");
#endif
    dsb();
    isb();
}
