/* SPDX-License-Identifier: Apache-2.0 */
/* The end, wanted or not. */
#include "tests/targets/kernel/kernel.h"
#include "tests/targets/kernel/sysreg.h"

enum {
    SEMIHOSTING_EXIT_EXTENDED = 0x20,
    SEMIHOSTING_APPLICATION_EXIT = 0x20026,
};

static const uint64_t PSCI_SYSTEM_OFF = 0x84000008;

void power_off(unsigned status)
{
    const uint64_t exit_block[2] = {SEMIHOSTING_APPLICATION_EXIT, status};

    print("RESULT ");
    print_decimal(status);
    print("\n");

    /* SMC before HVC: where PSCI wants HVC, SMC is undefined and comes back, but an HVC on a
     * machine with EL2 goes to vectors that nobody has set. */
    try_semihosting(SEMIHOSTING_EXIT_EXTENDED, exit_block);
    try_smc(PSCI_SYSTEM_OFF);
    try_hvc(PSCI_SYSTEM_OFF);
    for (;;)
        __asm__ volatile("wfi");
}

void kernel_fault(const struct frame *frame)
{
    const uint64_t far = sysreg_read(EL(far));

    if (!uart_is_on()) {
        mmu_build();
        mmu_enter();
        uart_on();
    }
    print("kernel: fault: ESR ");
    print_hex(sysreg_read(EL(esr)));
    print(" FAR ");
    print_hex(far);
    print(" ELR ");
    print_hex(frame->elr);
    print("\n");
    power_off(1);
}
