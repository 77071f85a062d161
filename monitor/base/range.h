/* SPDX-License-Identifier: Apache-2.0 */
/* Address ranges, and the checked arithmetic that every address from outside goes through. */
#ifndef ELFMON_BASE_RANGE_H
#define ELFMON_BASE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/base/err.h"

/** A physical address, in bytes. */
typedef uint64_t paddr_t;
/** A virtual address, in bytes. */
typedef uint64_t vaddr_t;

/** [start, end): end is one past the last byte; start == end is the empty range. */
struct range {
    uint64_t start;
    uint64_t end;
};

/** The range of @size bytes at @start. ERR_RANGE where it would pass 2^64 - 1. */
int range_make(uint64_t start, uint64_t size, struct range *out);

static inline uint64_t range_bytes(struct range r)
{
    return r.end - r.start;
}

static inline bool range_is_empty(struct range r)
{
    return r.start == r.end;
}

/** True where every byte of @inner is one of @outer; an empty @inner must touch @outer. */
static inline bool range_contains(struct range outer, struct range inner)
{
    return outer.start <= inner.start && inner.end <= outer.end;
}

static inline bool range_has(struct range r, uint64_t address)
{
    return r.start <= address && address < r.end;
}

/** True where the two share a byte; an empty range overlaps nothing. */
static inline bool range_overlaps(struct range a, struct range b)
{
    return a.start < b.end && b.start < a.end && !range_is_empty(a) && !range_is_empty(b);
}

/** The smallest range of multiples of @alignment (a power of two) around @r. ERR_RANGE on wrap. */
int range_align(struct range r, uint64_t alignment, struct range *out);

/** a + b; ERR_RANGE where that passes 2^64 - 1. */
int checked_add(uint64_t a, uint64_t b, uint64_t *out);

/** a * b; ERR_RANGE where that passes 2^64 - 1. */
int checked_mul(uint64_t a, uint64_t b, uint64_t *out);

#endif
