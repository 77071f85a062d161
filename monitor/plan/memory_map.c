/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/memory_map.h"

#include <inttypes.h>

#include "monitor/base/text.h"

static void named(struct region *out, struct range range, enum region_kind kind, const char *name)
{
    *out = (struct region){range, kind, name};
}

/* Source @i of the map, in order of precedence; empty where it uses no memory. False: no more. */
static bool source(const struct memory_map *map, unsigned i, struct region *out)
{
    const struct machine *machine = map->machine;
    unsigned devices = map->devices ? machine->mmio_count : 0;

    if (i < map->busy->count) {
        *out = map->busy->entries[i];
        return true;
    }
    i -= map->busy->count;
    if (i < PLAN_ROLE_COUNT) {
        struct range range = map->plan->ranges[i];

        if (map->plan->protocol == PROTOCOL_NONE)
            range = (struct range){0, 0};
        named(out, range, map->done[i] ? REGION_DONE : REGION_PLANNED,
              plan_role_name((enum plan_role)i));
        return true;
    }
    i -= PLAN_ROLE_COUNT;
    if (i < devices) {
        named(out, machine->mmio[i].range, REGION_DEVICE, machine->mmio[i].name);
        return true;
    }
    i -= devices;
    if (i < machine->ram_count)
        named(out, machine->ram[i], REGION_RAM, "free");
    return i < machine->ram_count;
}

bool memory_map_next(const struct memory_map *map, uint64_t from, struct region *out)
{
    struct region r;
    unsigned chosen = 0;
    bool found = false;

    for (unsigned i = 0; source(map, i, &r); i++) {
        if (r.range.start < from)
            r.range.start = from;
        if (r.range.start < r.range.end && (!found || r.range.start < out->range.start)) {
            *out = r;
            chosen = i;
            found = true;
        }
    }
    for (unsigned i = 0; i < chosen && source(map, i, &r); i++) {
        if (range_overlaps(r.range, out->range))
            out->range.end = r.range.start;
    }
    return found;
}

void memory_map_heading(char out[MEMORY_MAP_LINE_BYTES])
{
    out[0] = '\0';
    (void)text_add(out, MEMORY_MAP_LINE_BYTES, "%-18s %-18s %11s  USE", "START", "END", "SIZE");
}

static const char *prefix(enum region_kind kind)
{
    if (kind == REGION_RESERVED)
        return "reserved: ";
    return kind == REGION_DEVICE ? "device: " : "";
}

static const char *suffix(enum region_kind kind)
{
    if (kind == REGION_PLANNED)
        return " (planned)";
    return kind == REGION_DONE ? " (done)" : "";
}

void memory_map_line(const struct region *region, char out[MEMORY_MAP_LINE_BYTES])
{
    char size[TEXT_SIZE_BYTES];

    text_size(size, sizeof(size), range_bytes(region->range));
    out[0] = '\0';
    (void)text_add(out, MEMORY_MAP_LINE_BYTES, "0x%016" PRIx64 " 0x%016" PRIx64 " %11s  %s%s%s",
                   region->range.start, region->range.end, size, prefix(region->kind), region->name,
                   suffix(region->kind));
}
