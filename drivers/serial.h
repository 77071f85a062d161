/* SPDX-License-Identifier: Apache-2.0 */
/* What a serial port's driver offers. */
#ifndef ELFMON_DRIVERS_SERIAL_H
#define ELFMON_DRIVERS_SERIAL_H

#include <stddef.h>
#include <stdint.h>

struct serial {
    const struct serial_ops *ops;
    uintptr_t base; /* of the registers, mapped */
};

struct serial_ops {
    /** Take over a port that may be in use: what has been received already is kept. */
    void (*start)(struct serial *port);
    void (*write)(struct serial *port, const char *data, size_t size);
    /** The next byte received, or -1. */
    int (*read)(struct serial *port);
    /** Wait until everything written has left. */
    void (*flush)(struct serial *port);
};

extern const struct serial_ops pl011_ops;

#endif
