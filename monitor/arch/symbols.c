/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/arch/symbols.h"

#include <stddef.h>
#include <string.h>

extern const uint8_t __image_start[], __text_end[];

const char *symbols_find(vaddr_t address, uint64_t *offset)
{
    vaddr_t start = (vaddr_t)(uintptr_t)__image_start;
    const char *name = symbol_names;
    uint64_t instruction = (address - start) / 4;
    uint32_t i = 0;

    if (address < start || address >= (vaddr_t)(uintptr_t)__text_end || !symbol_count ||
        instruction < symbol_table[0])
        return NULL;
    for (; i + 1 < symbol_count && symbol_table[i + 1] <= instruction; i++)
        name += strlen(name) + 1;
    *offset = address - start - 4 * (uint64_t)symbol_table[i];
    return name;
}
