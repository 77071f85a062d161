/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for tables whose size the input decides: taken piece by piece, given back as a whole. */
#ifndef ELFMON_BASE_ARENA_H
#define ELFMON_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

/**
 * Who gives the memory owns it, and with it all that has been taken: nothing is freed one by one.
 * The memory must outlive what was taken; with used set back to 0, or to what it was at some time,
 * all that was taken since is gone. Zero: an arena that is full.
 */
struct arena {
    uint8_t *memory; /* aligned to 8 bytes */
    size_t size, used;
};

/** Memory of @bytes at a multiple of @align (a power of two up to 8), not cleared; NULL: full. */
void *arena_take(struct arena *arena, size_t bytes, size_t align);

/** A copy of the string @text; NULL where the arena is full. */
const char *arena_text(struct arena *arena, const char *text);

/** From where to where the pieces of an arena have moved. */
struct arena_move {
    const uint8_t *from;
    uint8_t *to;
    size_t bytes;
};

/** Copy all that has been taken to @to, which may overlap it, and go on there, with @size bytes. */
struct arena_move arena_move(struct arena *arena, uint8_t *to, size_t size);

/** Where what lay at @old lies now; what is not of the arena stays where it is. */
void *arena_moved(const struct arena_move *move, const void *old);

#endif
