/* SPDX-License-Identifier: Apache-2.0 */
/* As much of a devicetree reader as the checks need. It runs with the MMU off: only aligned
 * accesses. */
#include "tests/targets/image/report.h"

enum { OFF_STRUCT = 8, OFF_STRINGS = 12, BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4 };

uint32_t dtb_word(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint64_t dtb_number(struct value value)
{
    if (value.bytes == 4)
        return dtb_word(value.data);
    return value.bytes == 8 ? (uint64_t)dtb_word(value.data) << 32 | dtb_word(value.data + 4) : 0;
}

/* True where @found is @wanted, up to its end or a unit address. */
static bool is_called(const uint8_t *found, const char *wanted)
{
    while (*wanted != '\0' && *found == (uint8_t)*wanted) {
        found++;
        wanted++;
    }
    return *wanted == '\0' && (*found == '\0' || *found == '@');
}

static const uint8_t *skip_text(const uint8_t *at, const uint8_t *origin)
{
    while (*at != '\0')
        at++;
    return origin + (((uint64_t)(at - origin) + 4) & ~UINT64_C(3));
}

struct value dtb_find(const uint8_t *dtb, const char *node, const char *name)
{
    const uint8_t *at = dtb + dtb_word(dtb + OFF_STRUCT);
    const uint8_t *strings = dtb + dtb_word(dtb + OFF_STRINGS);
    unsigned depth = 0;
    bool inside = false;

    for (;;) {
        const uint32_t token = dtb_word(at);

        at += 4;
        if (token == BEGIN_NODE) {
            inside = ++depth == 2 && is_called(at, node);
            at = skip_text(at, dtb);
        } else if (token == END_NODE) {
            depth--;
            inside = false;
        } else if (token == PROP) {
            const uint32_t bytes = dtb_word(at);

            if (inside && is_called(strings + dtb_word(at + 4), name))
                return (struct value){at + 8, bytes};
            at += 8 + ((bytes + 3) & ~UINT32_C(3));
        } else if (token != NOP) {
            return (struct value){NULL, 0};
        }
    }
}

struct range dtb_ram(const uint8_t *dtb)
{
    const struct value reg = dtb_find(dtb, "memory", "reg");
    uint64_t start;

    if (reg.data == NULL || reg.bytes < 12)
        return (struct range){0, 0};
    start = dtb_number((struct value){reg.data, 8});
    /* Two cells, and one or two. */
    return (struct range){start, start + dtb_number((struct value){reg.data + 8, reg.bytes - 8})};
}
