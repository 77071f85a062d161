/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings that a user adds to the kernel's boot tables. */
#ifndef ELFMON_MM_MAPPINGS_H
#define ELFMON_MM_MAPPINGS_H

#include "mm/pt_build.h"

/** [va, va + size) to [pa, pa + size). */
struct mapping {
    vaddr_t va;
    paddr_t pa;
    uint64_t size; /* bytes */
    struct pt_attr attr;
};

/** A list in memory of its own, which is never written again: a change makes a new one. */
struct mappings {
    const struct mapping *list;
    unsigned count;
};

/** The memory that @mappings lie in, in whole pages; empty where there are none. */
struct range mappings_range(const struct mappings *mappings);

/** Bytes of memory, in whole pages, for @count mappings. */
uint64_t mappings_room(unsigned count);

/** Let @out, which lies in @memory with room for one more than @from, be @from and @added. */
void mappings_add(const struct mappings *from, const struct mapping *added, void *memory,
                  struct mappings *out);

#endif
