/* SPDX-License-Identifier: Apache-2.0 */
/* The root tasks that this kernel was built with. */
#ifndef ELFMON_TESTS_KERNEL_ROOTTASK_H
#define ELFMON_TESTS_KERNEL_ROOTTASK_H

#include <stddef.h>
#include <stdint.h>

enum { ROOTTASK_SEGMENTS_MAX = 4 };

/** A loadable segment; @cksum is that of its file bytes. */
struct segment {
    uint64_t va, file_bytes, memory_bytes;
    uint32_t flags; /* of its program header */
    uint32_t cksum;
};

struct roottask {
    const char *name;
    uint64_t entry, va_start, va_end; /* page multiples */
    unsigned phdr_count, segment_count;
    struct segment segments[ROOTTASK_SEGMENTS_MAX];
};

/** The root task that occupies @bytes, or the first one if none does. */
const struct roottask *roottask_by_size(uint64_t bytes);

/** POSIX's cksum. */
uint32_t cksum(const void *data, size_t size);

#endif
