/* SPDX-License-Identifier: Apache-2.0 */
/* The map of physical memory: who uses which range, planned or done. */
#ifndef ELFMON_MM_REGIONS_H
#define ELFMON_MM_REGIONS_H

#include <stdbool.h>

#include "monitor/base/arena.h"
#include "monitor/base/range.h"

enum region_kind {
    REGION_RAM,      /* free memory */
    REGION_RESERVED, /* firmware's: /reserved-memory, /memreserve/ */
    REGION_MONITOR,  /* the monitor's image, stacks, tables */
    REGION_DTB,      /* the monitor's copy of the DTB */
    REGION_SOURCE,   /* a payload that is still needed */
    REGION_PLANNED,  /* a destination of the plan, not written yet */
    REGION_DONE,     /* a destination that has been written */
    REGION_DEVICE,   /* MMIO */
};

struct region {
    struct range range;
    enum region_kind kind;
    const char *name; /* "kernel", "root task", ...: not copied, it outlives the set */
};

/** A sorted set of disjoint regions in memory of its owner's; count 0: empty. A copy shares it. */
struct regions {
    unsigned count, max;
    struct region *entries; /* of which there are @max */
};

/**
 * The entries that a set of up to @ranges ranges needs at most, whichever of them are cut by which
 * others: between their ends there are fewer gaps than twice as many.
 */
static inline unsigned regions_needed(unsigned ranges)
{
    return 2 * ranges;
}

/** An empty set of up to @max entries in memory of @arena. ERR_NOMEM where there is not enough. */
int regions_init(struct regions *set, unsigned max, struct arena *arena, struct diag *d);

/** Go on with the entries and names of @set after the arena has moved. */
void regions_moved(struct regions *set, const struct arena_move *move);

/**
 * Say that @range, which @what (may be "") is about, overlaps @other. Returns ERR_OVERLAP.
 */
int regions_refuse(struct range range, const char *what, const struct region *other,
                   struct diag *d);

/** Insert; ERR_OVERLAP (the other's name in @d), ERR_NOMEM, or ERR_RANGE for an empty range. */
int regions_add(struct regions *set, struct range range, enum region_kind kind, const char *name,
                struct diag *d);

/** Insert the parts of @range that no region covers yet. ERR_NOMEM, or ERR_OK also for none. */
int regions_add_rest(struct regions *set, struct range range, enum region_kind kind,
                     const char *name, struct diag *d);

/** The first region that shares a byte with @range, or NULL. */
const struct region *regions_overlap(const struct regions *set, struct range range);

/**
 * The lowest (or, with @highest, the highest) range of @size bytes at a multiple of @alignment
 * inside @within that no region of @set overlaps. ERR_NOMEM where there is none, ERR_RANGE where
 * @size is 0 or @alignment is no power of two.
 */
int regions_find_free(const struct regions *set, struct range within, uint64_t size,
                      uint64_t alignment, bool highest, struct range *out);

#endif
