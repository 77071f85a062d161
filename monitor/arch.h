/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of the monitor may ask of the CPU. monitor/arch/ implements it for AArch64,
 * tests/fakes/ for the host. */
#ifndef ELFMON_MONITOR_ARCH_H
#define ELFMON_MONITOR_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/base/bits.h"
#include "monitor/base/range.h"
#include "monitor/base/reader.h"
#include "monitor/handover.h"

/**
 * The other way round: what the CPU's part starts once C can run at the link address, with the
 * early map in force. monitor/main.c has it.
 * @dtb_hint  where a devicetree may lie; 0: nobody said
 * @image     where the monitor's image lies
 */
void monitor_main(paddr_t dtb_hint, paddr_t image) __attribute__((__noreturn__));

/** Identification of the CPU this runs on. */
struct arch_cpu {
    unsigned el;         /* the exception level the monitor runs at */
    bool started_at_el3; /* and left it: there is no firmware */
    uint64_t midr, mpidr, pfr0, mmfr0, isar0;
    uint64_t counter_hz; /* CNTFRQ_EL0 */
};

void arch_cpu(struct arch_cpu *out);

/** MPIDR_EL1: Aff3, Aff2, Aff1, Aff0. */
#define MPIDR_AFFINITY (MASK(39, 32) | MASK(23, 0))

/** Started at EL3, until arch_secure_end: 32 bits of secure physical memory; 0 where that faults.
 */
uint32_t arch_secure_read(paddr_t address);
void arch_secure_write(paddr_t address, uint32_t value);

/** The last call of these; sets CNTFRQ_EL0 where @counter_hz is not 0. */
void arch_secure_end(uint64_t counter_hz);

/** CNTPCT_EL0, or CNTVCT_EL0 where the physical counter is not ours. */
uint64_t arch_counter(void);

/**
 * Run @body. An exception in it is reported on the console and ends it: the result is then
 * ERR_FAULT with one line of reason in @d. Calls may nest.
 */
int arch_guard(int (*body)(void *context), void *context, struct diag *d);

/** As arch_guard, without a report: for asking whether something is there. */
int arch_try(int (*body)(void *context), void *context);

/** Exceptions that can be caused on purpose. */
enum arch_exception {
    ARCH_STACK_OVERFLOW,
    ARCH_EXECUTE_DATA,
    ARCH_WRITE_TEXT,
    ARCH_WRITE_RODATA,
    ARCH_UNDEFINED,
    ARCH_UNALIGNED,
    ARCH_NESTED, /* on the stack that reports run on */
};

/** Cause an exception; returns only where the CPU let it pass. Call it in a guard. */
void arch_provoke(enum arch_exception what);

/** Where exception reports go, line by line, without newlines. */
void arch_report_to(void (*line)(void *context, const char *text), void *context);

/** One access of @width 1, 2, 4 or 8 bytes at a naturally aligned address; may fault. */
uint64_t arch_peek(vaddr_t address, unsigned width);
void arch_poke(vaddr_t address, unsigned width, uint64_t value);

/** Wake the cores that wait for an event (SEV), once everything written is seen. */
void arch_send_event(void);

/** The monitor's view of physical memory: RAM and known devices are mapped at their address. */
void *arch_phys(paddr_t address);

/** Until arch_move: make @memory, which is RAM, reachable at its physical address. */
void arch_reach(struct range memory);

/** Until arch_move: the same for the device registers at @registers. */
void arch_reach_device(paddr_t registers);

/** Where the monitor's image lies now: text, data, stacks, tables. */
struct range arch_image(void);

/** A part of the image, for the runtime map and for `info`. */
struct arch_part {
    const char *name;
    struct range va;
    bool write, execute;
    bool identity; /* mapped at its physical address too */
};

/** The parts of the image in ascending order; what lies between them is not mapped. */
const struct arch_part *arch_parts(unsigned *count);

/** Room for translation tables in an image at @where: its physical address and pages. */
paddr_t arch_tables(paddr_t where, size_t *pages);

/** Copy the image to @where (its own place: no copy) and go on there on the tables at @root. */
void arch_move(paddr_t where, paddr_t root);

/** Zero or copy RAM at full width. */
void arch_zero(void *start, size_t size);
void arch_copy(void *destination, const void *source, size_t size);

/** Clean data to the point of coherency, by VA. */
void arch_clean_poc(const void *start, size_t size);
/** Drop cached copies, so that what a core with its caches off has written is read from memory. */
void arch_forget(const void *start, size_t size);
/** Make instructions written at [@start, @start + @size) visible to instruction fetch. */
void arch_sync_code(const void *start, size_t size);

/** Clean and invalidate all mapped RAM, and the I-cache, for code that lies anywhere in it. */
void arch_flush_ram(void);

/** Make RAM at its physical address executable on the monitor's own map, or not any more. */
void arch_run_in_ram(bool allowed);

/** Call code at @entry with x0..x7 = @x, on the monitor's map and stack. Returns x0. */
uint64_t arch_call(vaddr_t entry, const uint64_t x[8]);

/** Which regime a look-up is for: the monitor's own, or EL1 seen from EL2. */
enum arch_regime { ARCH_REGIME_SELF, ARCH_REGIME_EL1 };

/** The CPU's own translation (AT S1ExR) of @va: PAR_EL1. Bit 0 set: it faulted. */
uint64_t arch_translate(enum arch_regime regime, vaddr_t va);

/** Translation registers in force, for `mmu` and `info`. */
struct arch_mmu_state {
    uint64_t sctlr, tcr, mair, ttbr0, ttbr1; /* of the monitor's EL; ttbr1 0 at EL2 */
    uint64_t el1_sctlr, el1_tcr, el1_mair, el1_ttbr0, el1_ttbr1; /* at EL2: the EL1 regime */
};

void arch_mmu_state(struct arch_mmu_state *out);

/** Put the boot tables of @h in force beside the monitor's own map, and take them out again. */
void arch_boot_map_on(const struct handover *h);
void arch_boot_map_off(const struct handover *h);

/**
 * Leave: carry out @h from its trampoline, which has been written and cleaned, or, where it has
 * none, from here. What is entered with the MMU off sees what has been cleaned.
 */
void arch_handover(const struct handover *h) __attribute__((__noreturn__));

/** The trampoline's code, position-independent, to be copied to handover.trampoline. */
struct bytes arch_trampoline(void);

#endif
