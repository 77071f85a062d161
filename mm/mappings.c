/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/mappings.h"

#include <string.h>

#include "monitor/base/bits.h"

uint64_t mappings_room(unsigned count)
{
    return align_up(count * sizeof(struct mapping), PAGE_BYTES);
}

struct range mappings_range(const struct mappings *mappings)
{
    paddr_t start = (paddr_t)(uintptr_t)mappings->list;

    return (struct range){start, start + mappings_room(mappings->count)};
}

void mappings_add(const struct mappings *from, const struct mapping *added, void *memory,
                  struct mappings *out)
{
    struct mapping *list = memory;

    if (from->count)
        memcpy(list, from->list, from->count * sizeof(*list));
    list[from->count] = *added;
    *out = (struct mappings){list, from->count + 1};
}
