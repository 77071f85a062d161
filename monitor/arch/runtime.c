/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/arch/runtime.h"

#include <stdint.h>

#include "monitor/arch/hosted.h"
#include "monitor/arch/sysreg.h"
#include "monitor/base/bits.h"

/* libcrypto's capability word. It is defined here, so that the linker does not take the library's
 * object that would find it out from signals. Source: OpenSSL crypto/arm_arch.h, 1.0.2 to 3.5. */
#define ARMV8_SHA1   BIT(3)
#define ARMV8_SHA256 BIT(4)

extern uint32_t OPENSSL_armcap_P;
extern uintptr_t __stack_chk_guard;
void __stack_chk_fail(void);
void __chk_fail(void);

uint32_t OPENSSL_armcap_P;
uintptr_t __stack_chk_guard = 0xe1f0c0de;

/* Never inlined: the guard changes under the feet of a caller that is protected. */
__attribute__((noinline, optimize("no-stack-protector"))) void runtime_start(void)
{
    uint64_t isar0 = sysreg_read(id_aa64isar0_el1);

    if (field_get(isar0, 11, 8))
        OPENSSL_armcap_P |= (uint32_t)ARMV8_SHA1;
    if (field_get(isar0, 15, 12))
        OPENSSL_armcap_P |= (uint32_t)ARMV8_SHA256;
    hosted_start();
    /* A zero byte stops a string copy; the rest differs from run to run where the counter does. */
    __stack_chk_guard = (uintptr_t)(sysreg_read(cntvct_el0) * UINT64_C(0x9e3779b97f4a7c15)) << 8;
}

/* Reported like any other fault: a breakpoint exception in the function that was hit. */
void __stack_chk_fail(void)
{
    __asm__ volatile("brk #0xe1f");
    __builtin_unreachable();
}

/* The same of libraries whose copies are checked at run time. */
void __chk_fail(void)
{
    __stack_chk_fail();
}
