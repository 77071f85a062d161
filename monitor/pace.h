/* SPDX-License-Identifier: Apache-2.0 */
/* How to wait for more of what has begun: asleep, or asking over and over. Which is faster depends
 * on what is at the other end, for an emulator on where the host runs its threads, and changes:
 * both are measured, the slower one now and then. */
#ifndef ELFMON_MONITOR_PACE_H
#define ELFMON_MONITOR_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pace_way { PACE_SLEEP, PACE_POLL, PACE_WAYS };

/** Zeroes to begin with. */
struct pace {
    uint32_t cost[PACE_WAYS]; /* ticks for 256 bytes; 0: not known yet */
    uint32_t left;            /* bytes, until the other way is tried, or that is decided */
    uint32_t patience;        /* bytes between two trials */
    uint8_t way;              /* of the read that goes on */
    bool is_trial;            /* it is the one that was slower */
    size_t bytes;             /* of the trial */
    uint64_t ticks;
};

/**
 * Begin to read up to *@room bytes, which become less where it is only to try the slower way.
 * Returns the way to wait for them.
 */
enum pace_way pace_begin(struct pace *p, size_t *room);

/** @count bytes have come in @ticks of a counter. */
void pace_end(struct pace *p, size_t count, uint64_t ticks);

#endif
