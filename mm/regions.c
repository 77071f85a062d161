/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/regions.h"

#include <inttypes.h>
#include <string.h>

#include "monitor/base/bits.h"

int regions_init(struct regions *set, unsigned max, struct arena *arena, struct diag *d)
{
    size_t bytes = max * sizeof(struct region);

    *set =
        (struct regions){.max = max, .entries = arena_take(arena, bytes, _Alignof(struct region))};
    if (!set->entries)
        return diag_set(d, ERR_NOMEM, "no %zu bytes for a list of %u memory regions", bytes, max);
    return ERR_OK;
}

void regions_moved(struct regions *set, const struct arena_move *move)
{
    set->entries = arena_moved(move, set->entries);
    for (unsigned i = 0; i < set->count; i++)
        set->entries[i].name = arena_moved(move, set->entries[i].name);
}

/* Index of the first entry that ends behind @address: the only one that can hold it. */
static unsigned lookup(const struct regions *set, uint64_t address)
{
    unsigned i = 0;

    while (i < set->count && set->entries[i].range.end <= address)
        i++;
    return i;
}

int regions_refuse(struct range range, const char *what, const struct region *other, struct diag *d)
{
    return diag_set(d, ERR_OVERLAP,
                    "%s%s0x%" PRIx64 "-0x%" PRIx64 " overlaps %s at 0x%" PRIx64 "-0x%" PRIx64, what,
                    *what ? ": " : "", range.start, range.end, other->name, other->range.start,
                    other->range.end);
}

int regions_add(struct regions *set, struct range range, enum region_kind kind, const char *name,
                struct diag *d)
{
    const struct region *other = regions_overlap(set, range);
    unsigned i = lookup(set, range.start);

    if (range.start >= range.end)
        return diag_set(d, ERR_RANGE, "%s: empty range at 0x%" PRIx64, name, range.start);
    if (other)
        return regions_refuse(range, name, other, d);
    if (set->count == set->max)
        return diag_set(d, ERR_NOMEM, "%s: more than %u memory regions", name, set->max);
    memmove(&set->entries[i + 1], &set->entries[i], (set->count - i) * sizeof(set->entries[0]));
    set->entries[i] = (struct region){range, kind, name};
    set->count++;
    return ERR_OK;
}

const struct region *regions_overlap(const struct regions *set, struct range range)
{
    unsigned i = lookup(set, range.start);

    return i < set->count && range_overlaps(set->entries[i].range, range) ? &set->entries[i] : NULL;
}

int regions_add_rest(struct regions *set, struct range range, enum region_kind kind,
                     const char *name, struct diag *d)
{
    int err = ERR_OK;

    while (!range_is_empty(range) && !err) {
        const struct region *other = regions_overlap(set, range);
        struct range part = range;

        if (other) {
            part.end = other->range.start > range.start ? other->range.start : range.start;
            range.start = other->range.end < range.end ? other->range.end : range.end;
        } else {
            range.start = range.end;
        }
        if (!range_is_empty(part))
            err = regions_add(set, part, kind, name, d);
    }
    return err;
}

/* The lowest or highest aligned place for @size bytes in the free range @gap. */
static bool place(struct range gap, uint64_t size, uint64_t alignment, bool highest, uint64_t *out)
{
    uint64_t start;

    if (gap.start >= gap.end || range_bytes(gap) < size)
        return false;
    if (highest) {
        start = align_down(gap.end - size, alignment);
        if (start < gap.start)
            return false;
    } else {
        start = align_up(gap.start, alignment);
        if (start < gap.start || start > gap.end - size)
            return false;
    }
    *out = start;
    return true;
}

int regions_find_free(const struct regions *set, struct range within, uint64_t size,
                      uint64_t alignment, bool highest, struct range *out)
{
    uint64_t cursor = within.start;
    uint64_t start = 0;
    bool found = false;

    if (size == 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return ERR_RANGE;
    for (unsigned i = lookup(set, within.start); cursor < within.end && (highest || !found); i++) {
        bool last = i == set->count || set->entries[i].range.start >= within.end;
        struct range gap = {cursor, last ? within.end : set->entries[i].range.start};

        found |= place(gap, size, alignment, highest, &start);
        cursor = last ? within.end : set->entries[i].range.end;
    }
    if (!found)
        return ERR_NOMEM;
    *out = (struct range){start, start + size};
    return ERR_OK;
}
