/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/range.h"

#include "monitor/base/bits.h"

int checked_add(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return ERR_RANGE;
    *out = sum;
    return ERR_OK;
}

int checked_mul(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t product;

    if (__builtin_mul_overflow(a, b, &product))
        return ERR_RANGE;
    *out = product;
    return ERR_OK;
}

int range_make(uint64_t start, uint64_t size, struct range *out)
{
    uint64_t end;
    int err = checked_add(start, size, &end);

    if (err)
        return err;
    *out = (struct range){start, end};
    return ERR_OK;
}

int range_align(struct range r, uint64_t alignment, struct range *out)
{
    uint64_t past;

    if (checked_add(r.end, alignment - 1, &past))
        return ERR_RANGE;
    *out = (struct range){align_down(r.start, alignment), align_down(past, alignment)};
    return ERR_OK;
}
