/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/xxh32.h"

#include <endian.h>
#include <string.h>

enum { LANES = 4, STRIPE_BYTES = LANES * sizeof(uint32_t) };

#define PRIME_1 UINT32_C(0x9e3779b1)
#define PRIME_2 UINT32_C(0x85ebca77)
#define PRIME_3 UINT32_C(0xc2b2ae3d)
#define PRIME_4 UINT32_C(0x27d4eb2f)
#define PRIME_5 UINT32_C(0x165667b1)

static uint32_t rotate(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

static uint32_t word_at(struct bytes data, size_t at)
{
    uint32_t word = 0;

    (void)bytes_le32(data, at, &word);
    return word;
}

/* All whole stripes, four lanes side by side; *@at moves behind them. */
static uint32_t take_stripes(struct bytes data, size_t *at)
{
    uint32_t lanes[LANES] = {PRIME_1 + PRIME_2, PRIME_2, 0, 0 - PRIME_1};
    uint32_t words[LANES];

    if (data.size < STRIPE_BYTES)
        return PRIME_5;
    for (; data.size - *at >= STRIPE_BYTES; *at += STRIPE_BYTES) {
        memcpy(words, data.data + *at, STRIPE_BYTES);
        for (unsigned i = 0; i < LANES; i++)
            lanes[i] = rotate(lanes[i] + le32toh(words[i]) * PRIME_2, 13) * PRIME_1;
    }
    return rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
}

uint32_t xxh32(struct bytes data)
{
    size_t at = 0;
    uint32_t h = take_stripes(data, &at) + (uint32_t)data.size;

    for (; data.size - at >= sizeof(uint32_t); at += sizeof(uint32_t))
        h = rotate(h + word_at(data, at) * PRIME_3, 17) * PRIME_4;
    for (; at < data.size; at++)
        h = rotate(h + data.data[at] * PRIME_5, 11) * PRIME_1;
    h = (h ^ h >> 15) * PRIME_2;
    h = (h ^ h >> 13) * PRIME_3;
    return h ^ h >> 16;
}
