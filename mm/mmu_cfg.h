/* SPDX-License-Identifier: Apache-2.0 */
/* The values of the registers that control translation, for the monitor and for hand-over. */
#ifndef ELFMON_MM_MMU_CFG_H
#define ELFMON_MM_MMU_CFG_H

#include <stdbool.h>
#include <stdint.h>

/** Slots of MAIR_ELx as seL4 lays them out (seL4 include/arch/arm/arch/64/mode/machine.h). */
enum mmu_attr_index {
    MMU_ATTR_DEVICE_nGnRnE = 0,
    MMU_ATTR_DEVICE_nGnRE = 1,
    MMU_ATTR_DEVICE_GRE = 2,
    MMU_ATTR_NORMAL_NC = 3,
    MMU_ATTR_NORMAL = 4,
    MMU_ATTR_NORMAL_WT = 5,
};

/** MAIR_EL1 or MAIR_EL2: 0x0000aaff440c0400. */
uint64_t mmu_cfg_mair(void);

/**
 * TCR_EL1: 48-bit VAs in both halves, 4 KiB granules, WB-WA walks, 16-bit ASIDs.
 * @pa_range  ID_AA64MMFR0_EL1.PARange; IPS is at most the 48 bits of 4 KiB granules
 * @smp       walks and memory inner shareable
 */
uint64_t mmu_cfg_tcr_el1(unsigned pa_range, bool smp);

/** TCR_EL2 as an seL4 hypervisor kernel built for @pa_bits (40 or 44; else 40) expects it. */
uint64_t mmu_cfg_tcr_el2_sel4(unsigned pa_bits);

/** TCR_EL2 of the monitor: 48-bit VAs, PS = @pa_range, at most the 48 bits of 4 KiB granules. */
uint64_t mmu_cfg_tcr_el2(unsigned pa_range);

/**
 * SCTLR_EL1 with which a kernel is entered: M, C, I on, WXN off, the rest as Cortex-A53 resets it
 * (Cortex-A53 TRM, "System Control Register, EL1"), nTWE and nTWI included.
 */
uint64_t mmu_cfg_sctlr_el1(void);

/** SCTLR_EL2 with which a hypervisor kernel is entered: M, C, I on and nothing else. */
uint64_t mmu_cfg_sctlr_el2(void);

/** SCTLR of EL @el with MMU, caches and all else off: its RES1 bits alone. */
uint64_t mmu_cfg_sctlr_off(unsigned el);

/** The memory type of an attribute byte of MAIR_ELx: "Normal WB" and the like. */
const char *mmu_cfg_memory_name(unsigned attribute);

/** Bits of physical address of an ID_AA64MMFR0_EL1.PARange value; 0 where reserved. */
unsigned mmu_cfg_pa_bits(unsigned pa_range);

#endif
