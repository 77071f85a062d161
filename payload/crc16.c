/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/crc16.h"

/* A byte at a time without a table: x is what leaves at the top, folded so that the quotient's
 * upper four bits act on its lower four; the polynomial then has x at bits 12, 5 and 0. */
uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t size)
{
    const uint8_t *end = data + size;
    uint32_t c = crc;

    if (size == 0)
        return crc;
    do {
        uint32_t x = (uint8_t)(c >> 8) ^ *data++;

        x ^= x >> 4;
        c = (c << 8) ^ (x << 12) ^ (x << 5) ^ x;
    } while (data != end);
    return (uint16_t)c;
}
