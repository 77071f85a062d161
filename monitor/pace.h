/* SPDX-License-Identifier: Apache-2.0 */
/* How to wait for more of what has begun: asleep, or asking, after one pause or another. Which is
 * fastest depends on what is at the other end, for an emulator on where the host runs its threads
 * and how fast one wakes the other, and changes: all are measured, those that were slower now and
 * then. */
#ifndef ELFMON_MONITOR_PACE_H
#define ELFMON_MONITOR_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACE_SLEEP = 0, PACE_WAYS = 15 };

/** Zeroes to begin with. */
struct pace {
    uint32_t rate[PACE_WAYS]; /* bytes in 2^21 ticks; 0: not known yet */
    uint32_t left;            /* bytes, until another way is tried, or that is decided */
    uint32_t patience;        /* bytes between two trials */
    uint8_t best, next;       /* the fastest way as far as is known; the one to try then */
    uint8_t way;              /* of the read that goes on */
    bool is_trial;            /* it is not the best */
    size_t bytes;             /* of the trial */
    uint64_t ticks;
};

/**
 * Begin to read up to *@room bytes, which become less where it is only to try a way.
 * Returns how many turns to spin before a look (drivers/idle.h), or PACE_SLEEP.
 */
unsigned pace_begin(struct pace *p, size_t *room);

/** @count bytes have come in @ticks of a counter. */
void pace_end(struct pace *p, size_t count, uint64_t ticks);

#endif
