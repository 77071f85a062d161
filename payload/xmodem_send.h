/* SPDX-License-Identifier: Apache-2.0 */
/* Sender of XMODEM (small blocks with checksum or 1K blocks with CRC, as
 * the receiver asks) and YMODEM. Push-style as
 * the receiver in payload/xmodem.h. */
#ifndef ELFMON_PAYLOAD_XMODEM_SEND_H
#define ELFMON_PAYLOAD_XMODEM_SEND_H

#include "payload/xmodem.h"

struct xmodem_send {
    /* For the caller. */
    unsigned reply_count; /* bytes of @reply, to be sent now, before anything else */
    size_t sent;          /* bytes that the receiver has acknowledged */
    uint32_t block_count; /* the same in blocks */
    uint32_t retry_count; /* sent again */
    int error;

    /* Internal. */
    enum xmodem_send_state {
        XMODEM_SEND_WAITING,  /* for the receiver to begin */
        XMODEM_SEND_STARTING, /* until no further start character comes */
        XMODEM_SEND_SENT,     /* a block or an EOT, not acknowledged yet */
        XMODEM_SEND_CLOSING,  /* dropping everything until the line is quiet */
    } state;
    struct bytes data;
    const char *name; /* NULL: XMODEM */
    struct diag *why;
    uint32_t patience_ms, idle_ms; /* for an answer; quiet time since the last one */
    unsigned block_size, error_count;
    uint8_t number; /* of the block, modulo 256 */
    uint8_t start;  /* as the receiver asks: XMODEM_CRC or XMODEM_NAK */
    bool header;    /* YMODEM: the block is a header */
    bool last;      /* YMODEM: it is the empty one that ends the batch */
    bool can;       /* the byte before was CAN */
    uint8_t reply[XMODEM_BLOCK_BYTES];
};

/**
 * Begin to send @data.
 * @name      YMODEM with this name; NULL: XMODEM
 * @start_ms  patience for the receiver to begin
 */
void xmodem_send_start(struct xmodem_send *s, const char *name, struct bytes data,
                       uint32_t start_ms, struct diag *why);

/**
 * As xmodem_feed: XMODEM_NOTHING, XMODEM_DONE or XMODEM_FAILED. lrzsz's receivers flush their input
 * behind each answer: leave them a millisecond before @reply.
 */
enum xmodem_event xmodem_send_feed(struct xmodem_send *s, struct bytes *in);
enum xmodem_event xmodem_send_timeout(struct xmodem_send *s);
uint32_t xmodem_send_wait_ms(const struct xmodem_send *s);

#endif
