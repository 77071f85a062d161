/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/targets/kernel/roottask.h"

static const struct roottask known[] = {
#include "build/targets/roottasks.inc"
};

enum { KNOWN_COUNT = sizeof(known) / sizeof(known[0]) };

const struct roottask *roottask_by_size(uint64_t bytes)
{
    for (unsigned i = 0; i < KNOWN_COUNT; i++) {
        if (known[i].va_end - known[i].va_start == bytes)
            return &known[i];
    }
    return &known[0];
}

static uint32_t crc_of_byte(uint32_t byte)
{
    uint32_t crc = byte << 24;

    for (unsigned bit = 0; bit < 8; bit++)
        crc = crc << 1 ^ ((crc >> 31) != 0 ? UINT32_C(0x04c11db7) : 0);
    return crc;
}

uint32_t cksum(const void *data, size_t size)
{
    static uint32_t table[256];
    const unsigned char *bytes = data;
    uint32_t crc = 0;

    for (uint32_t i = 0; i < 256; i++)
        table[i] = crc_of_byte(i);
    for (size_t i = 0; i < size; i++)
        crc = crc << 8 ^ table[crc >> 24 ^ bytes[i]];
    for (size_t rest = size; rest != 0; rest >>= 8)
        crc = crc << 8 ^ table[crc >> 24 ^ (rest & 0xff)];
    return ~crc;
}
