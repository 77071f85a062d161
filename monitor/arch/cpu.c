/* SPDX-License-Identifier: Apache-2.0 */
/* Identification, time, single accesses and look-ups by the CPU itself. */
#include "monitor/arch.h"
#include "monitor/arch/el3.h"
#include "monitor/arch/sysreg.h"
#include "monitor/base/bits.h"

void arch_cpu(struct arch_cpu *out)
{
    *out = (struct arch_cpu){
        .el = at_el2() ? 2 : 1,
        .started_at_el3 = el3_entered,
        .midr = sysreg_read(midr_el1),
        .mpidr = sysreg_read(mpidr_el1),
        .pfr0 = sysreg_read(id_aa64pfr0_el1),
        .mmfr0 = sysreg_read(id_aa64mmfr0_el1),
        .isar0 = sysreg_read(id_aa64isar0_el1),
        .counter_hz = sysreg_read(cntfrq_el0),
    };
}

uint32_t arch_secure_read(paddr_t address)
{
    return el3_call(EL3_READ, address, 0);
}

void arch_secure_write(paddr_t address, uint32_t value)
{
    (void)el3_call(EL3_WRITE, address, value);
}

void arch_secure_end(uint64_t counter_hz)
{
    (void)el3_call(EL3_CLOSE, counter_hz, 0);
}

uint64_t arch_counter(void)
{
    isb();
    return sysreg_read(cntvct_el0);
}

uint64_t arch_peek(vaddr_t address, unsigned width)
{
    uint64_t value;

    switch (width) {
    case 1:
        __asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
        return value & 0xff;
    case 2:
        __asm__ volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
        return value & 0xffff;
    case 4:
        __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
        return value & 0xffffffff;
    default:
        __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
        return value;
    }
}

void arch_poke(vaddr_t address, unsigned width, uint64_t value)
{
    switch (width) {
    case 1:
        __asm__ volatile("strb %w0, [%1]" : : "r"(value), "r"(address) : "memory");
        break;
    case 2:
        __asm__ volatile("strh %w0, [%1]" : : "r"(value), "r"(address) : "memory");
        break;
    case 4:
        __asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
        break;
    default:
        __asm__ volatile("str %0, [%1]" : : "r"(value), "r"(address) : "memory");
        break;
    }
}

void arch_send_event(void)
{
    dsb_sy();
    __asm__ volatile("sev");
}

void *arch_phys(paddr_t address)
{
    return (void *)(uintptr_t)address;
}

uint64_t arch_translate(enum arch_regime regime, vaddr_t va)
{
    if (regime == ARCH_REGIME_EL1 || !at_el2())
        __asm__ volatile("at s1e1r, %0" : : "r"(va));
    else
        __asm__ volatile("at s1e2r, %0" : : "r"(va));
    isb();
    return sysreg_read(par_el1);
}
