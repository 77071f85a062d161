/* SPDX-License-Identifier: Apache-2.0 */
/* System registers and their bits, for C and for assembly. Source: Arm DDI 0487. */
#ifndef ELFMON_ARCH_SYSREG_H
#define ELFMON_ARCH_SYSREG_H

#define CURRENTEL_EL1 0x4
#define CURRENTEL_EL2 0x8
#define CURRENTEL_EL3 0xc

/* Written without a suffix, so that assembly can use them too. */
#define SCTLR_M        0x1
#define SCTLR_C        0x4
#define SCTLR_SA       0x8
#define SCTLR_I        0x1000
#define SCTLR_WXN      0x80000
#define SCTLR_EL1_RES1 0x30d00800
#define SCTLR_EL2_RES1 0x30c50830

#define SCTLR_EL3_RES1 0x30c50830

/* Non-secure below, AArch64, HVC on; nothing traps that a later feature added: APK, API, EnSCXT,
 * ATA, FGTEn, ECVEn, HXEn, EnTP2, TCR2En, SCTLR2En, PIEn, RES0 where there is none. */
#define SCR_EL3_OPEN  0x00003a401e030531
#define SCR_EL3_SMD   0x80
#define CPTR_EL3_OPEN 0x1100     /* EZ, ESM: SVE and SME do not trap */
#define MDCR_EL3_OPEN 0x03003000 /* NSTB, NSPB: trace and profiling buffers are non-secure */

#define CPACR_EL1_FPEN 0x300000
#define CPTR_EL2_RES1  0x33ff

#define HCR_EL2_RW 0x80000000

#define SPSR_DIF  0x2c0 /* debug, IRQ, FIQ masked; SError not */
#define SPSR_DAIF 0x3c0
#define SPSR_EL1T 0x4
#define SPSR_EL1H 0x5
#define SPSR_EL2T 0x8
#define SPSR_EL2H 0x9

#define PAR_EL1_F 0x1

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#define sysreg_read(name)                                  \
    ({                                                     \
        uint64_t value_;                                   \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)); \
        value_;                                            \
    })

#define sysreg_write(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)))

/** Access @name's _EL1 or _EL2 register, whichever belongs to the EL that this runs at. */
#define sysreg_read_own(name) (at_el2() ? sysreg_read(name##_el2) : sysreg_read(name##_el1))

static inline bool at_el2(void)
{
    return sysreg_read(CurrentEL) == CURRENTEL_EL2;
}

static inline void isb(void)
{
    __asm__ volatile("isb" : : : "memory");
}

static inline void dsb_sy(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

#endif
#endif
