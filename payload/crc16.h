/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-16/XMODEM: polynomial 0x1021, starts at 0, not reflected. */
#ifndef ELFMON_PAYLOAD_CRC16_H
#define ELFMON_PAYLOAD_CRC16_H

#include <stddef.h>
#include <stdint.h>

/** @crc carried on over @size bytes. Over data and its own CRC, high byte first, it is 0. */
uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t size);

#endif
