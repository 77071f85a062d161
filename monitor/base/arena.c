/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/arena.h"

#include <string.h>

void *arena_take(struct arena *arena, size_t bytes, size_t align)
{
    size_t gap = -arena->used & (align - 1);
    uint8_t *piece;

    if (!arena->memory || arena->size - arena->used < gap ||
        arena->size - arena->used - gap < bytes)
        return NULL;
    piece = arena->memory + arena->used + gap;
    arena->used += gap + bytes;
    return piece;
}

const char *arena_text(struct arena *arena, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = arena_take(arena, bytes, 1);

    return copy ? memcpy(copy, text, bytes) : NULL;
}

struct arena_move arena_move(struct arena *arena, uint8_t *to, size_t size)
{
    struct arena_move move = {arena->memory, to, arena->used};

    if ((uintptr_t)to - (uintptr_t)arena->memory >= arena->used &&
        (uintptr_t)arena->memory - (uintptr_t)to >= arena->used)
        memcpy(to, arena->memory, arena->used); /* word by word, memmove need not be */
    else
        memmove(to, arena->memory, arena->used);
    arena->memory = to;
    arena->size = size;
    return move;
}

void *arena_moved(const struct arena_move *move, const void *old)
{
    uintptr_t at = (uintptr_t)old, from = (uintptr_t)move->from;

    return at >= from && at - from < move->bytes ? move->to + (at - from) : (void *)at;
}
