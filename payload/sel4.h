/* SPDX-License-Identifier: Apache-2.0 */
/* What an seL4 AArch64 kernel was built for, read from its ELF. */
#ifndef ELFMON_PAYLOAD_SEL4_H
#define ELFMON_PAYLOAD_SEL4_H

#include <stdbool.h>

#include "payload/elf64.h"

enum { SEL4_RAM_MAX = 8, SEL4_CORES_MAX = 256 };

/** What the kernel's build fixed. 0 (or no range) means: cannot be known from this file. */
struct sel4_facts {
    bool is_sel4;         /* looks like an seL4 kernel at all */
    unsigned el;          /* 1, or 2 for a hypervisor kernel, by the virtual base */
    unsigned core_count;  /* size of kernel_stack_alloc / 4096 */
    unsigned pa_bits;     /* hypervisor kernels: 40 or 44 */
    unsigned gic_version; /* 2 or 3 */
    unsigned ram_count;
    struct range ram[SEL4_RAM_MAX]; /* avail_p_regs */
};

/**
 * Derive the facts from symbols. What those do not tell is taken from @known (may be NULL), and at
 * last from code. Never fails: what is not there stays unknown. Everything is 0 where @kernel does
 * not look like seL4: not linked at seL4's addresses, not one 2 MiB-aligned physical piece, or with
 * symbols but none of seL4's.
 */
void sel4_facts(const struct elf64 *kernel, const struct sel4_facts *known, struct sel4_facts *out);

#endif
