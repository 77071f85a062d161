/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/arch/symbols.h"

#include <stddef.h>

enum { CODE_BITS = 5, CODE_END = 0, CODE_UNDERSCORE = 27, CODE_DIGIT, CODE_CAPITAL, MORE = 16 };

extern const uint8_t __image_start[], __text_end[];

static unsigned take(uint32_t *at)
{
    uint32_t bit = CODE_BITS * (*at)++;
    const uint8_t *p = &symbol_codes[bit / 8];

    return ((unsigned)p[0] | (unsigned)p[1] << 8) >> bit % 8 & ((1U << CODE_BITS) - 1);
}

static uint64_t take_number(uint32_t *at)
{
    uint64_t number = 0;
    unsigned code, shift = 0;

    do {
        code = take(at);
        number |= (uint64_t)(code % MORE) << shift;
        shift += 4;
    } while (code & MORE);
    return number;
}

/* @name holds the name before. */
static void take_name(uint32_t *at, char *name)
{
    unsigned code;

    name += take(at);
    while ((code = take(at)) != CODE_END) {
        if (code == CODE_UNDERSCORE)
            *name++ = '_';
        else if (code == CODE_DIGIT)
            *name++ = (char)('0' + take(at));
        else if (code == CODE_CAPITAL)
            *name++ = (char)('A' - 1 + take(at));
        else
            *name++ = (char)('a' - 1 + code);
    }
    *name = '\0';
}

const char *symbols_find(vaddr_t address, uint64_t *offset)
{
    static char name[SYMBOL_NAME_BYTES];
    vaddr_t start = (vaddr_t)(uintptr_t)__image_start;
    uint32_t at = 0;

    if (address < start || address >= (vaddr_t)(uintptr_t)__text_end)
        return NULL;
    name[0] = '\0';
    for (uint32_t i = 0; i < symbol_count; i++) {
        vaddr_t next = start + 4 * take_number(&at);

        if (next > address)
            break;
        start = next;
        take_name(&at, name);
    }
    *offset = address - start;
    return name[0] ? name : NULL;
}
