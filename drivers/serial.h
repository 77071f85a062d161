/* SPDX-License-Identifier: Apache-2.0 */
/* What a serial port's driver offers. */
#ifndef ELFMON_DRIVERS_SERIAL_H
#define ELFMON_DRIVERS_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Each byte received may have one or more: framing, parity, break, overrun before it. */
enum { SERIAL_ERROR_COUNT = 4 };

/** What a port's FIFO holds, at least: the PL011's has 32 from r1p5 on. */
enum { SERIAL_FIFO_BYTES = 16 };

struct serial {
    const struct serial_ops *ops;
    uintptr_t base; /* of the registers, mapped */
    uint32_t errors[SERIAL_ERROR_COUNT];
};

/** How much of what can be held has been received. */
enum serial_fill { SERIAL_EMPTY, SERIAL_SOME, SERIAL_FULL };

struct serial_ops {
    /** True where such a port is. Reads only; may fault where nothing is. */
    bool (*is_there)(const struct serial *port);
    /** Take over a port that may be in use: what has been received already is kept. */
    void (*start)(struct serial *port);
    void (*write)(struct serial *port, const char *data, size_t size);
    /**
     * Up to @room bytes received. Returns when there are no more and have not been for @looks looks
     * in a row. Breaks are counted, but no bytes.
     */
    size_t (*read)(struct serial *port, uint8_t *to, size_t room, unsigned looks);
    /** Wait until everything written has left. */
    void (*flush)(struct serial *port);
    enum serial_fill (*fill)(struct serial *port);
    /** Raise the interrupt while something is received, or never. */
    void (*interrupt)(struct serial *port, bool on);
};

extern const struct serial_ops pl011_ops;

#endif
