/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the monitor's own functions, for fault reports. */
#ifndef ELFMON_ARCH_SYMBOLS_H
#define ELFMON_ARCH_SYMBOLS_H

#include "monitor/base/range.h"

/** One function; the table is made by monitor/arch/symbols.sh from the linked image. */
struct symbol {
    uint32_t offset; /* from the image's first byte */
    uint32_t name;   /* from the first byte of symbol_names */
};

extern const struct symbol symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];

/** The function that holds @address and the offset in it, or NULL outside the text. */
const char *symbols_find(vaddr_t address, uint64_t *offset);

#endif
