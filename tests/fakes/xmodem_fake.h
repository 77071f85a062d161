/* SPDX-License-Identifier: Apache-2.0 */
/* What an XMODEM or YMODEM sender puts on the line, and a receiver with its memory. */
#ifndef ELFMON_TESTS_XMODEM_FAKE_H
#define ELFMON_TESTS_XMODEM_FAKE_H

#include "payload/xmodem.h"

enum { XMODEM_FAKE_BYTES = 16 * 1024, XMODEM_FAKE_GUARD = 0xee };

/** Bytes of a line. */
struct xmodem_stream {
    uint8_t data[XMODEM_FAKE_BYTES];
    size_t size;
};

void xmodem_stream_byte(struct xmodem_stream *s, uint8_t byte);

/** A block of @block_size bytes with @data, padded; @start as for xmodem_start. */
void xmodem_stream_block(struct xmodem_stream *s, enum xmodem_char start, uint8_t number,
                         unsigned block_size, const void *data, size_t size);

/** YMODEM's header; @size_text goes behind the name, NULL: nothing. */
void xmodem_stream_header(struct xmodem_stream *s, const char *name, const char *size_text);

/** A receiver that takes every file into the same memory, and what came of it. */
struct xmodem_fake {
    struct xmodem x;
    struct diag why;
    uint8_t memory[XMODEM_FAKE_BYTES + 16]; /* the last 16 bytes are XMODEM_FAKE_GUARD */
    size_t room;
    struct xmodem_stream replies;
    unsigned begin_count, end_count;
    size_t end_bytes; /* of the last complete file */
    char name[XMODEM_SMALL_BYTES];
    enum xmodem_event event; /* the last that was not XMODEM_NOTHING */
};

void xmodem_fake_init(struct xmodem_fake *f, enum xmodem_char start, size_t room);

/** Feed it @size bytes, at most @chunk at once; it accepts what is offered. */
void xmodem_fake_feed(struct xmodem_fake *f, const uint8_t *data, size_t size, size_t chunk);

void xmodem_fake_timeout(struct xmodem_fake *f);

/** Let it be silent until the machine halts; the time that took by its own account, in ms. */
uint32_t xmodem_fake_wait(struct xmodem_fake *f);

/** False where it has written behind its room. */
bool xmodem_fake_is_sound(const struct xmodem_fake *f);

#endif
