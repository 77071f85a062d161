/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/arch/symbols.h"

#include <stddef.h>

extern const uint8_t __image_start[], __text_end[];

const char *symbols_find(vaddr_t address, uint64_t *offset)
{
    vaddr_t start = (vaddr_t)(uintptr_t)__image_start;
    const struct symbol *best = NULL;

    if (address < start || address >= (vaddr_t)(uintptr_t)__text_end)
        return NULL;
    for (uint32_t i = 0; i < symbol_count; i++) {
        if (symbol_table[i].offset > address - start)
            break;
        best = &symbol_table[i];
    }
    if (!best)
        return NULL;
    *offset = address - start - best->offset;
    return symbol_names + best->name;
}
