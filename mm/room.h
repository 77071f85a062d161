/* SPDX-License-Identifier: Apache-2.0 */
/* Free places in a machine's RAM. */
#ifndef ELFMON_MM_ROOM_H
#define ELFMON_MM_ROOM_H

#include "mm/machine.h"
#include "mm/regions.h"

/**
 * The highest place for @size bytes, a multiple of 4096, in the RAM of @machine, clear of @taken.
 * ERR_NOMEM where there is none.
 */
int room_find_high(const struct machine *machine, const struct regions *taken, uint64_t size,
                   struct range *out);

/** The lowest place for @size bytes at a multiple of @alignment; else the same. */
int room_find_low(const struct machine *machine, const struct regions *taken, uint64_t size,
                  uint64_t alignment, struct range *out);

#endif
