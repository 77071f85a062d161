/* SPDX-License-Identifier: Apache-2.0 */
/* The map of physical memory: every range and its use, in ascending order, without overlap. */
#ifndef ELFMON_MONITOR_PLAN_MEMORY_MAP_H
#define ELFMON_MONITOR_PLAN_MEMORY_MAP_H

#include "monitor/plan/plan.h"

/** What the map is made of. Where two of these overlap, the one named first keeps its place. */
struct memory_map {
    const struct regions *busy;    /* reserved memory, the monitor, what it keeps */
    const struct boot_plan *plan;  /* its destinations */
    bool done[PLAN_ROLE_COUNT];    /* destinations that have been written */
    const struct machine *machine; /* RAM, which is free where nothing else is */
    bool devices;                  /* list the machine's MMIO too */
};

/**
 * The first range that ends above @from, cut to begin there at the earliest. Beginning with 0 and
 * going on with @out->range.end lists all of them. False behind the last.
 */
bool memory_map_next(const struct memory_map *map, uint64_t from, struct region *out);

enum { MEMORY_MAP_LINE_BYTES = 256 };

/** "START  END  SIZE  USE", above what memory_map_line writes. */
void memory_map_heading(char out[MEMORY_MAP_LINE_BYTES]);

/** One range as a line of text: "0x0000000040000000 0x...  2.2 MiB  kernel (planned)". A name of
 * more than 150 characters is cut. */
void memory_map_line(const struct region *region, char out[MEMORY_MAP_LINE_BYTES]);

#endif
