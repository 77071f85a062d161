/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the serial line in WFI, which its receive interrupt or the virtual timer's ends. Both
 * stay masked and are never taken. The core sleeps only when the timer's interrupt has just been
 * seen to reach it: whatever becomes of the interrupt controller, no sleep lasts for ever. */
#ifndef ELFMON_DRIVERS_IDLE_H
#define ELFMON_DRIVERS_IDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/serial.h"
#include "drivers/wakeup.h"

/** Zeroes to begin with, but for the first two. */
struct idle {
    struct wakeup wakeup;
    unsigned irq; /* the line's, INTID; 0 where unknown */

    /* Internal. */
    bool on;
    bool useless;              /* the line's interrupt does not come: polling it is */
    uint64_t hz;               /* of the counter */
    uint64_t compare, control; /* the timer, as found */
};

/**
 * Let both interrupts reach this core. Where they are not known, or this faults, @idle->on stays
 * false and @idle->useless is set.
 */
void idle_start(struct idle *idle, struct serial *port);

/** Leave timer, interrupt controller and line as they were found. */
void idle_stop(struct idle *idle, struct serial *port);

/**
 * Sleep until something is received, at most @us and never longer than 10 ms. Returns at once while
 * interrupts do not arrive: the caller polls then.
 */
void idle_wait(struct idle *idle, struct serial *port, uint64_t us);

/**
 * Read the rest of what has begun to come, asleep in between: @due bytes, or fewer where the line
 * falls silent for some time or interrupts do not arrive. Returns how many came.
 */
size_t idle_read(struct idle *idle, struct serial *port, uint8_t *to, size_t due);

#endif
