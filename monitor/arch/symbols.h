/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the monitor's own functions, for fault reports. */
#ifndef ELFMON_ARCH_SYMBOLS_H
#define ELFMON_ARCH_SYMBOLS_H

#include "monitor/base/range.h"

enum { SYMBOL_NAME_BYTES = 64 };

/* Made by monitor/arch/symbols.sh from the linked image: functions in ascending order, in codes of
 * five bits, the first in the lowest bits of the first byte. For each function:
 *   how many instructions it starts behind the one before it (the first: behind the image's first
 *     byte), four bits in a code, the lowest first; 16 is added to all but the last code
 *   how many characters of the name before its own begins with
 *   its other characters: 1..26 a..z, 27 _, 28 and a digit's value, 29 and 1..26 for A..Z; 0 ends
 */
extern const uint8_t symbol_codes[];
extern const uint32_t symbol_count;

/** The function that holds @address and the offset in it, or NULL outside the text. */
const char *symbols_find(vaddr_t address, uint64_t *offset);

#endif
