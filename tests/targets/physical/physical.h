/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel at physical addresses that checks how it is entered, by the protocol it is built for.
 * NAME_DEFINES of targets.mk give PHYSICAL_BASE, where it is linked for; PHYSICAL_KAAL or
 * PHYSICAL_RAW, else it is entered as an ELF; and PHYSICAL_EL, 0 for the highest of the CPU. */
#ifndef ELFMON_TESTS_PHYSICAL_H
#define ELFMON_TESTS_PHYSICAL_H

#ifndef PHYSICAL_KAAL
#define PHYSICAL_KAAL 0
#endif
#ifndef PHYSICAL_RAW
#define PHYSICAL_RAW 0
#endif
#ifndef PHYSICAL_EL
#define PHYSICAL_EL 0
#endif

/* Offsets into struct physical_entry, for start.S. */
#define PHYSICAL_X           0
#define PHYSICAL_SP          64
#define PHYSICAL_DAIF        80
#define PHYSICAL_SCTLR       96
#define PHYSICAL_AT          112
#define PHYSICAL_ENTRY_BYTES 128

/* What a stack that the loader gives has room for, at the least. */
#define PHYSICAL_STACK_BYTES 0x10000

/* Of start.S: the second place where it may be entered. */
#define PHYSICAL_SECOND 8

#ifndef __ASSEMBLER__
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/** The state at entry. */
struct physical_entry {
    uint64_t x[8];
    uint64_t sp, current_el;
    uint64_t daif, spsel;
    uint64_t sctlr, tpidr; /* SCTLR of the EL, TPIDR_EL1 */
    uint64_t at;           /* the first instruction, from the first byte */
    uint64_t bss_dirty;    /* the first byte of 16 that are not zero; 0: there are none */
};
static_assert(offsetof(struct physical_entry, sp) == PHYSICAL_SP, "start.S writes this");
static_assert(offsetof(struct physical_entry, daif) == PHYSICAL_DAIF, "start.S writes this");
static_assert(offsetof(struct physical_entry, sctlr) == PHYSICAL_SCTLR, "start.S writes this");
static_assert(offsetof(struct physical_entry, at) == PHYSICAL_AT, "start.S writes this");
static_assert(sizeof(struct physical_entry) == PHYSICAL_ENTRY_BYTES, "start.S leaves room");

/* Named as a KaaL kernel's symbols are, where it is built as one: the loader looks for that. */
#if PHYSICAL_KAAL
#define physical_main kaal_kernel_main
#endif
noreturn void physical_main(const struct physical_entry *entry);
noreturn void physical_exit(uint64_t status);
#elif PHYSICAL_KAAL
#define physical_main kaal_kernel_main
#endif

#endif
