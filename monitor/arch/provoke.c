/* SPDX-License-Identifier: Apache-2.0 */
/* One exception of each kind, on purpose: proves the monitor's map and its reports. */
#include "monitor/arch.h"

/* Deep enough for any stack; the value makes every frame one of its own. */
static unsigned recurse(unsigned depth)
{
    volatile unsigned room[64];

    room[0] = depth;
    return depth == 0 ? 0 : recurse(depth - 1) + room[0];
}

/* In writable memory. Where that can be executed after all, it just returns. */
static uint32_t code[] = {0xd65f03c0};

static void call(vaddr_t address)
{
    __asm__ volatile("blr %0" : : "r"(address) : "x30", "memory");
}

/* What is there already, so that nothing is lost where that is not refused. */
static void rewrite(vaddr_t address)
{
    arch_poke(address, 4, arch_peek(address, 4));
}

void arch_provoke(enum arch_exception what)
{
    static const uint32_t constant = 1;
    uint64_t value;

    switch (what) {
    case ARCH_STACK_OVERFLOW:
        (void)recurse(UINT32_MAX);
        break;
    case ARCH_EXECUTE_DATA:
        call((vaddr_t)(uintptr_t)code);
        break;
    case ARCH_WRITE_TEXT:
        rewrite((vaddr_t)(uintptr_t)arch_provoke);
        break;
    case ARCH_WRITE_RODATA:
        rewrite((vaddr_t)(uintptr_t)&constant);
        break;
    case ARCH_UNDEFINED:
        __asm__ volatile("udf #0");
        break;
    case ARCH_UNALIGNED: /* an exclusive access never may be */
        __asm__ volatile("ldxr %0, [%1]" : "=r"(value) : "r"((uintptr_t)code + 1) : "memory");
        break;
    case ARCH_NESTED: /* on the exception stack, as if while reporting another one */
        __asm__ volatile("msr spsel, #1\n\tudf #0");
        break;
    }
}
