/* SPDX-License-Identifier: Apache-2.0 */
/* 64-bit masks, fields and alignment, without an int in sight. */
#ifndef ELFMON_BASE_BITS_H
#define ELFMON_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define BIT(n) (UINT64_C(1) << (n))

/** Mask of bits @hi down to @lo, both included. */
#define MASK(hi, lo) ((UINT64_MAX >> (63 - (hi))) & (UINT64_MAX << (lo)))

/** The field [@hi:@lo] of @value, shifted down. */
static inline uint64_t field_get(uint64_t value, unsigned hi, unsigned lo)
{
    return (value & MASK(hi, lo)) >> lo;
}

/** @field shifted up to [@hi:@lo]; what does not fit is cut. */
static inline uint64_t field_make(uint64_t field, unsigned hi, unsigned lo)
{
    return (field << lo) & MASK(hi, lo);
}

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

#define PAGE_BYTES  KIB(4)
#define BLOCK_BYTES MIB(2)

/** @alignment is a power of two. */
static inline bool is_aligned(uint64_t value, uint64_t alignment)
{
    return (value & (alignment - 1)) == 0;
}

static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
    return value & ~(alignment - 1);
}

/** Wraps to 0 where the next multiple is 2^64; see range_align for the checked form. */
static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
    return align_down(value + alignment - 1, alignment);
}

#endif
