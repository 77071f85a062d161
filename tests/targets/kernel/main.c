/* SPDX-License-Identifier: Apache-2.0 */
/* From entry to the root task. */
#include "tests/targets/kernel/kernel.h"
#include "tests/targets/kernel/sysreg.h"

static uint32_t recorded_count, map_built;

#if KERNEL_EL == 2
#define AT_WRITE "s1e2w"
#else
#define AT_WRITE "s1e1w"
#endif

static uint64_t translate(uint64_t va)
{
    __asm__ volatile("at " AT_WRITE ", %0" ::"r"(va) : "memory");
    isb();
    return sysreg_read(par_el1);
}

static void record(struct entry *entry)
{
    entry->current_el = sysreg_read(CurrentEL);
    entry->sctlr = sysreg_read(EL(sctlr));
    entry->mair = sysreg_read(EL(mair));
    entry->tcr = sysreg_read(EL(tcr));
    entry->ttbr0 = sysreg_read(EL(ttbr0));
#if KERNEL_EL == 1
    entry->ttbr1 = sysreg_read(ttbr1_el1);
#endif
    entry->tpidr = sysreg_read(tpidr_el1);
    entry->mpidr = sysreg_read(mpidr_el1);
    entry->midr = sysreg_read(midr_el1);
    entry->mmfr0 = sysreg_read(id_aa64mmfr0_el1);
    entry->par_first = translate(KERNEL_VA);
    entry->par_last = translate(KERNEL_VA + KERNEL_MEMORY_BYTES - 1);
    __atomic_fetch_add(&recorded_count, 1, __ATOMIC_ACQ_REL);
}

/* A real kernel makes its first objects from the top of its RAM, and does not ask who is there. */
static void overwrite_top_of_ram(const struct entry *entry)
{
    const uint64_t start = RAM_END - BIT(21);
    uint64_t *word = window(start);

    if (entry->x[1] + (1 + LOADER_PAGES_MAX) * PAGE_BYTES > start)
        return;
    for (; word < (uint64_t *)window(RAM_END); word++)
        *word = UINT64_C(0xdeadbeefdeadbeef);
}

static void wait_for_cores(void)
{
    const uint64_t deadline = sysreg_read(cntvct_el0) + sysreg_read(cntfrq_el0);

    while (__atomic_load_n(&recorded_count, __ATOMIC_ACQUIRE) < KERNEL_CORES &&
           sysreg_read(cntvct_el0) < deadline)
        ;
}

static void print_entry(const struct entry *entry)
{
    print("contract: kernel built for EL");
    print_decimal(KERNEL_EL);
    print(", ");
    print_decimal(KERNEL_CORES);
    print(KERNEL_CORES == 1 ? " core, " : " cores, ");
    print_hex(RAM_START);
    print("-");
    print_hex(RAM_END);
    print("\ncontract: entry counter ");
    print_decimal(entry->counter);
    print("\ncontract: entered with x0..x5 =");
    for (unsigned i = 0; i < 6; i++) {
        print(" ");
        print_hex(entry->x[i]);
    }
    print("\n");
}

static noreturn void park(void)
{
    for (;;)
        __asm__ volatile("wfe");
}

void kernel_main(struct entry *entry)
{
    record(entry);
    if (entry != &entries[0]) {
        while (__atomic_load_n(&map_built, __ATOMIC_ACQUIRE) == 0)
            ;
        mmu_enter();
        park();
    }

    mmu_build();
    mmu_enter();
    uart_on();
    overwrite_top_of_ram(entry);
    wait_for_cores();
    __atomic_store_n(&map_built, 1, __ATOMIC_RELEASE);

    print_entry(entry);
    user_run(entry, checks_run());
}
