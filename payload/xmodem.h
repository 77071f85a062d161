/* SPDX-License-Identifier: Apache-2.0 */
/* Receiver of XMODEM (checksum, CRC, 128-byte and 1K blocks) and YMODEM (batch and streaming).
 * Sources: Chuck Forsberg, "XMODEM/YMODEM Protocol Reference", 1988.
 *
 * Push-style: the caller feeds what came, calls xmodem_timeout when nothing came for
 * xmodem_wait_ms, and after each of these sends @reply. Which protocol the sender speaks is seen
 * from its first block: number 0 is YMODEM's header, number 1 XMODEM's first data. */
#ifndef ELFMON_PAYLOAD_XMODEM_H
#define ELFMON_PAYLOAD_XMODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/base/reader.h"

enum xmodem_char {
    XMODEM_SOH = 0x01, /* a block of 128 bytes follows */
    XMODEM_STX = 0x02, /* a block of 1024 bytes follows */
    XMODEM_CTRL_C = 0x03,
    XMODEM_EOT = 0x04,
    XMODEM_ACK = 0x06,
    XMODEM_BS = 0x08,
    XMODEM_NAK = 0x15,
    XMODEM_CAN = 0x18,
    XMODEM_PAD = 0x1a,
    XMODEM_CRC = 'C',
    XMODEM_STREAM = 'G',
};

enum {
    XMODEM_SMALL_BYTES = 128,
    XMODEM_LARGE_BYTES = 1024,
    XMODEM_BLOCK_BYTES = 3 + XMODEM_LARGE_BYTES + 2, /* with all that is around it */
    XMODEM_CANCEL_BYTES = 20, /* ten CAN, and as many BS to wipe them from a screen */
    XMODEM_START_MS = 60000,  /* for a sender to begin */
};

#define XMODEM_SIZE_UNKNOWN SIZE_MAX

enum xmodem_event {
    XMODEM_NOTHING,
    XMODEM_BEGIN,  /* YMODEM: a file is offered; answer with xmodem_accept or xmodem_cancel */
    XMODEM_END,    /* a file is complete; in XMODEM with its padding */
    XMODEM_DONE,   /* nothing follows, and the line is quiet */
    XMODEM_FAILED, /* the same after an error, which is in @error and in words in @why */
};

enum xmodem_state {
    XMODEM_AT_BOUNDARY, /* between blocks */
    XMODEM_AT_NUMBER,
    XMODEM_AT_COMPLEMENT,
    XMODEM_IN_BLOCK,
    XMODEM_AFTER_EOT, /* if it stays quiet, it was one */
    XMODEM_DRAINING,  /* dropping the rest of a bad block */
    XMODEM_OFFERING,  /* until xmodem_accept */
    XMODEM_CLOSING,   /* dropping everything until the line is quiet */
    XMODEM_HALTED,
};

enum xmodem_phase {
    XMODEM_FIRST,  /* nothing has come yet: both protocols are possible */
    XMODEM_HEADER, /* between the files of a batch */
    XMODEM_BODY,
};

struct xmodem {
    /* For the caller. */
    uint8_t reply[XMODEM_CANCEL_BYTES + 1]; /* to be sent now, before anything else */
    unsigned reply_count;
    size_t received;      /* bytes of this file */
    size_t size;          /* as announced, or XMODEM_SIZE_UNKNOWN */
    uint32_t block_count; /* accepted, of all files */
    uint32_t retry_count; /* asked for again, of all files */
    int error;

    /* Internal. */
    enum xmodem_state state;
    enum xmodem_phase phase;
    enum xmodem_event event;
    uint8_t *data; /* of this file; room bytes */
    size_t room;
    struct diag *why;
    uint32_t start_ms, idle_ms; /* patience for the first block; quiet time since the last one */
    uint32_t junk_count;        /* bytes dropped since the last block */
    unsigned error_count;       /* bad blocks in a row; cancel sequences sent, in XMODEM_CLOSING */
    unsigned block_size;        /* data bytes of this block */
    unsigned seen;              /* bytes behind its number */
    uint16_t check;
    uint8_t *sink; /* where the block goes, and for how much of it there is room */
    size_t sink_room;
    uint8_t start;        /* XMODEM_CRC, XMODEM_NAK or XMODEM_STREAM */
    uint8_t number, next; /* of this block; of the one to come */
    uint8_t can_history;  /* bit n: the byte n before was CAN; not 0: maybe cancelled */
    bool batch;           /* YMODEM */
    bool streaming;       /* YMODEM-g, within a file */
    bool asked;           /* for a block again, since the last ACK */
    uint8_t eot_count;    /* in a row */
    uint8_t quiet_count;  /* while closing: QUIET_MS without a byte, in a row */
    bool overflow;        /* the block has more than padding behind the room */
    bool noisy;           /* while closing: the other side has not cancelled yet */
    uint8_t header[XMODEM_SMALL_BYTES];
};

/**
 * Begin; the first invitation is in @x->reply.
 * @start     XMODEM_CRC; XMODEM_NAK for checksums, which promise little; XMODEM_STREAM for YMODEM-g
 * @data      where an XMODEM file goes, which does not say its size; @room bytes
 * @start_ms  patience for the first block
 */
void xmodem_start(struct xmodem *x, enum xmodem_char start, uint8_t *data, size_t room,
                  uint32_t start_ms, struct diag *why);

/** Take from @in, until there is something to send or to do. What is left in it comes again. */
enum xmodem_event xmodem_feed(struct xmodem *x, struct bytes *in);

/** How many bytes to read at once: of a block that has begun, all that is left of it, and at most
 * XMODEM_BLOCK_BYTES. */
size_t xmodem_due(const struct xmodem *x);

/** No block has begun yet. */
bool xmodem_is_waiting(const struct xmodem *x);

/** Nothing has come for xmodem_wait_ms. */
enum xmodem_event xmodem_timeout(struct xmodem *x);
uint32_t xmodem_wait_ms(const struct xmodem *x);

/** Name of the file offered last, printable, without control characters; "" in XMODEM. */
const char *xmodem_name(const struct xmodem *x);

/**
 * After XMODEM_BEGIN: the file goes to @data. One that is announced as larger than @room is
 * cancelled with ERR_NOMEM.
 */
void xmodem_accept(struct xmodem *x, uint8_t *data, size_t room);

/** Give up for @error, whose reason the caller knows. XMODEM_FAILED follows. */
void xmodem_cancel(struct xmodem *x, int error);

/** What both machines say when they give up. Returns @error. */
int xmodem_reason(struct diag *why, enum err error, size_t after, const char *reason);

/** @check carried on over @size bytes: their sum for XMODEM_NAK, else their CRC-16. */
uint16_t xmodem_check(enum xmodem_char start, uint16_t check, const uint8_t *data, size_t size);

/** The XMODEM_CANCEL_BYTES that make the other side give up. */
void xmodem_put_cancel(uint8_t *out);

#endif
