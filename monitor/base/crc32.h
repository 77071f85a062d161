/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 as in gzip and in hash nodes of a FIT, for CPUs that have no instruction for it. */
#ifndef ELFMON_BASE_CRC32_H
#define ELFMON_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/** @crc, inverted as between two pieces, with @size bytes at @data taken in. */
uint32_t crc32_step(uint32_t crc, const uint8_t *data, size_t size);

#endif
