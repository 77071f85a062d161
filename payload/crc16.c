/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/crc16.h"

#include <endian.h>
#include <string.h>

/*
 * The remainder of t * x^16, divided by P = x^16 + x^12 + x^5 + 1, without a table. With y = 1 / x
 * and z = y^4 + y^11 + y^16, the quotient is the integer part of t / (1 + z); 1 / (1 + z) is
 * (1 + z)(1 + z^2)(1 + z^4)(1 + z^8)..., and squaring doubles each exponent. What is shifted out at
 * the bottom cannot come back. The remainder is then the low end of the quotient times P.
 */
static uint16_t remainder_of(uint64_t t)
{
    uint64_t q = t;

    q ^= q >> 4 ^ q >> 11 ^ q >> 16;
    q ^= q >> 8 ^ q >> 22 ^ q >> 32;
    q ^= q >> 16 ^ q >> 44;
    q ^= q >> 32;
    return (uint16_t)(q ^ q << 5 ^ q << 12);
}

uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t size)
{
    uint64_t word;
    size_t i = 0;

    for (; size - i >= sizeof(word); i += sizeof(word)) {
        memcpy(&word, data + i, sizeof(word));
        crc = remainder_of(be64toh(word) ^ (uint64_t)crc << 48);
    }
    for (; i < size; i++)
        crc = (uint16_t)(remainder_of(crc >> 8 ^ data[i]) ^ crc << 8);
    return crc;
}
