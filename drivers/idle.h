/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the serial line: in WFI, which its interrupt or the virtual timer's ends, both
 * masked, or awake.
 *
 * Reading UARTFR over and over takes the lock that an emulator needs to put bytes into the FIFO:
 * its serial line can be several times as fast without. */
#ifndef ELFMON_DRIVERS_IDLE_H
#define ELFMON_DRIVERS_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/serial.h"
#include "drivers/wakeup.h"

struct idle {
    struct wakeup wakeup;
    unsigned irq; /* the line's, INTID; 0 where unknown */

    /* Internal. */
    bool on;
    bool useless;          /* interrupts do not come: polling it is */
    bool is_proven;        /* the line's has been seen to come */
    uint64_t tick, moment; /* of the counter: the longest sleep; between two bytes of a burst */
    uint64_t end;          /* when the timer fires; UINT64_MAX: never */
    uint64_t woken;        /* when the last wait ended */
    uint64_t rest;         /* how long the FIFO takes to fill; below a moment: it is waited for */
    uint64_t spin_max;     /* turns before a look, at most */
    bool is_muted;         /* the line's interrupt is off */
    uint64_t compare, control; /* the timer, as found */
};

/**
 * Begin. Where the timer's interrupt does not come, @idle->on stays false and @idle->useless is
 * set; so too where this faults.
 */
void idle_start(struct idle *idle, struct serial *port);

/** Leave timer, interrupt controller and line as they were found. */
void idle_stop(struct idle *idle, struct serial *port);

/** Sleep until something is received, at most about @us. */
void idle_wait(struct idle *idle, struct serial *port, uint64_t us);

/**
 * The same where something has just come, and more is due: sleep until that has filled the FIFO, as
 * far as can be foretold, and read it.
 * @due  bytes there is room for; SERIAL_FIFO_BYTES at most are read
 * Returns how many bytes came; 0 after some time without.
 */
size_t idle_read(struct idle *idle, struct serial *port, uint8_t *to, size_t due);

/**
 * The same awake, where emulator and sender have cores of their own, and no interrupts.
 * @turns  of 16 divisions before the first look at the UART, 10 or more, as far as they take less
 *         than half of a FIFO's time at 921,600 baud; then there is a look every 10
 */
size_t idle_poll(struct idle *idle, struct serial *port, uint8_t *to, size_t due, unsigned turns);

#endif
