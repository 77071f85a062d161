/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/semihost.h"

#define SYS_EXIT_EXTENDED            0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

void semihost_exit(uint64_t code)
{
    const uint64_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, code};
    register uint64_t x0 __asm__("x0") = SYS_EXIT_EXTENDED;
    register const uint64_t *x1 __asm__("x1") = block;

    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}
