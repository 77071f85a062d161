/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/crc32.h"

/* x^32 + x^26 + ... + 1, bit 0 first. */
#define POLYNOMIAL UINT32_C(0xedb88320)

uint32_t crc32_step(uint32_t crc, const uint8_t *data, size_t size)
{
    for (; size > 0; size--) {
        crc ^= *data++;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    }
    return crc;
}
