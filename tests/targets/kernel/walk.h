/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables that the loader left in TTBR0 and TTBR1 say. */
#ifndef ELFMON_TESTS_KERNEL_WALK_H
#define ELFMON_TESTS_KERNEL_WALK_H

#include "tests/targets/kernel/kernel.h"

/** Addresses are those of the first offender, 0 where there is none. */
struct walk {
    uint64_t place_start, place_end; /* where tables and trampoline belong */
    uint64_t stray_table_pa;         /* a table outside of it */
    unsigned kernel_block_count;     /* 2 MiB blocks of the kernel image, mapped as they must be */
    uint64_t bad_kernel_va;          /* a part of the kernel image mapped otherwise */
    uint64_t bad_identity_va; /* anything else mapped neither to itself nor as the kernel is */
    bool trampoline;          /* the place is mapped to itself, executable */
};

/** Walk the tables with which @entry was entered. The kernel's own map must be in force. */
void walk_tables(const struct entry *entry, struct walk *out);

#endif
