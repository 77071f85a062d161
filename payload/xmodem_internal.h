/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiver does about what came (xmodem.c), also on silence (xmodem_silence.c). */
#ifndef ELFMON_PAYLOAD_XMODEM_INTERNAL_H
#define ELFMON_PAYLOAD_XMODEM_INTERNAL_H

#include "payload/xmodem.h"

/** Ask for the block again, or for the first one by the start character. */
void xmodem_ask_again(struct xmodem *x);

/** Drop the rest of a block that came damaged. Too many of them in a row are an error. */
void xmodem_bad_block(struct xmodem *x);

/** An EOT is believed: XMODEM_END follows, unless the file is not whole. */
void xmodem_end_file(struct xmodem *x);

/** Give up for @reason, and tell the sender to. */
void xmodem_fail(struct xmodem *x, enum err error, const char *reason);

/** Tell the sender to give up. */
void xmodem_send_cancel(struct xmodem *x);

/** Drop what still comes, then halt with @error, ERR_OK for none. */
void xmodem_close_line(struct xmodem *x, int error);

/** Part of a cancel sequence. */
static inline bool xmodem_is_cancel(uint8_t byte)
{
    return byte == XMODEM_CAN || byte == XMODEM_BS;
}

#endif
