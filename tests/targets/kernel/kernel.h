/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the contract kernel. */
#ifndef ELFMON_TESTS_KERNEL_H
#define ELFMON_TESTS_KERNEL_H

/* Offsets into struct entry, for start.S; and into struct frame, for vectors.S. */
#define ENTRY_COUNTER 0
#define ENTRY_X       8
#define ENTRY_BYTES   256
#define FRAME_SP      248
#define FRAME_ELR     256
#define FRAME_SPSR    264
#define FRAME_BYTES   272

#ifndef __ASSEMBLER__
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "tests/targets/kernel/config.h"

#define BIT(n)     (UINT64_C(1) << (n))
#define PAGE_BYTES UINT64_C(4096)

static inline uint64_t page_up(uint64_t address)
{
    return (address + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/** The state in which one core was entered. */
struct entry {
    uint64_t counter; /* CNTVCT_EL0, read by the first instruction */
    uint64_t x[8];
    uint64_t current_el, sctlr, mair, tcr, ttbr0, ttbr1, tpidr, mpidr, midr, mmfr0;
    uint64_t par_first, par_last; /* AT for writing of the kernel's first and last byte */
    uint64_t unused[11];
};
static_assert(offsetof(struct entry, counter) == ENTRY_COUNTER, "start.S writes this");
static_assert(offsetof(struct entry, x) == ENTRY_X, "start.S writes this");
static_assert(sizeof(struct entry) == ENTRY_BYTES, "start.S counts with this");

/** Registers of what was interrupted. */
struct frame {
    uint64_t x[31];
    uint64_t sp, elr, spsr;
};
static_assert(offsetof(struct frame, sp) == FRAME_SP, "vectors.S writes this");
static_assert(offsetof(struct frame, elr) == FRAME_ELR, "vectors.S writes this");
static_assert(offsetof(struct frame, spsr) == FRAME_SPSR, "vectors.S writes this");
static_assert(sizeof(struct frame) == FRAME_BYTES, "vectors.S counts with this");

/* start.S; in order of arrival */
extern struct entry entries[KERNEL_CORES];
extern uint32_t arrivals;
extern uint64_t bss_dirty_va; /* 0: the BSS was all zero */

/* main.c */
noreturn void kernel_main(struct entry *entry);

/* checks.c */

/** Run and print every check; the number of failures. */
unsigned checks_run(void);

/* mmu.c: the kernel's own map */

/** Build it: the kernel where it is, and all of its RAM and the UART at WINDOW_VA. */
void mmu_build(void);
void mmu_enter(void);
uint64_t mmu_kernel_pa(const void *object);

/** Where the kernel sees physical address @pa. */
static inline void *window(uint64_t pa)
{
    return (void *)(uintptr_t)(WINDOW_VA + pa);
}

/** Whether all of it is RAM that this kernel was built for. */
static inline bool in_ram(uint64_t pa, uint64_t bytes)
{
    return pa >= RAM_START && pa <= RAM_END && bytes <= RAM_END - pa;
}

/* uart.c; silent until uart_on(), which needs mmu_enter() */
void uart_on(void);
bool uart_is_on(void);
void print(const char *text);
void print_char(char c);
void print_hex(uint64_t value);
void print_decimal(uint64_t value);

/* user.c */

/** Map the root task by the program headers behind it and enter it; @failed checks so far. */
noreturn void user_run(const struct entry *entry, unsigned failed);
void user_trap(struct frame *frame);

/* power.c */

/** Print "RESULT status" and end the machine. */
noreturn void power_off(unsigned status);
noreturn void kernel_fault(const struct frame *frame);

/* vectors.S: instructions that may be undefined on this machine; they return if so */
void try_semihosting(uint64_t operation, const void *argument);
void try_smc(uint64_t function);
void try_hvc(uint64_t function);
noreturn void user_enter(uint64_t elr, uint64_t x0, uint64_t spsr, void *kernel_stack);
#endif

#endif
