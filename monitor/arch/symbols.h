/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the monitor's own functions, for fault reports. */
#ifndef ELFMON_ARCH_SYMBOLS_H
#define ELFMON_ARCH_SYMBOLS_H

#include "monitor/base/range.h"

/* Made by monitor/arch/symbols.sh from the linked image, ascending: where each function starts, in
 * instructions from the image's first byte, and the names in the same order, NUL-terminated. */
extern const uint16_t symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];

/** The function that holds @address and the offset in it, or NULL outside the text. */
const char *symbols_find(vaddr_t address, uint64_t *offset);

#endif
