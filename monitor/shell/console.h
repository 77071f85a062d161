/* SPDX-License-Identifier: Apache-2.0 */
/* The console that everything prints to and reads from: a serial line, or a test's buffers. */
#ifndef ELFMON_MONITOR_SHELL_CONSOLE_H
#define ELFMON_MONITOR_SHELL_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a serial line and a clock must offer. */
struct console_ops {
    void (*write)(void *context, const char *data, size_t size);
    /** Up to @room bytes that came; ends at @looks looks in a row at an idle line. */
    size_t (*read)(void *context, uint8_t *to, size_t room, unsigned looks);
    /** Microseconds since some fixed moment; never goes back. */
    uint64_t (*now_us)(void *context);
    /** Idle until a byte may have come, an interrupt or at most @us microseconds. May be short. */
    void (*wait)(void *context, uint64_t us);
};

enum { CONSOLE_AHEAD_BYTES = 1024, CONSOLE_CTRL_C = 0x03 };

struct console {
    const struct console_ops *ops;
    void *context;
    bool quiet;       /* printf writes nothing */
    bool interrupted; /* a Ctrl-C came since console_clear_interrupt */
    /* What console_interrupted and console_keep have read. */
    size_t ahead_head, ahead_count;
    uint8_t ahead[CONSOLE_AHEAD_BYTES];
};

void console_init(struct console *con, const struct console_ops *ops, void *context);

/** Print; "\n" goes out as "\r\n". One call prints at most 512 bytes, the rest is cut. */
void console_printf(struct console *con, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Write @size bytes as they are. */
void console_write(struct console *con, const char *data, size_t size);

/** The next byte, waiting up to @timeout_us (UINT64_MAX: for ever). ERR_TIMEOUT where none came. */
int console_getc(struct console *con, uint64_t timeout_us);

/**
 * Up to @room bytes: all of them, or what came until the line fell idle, if only for a moment.
 * Waits up to @timeout_us for the first one; 0 where none came. Ctrl-C is a byte as any other.
 */
size_t console_read(struct console *con, uint8_t *to, size_t room, uint64_t timeout_us);

/**
 * True where Ctrl-C has come since console_clear_interrupt. Long-running commands ask this
 * often and return ERR_INTERRUPTED. Bytes behind it are kept for console_getc, those before it are
 * dropped; where more come than can be kept, the last one kept reads as Ctrl-C, so that no cut line
 * is ever run.
 */
bool console_interrupted(struct console *con);
void console_clear_interrupt(struct console *con);

/**
 * Keep what has come, Ctrl-C too, for console_getc; where anything has, until nothing more comes
 * for
 * @us.
 */
void console_keep(struct console *con, uint64_t us);

uint64_t console_now_us(struct console *con);

/** Wait @us microseconds or until Ctrl-C: ERR_OK or ERR_INTERRUPTED. */
int console_sleep(struct console *con, uint64_t us);

#endif
