/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/crc16.h"

#include <string.h>

/* Divide one byte more. The remainder is in the upper half of @r, the bytes to come below it; what
 * leaves at the top is folded so that the quotient's upper four bits act on its lower four, and the
 * polynomial has 1 at bits 12, 5 and 0. */
static inline uint32_t step(uint32_t r)
{
    uint32_t x = r >> 24;

    x ^= x >> 4;
    return r << 8 ^ x << 28 ^ x << 21 ^ x << 16;
}

static inline uint32_t word_at(const uint8_t *data)
{
    uint32_t word;

    memcpy(&word, data, sizeof(word));
    return __builtin_bswap32(word); /* every machine this runs on is little-endian */
}

/* Four bytes at a time: while the first two leave, the last two move up into the remainder. */
uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t size)
{
    uint32_t r = (uint32_t)crc << 16;

    for (; size >= sizeof(r); size -= sizeof(r), data += sizeof(r)) {
        r ^= word_at(data);
        r = step(step(step(step(r))));
    }
    for (; size > 0; size--)
        r = step(r ^ (uint32_t)*data++ << 24);
    return (uint16_t)(r >> 16);
}
