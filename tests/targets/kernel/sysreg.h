/* SPDX-License-Identifier: Apache-2.0 */
/* System registers of the exception level that this kernel is built for. */
#ifndef ELFMON_TESTS_KERNEL_SYSREG_H
#define ELFMON_TESTS_KERNEL_SYSREG_H

#include "tests/targets/kernel/config.h"

#if KERNEL_EL == 2
#define EL(reg) reg##_el2
#else
#define EL(reg) reg##_el1
#endif

#ifndef __ASSEMBLER__
#include <stdint.h>

#define SYSREG_NAME_(reg) #reg
#define SYSREG_NAME(reg)  SYSREG_NAME_(reg)

#define sysreg_read(reg)                                                        \
    __extension__({                                                             \
        uint64_t value_;                                                        \
        __asm__ volatile("mrs %0, " SYSREG_NAME(reg) : "=r"(value_)::"memory"); \
        value_;                                                                 \
    })

#define sysreg_write(reg, value) \
    __asm__ volatile("msr " SYSREG_NAME(reg) ", %0" ::"r"((uint64_t)(value)) : "memory")

static inline void isb(void)
{
    __asm__ volatile("isb" ::: "memory");
}

static inline void dsb(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}
#endif

#endif
