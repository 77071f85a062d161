/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/sha1.h"

#include <string.h>

enum { BLOCK_BYTES = 64, WORDS = 5, ROUNDS = 80, LENGTH_BYTES = sizeof(uint64_t) };

static uint32_t rotate(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

static void put_be32(uint8_t *out, uint32_t word)
{
    for (unsigned i = 0; i < sizeof(word); i++)
        out[i] = (uint8_t)(word >> (24 - 8 * i));
}

/* f_t of FIPS 180-4, 4.1.1. */
static uint32_t mix(unsigned quarter, uint32_t b, uint32_t c, uint32_t d)
{
    if (quarter == 0)
        return (b & c) | (~b & d);
    if (quarter == 2)
        return (b & c) | (b & d) | (c & d);
    return b ^ c ^ d;
}

/* 6.1.3, with a schedule of 16 words. */
static void take_block(uint32_t h[WORDS], struct bytes data, size_t at)
{
    static const uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t w[16], v[WORDS];

    memcpy(v, h, sizeof(v));
    for (unsigned t = 0; t < ROUNDS; t++) {
        uint32_t *word = &w[t % 16], next;

        if (t < 16)
            (void)bytes_be32(data, at + t * sizeof(*word), word);
        else
            *word = rotate(w[(t + 13) % 16] ^ w[(t + 8) % 16] ^ w[(t + 2) % 16] ^ *word, 1);
        next = rotate(v[0], 5) + mix(t / 20, v[1], v[2], v[3]) + v[4] + k[t / 20] + *word;
        v[4] = v[3];
        v[3] = v[2];
        v[2] = rotate(v[1], 30);
        v[1] = v[0];
        v[0] = next;
    }
    for (unsigned i = 0; i < WORDS; i++)
        h[i] += v[i];
}

void sha1_make(struct bytes data, uint8_t out[SHA1_BYTES])
{
    uint32_t h[WORDS] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint8_t last[2 * BLOCK_BYTES] = {0};
    size_t at = 0, rest = data.size % BLOCK_BYTES;
    size_t end = rest < BLOCK_BYTES - LENGTH_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    uint64_t bits = (uint64_t)data.size * 8;

    for (; at < data.size - rest; at += BLOCK_BYTES)
        take_block(h, data, at);
    if (rest)
        memcpy(last, data.data + at, rest);
    last[rest] = 0x80;
    put_be32(last + end - 8, (uint32_t)(bits >> 32));
    put_be32(last + end - 4, (uint32_t)bits);
    for (at = 0; at < end; at += BLOCK_BYTES)
        take_block(h, (struct bytes){last, end}, at);
    for (unsigned i = 0; i < WORDS; i++)
        put_be32(out + 4 * i, h[i]);
}
