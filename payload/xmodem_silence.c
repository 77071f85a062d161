/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiver does when nothing comes: how long it waits, what it takes the silence for. */
#include "payload/xmodem_internal.h"

enum {
    BOUNDARY_MS = 1000,  /* until a block is asked for again */
    INVITATION_MS = 250, /* the same once: scripts often eat the first invitation with the echo */
    BLOCK_MS = 250,      /* between the bytes of a block */
    QUIET_MS = 100,      /* no byte for so long: whatever was sent has ended */
    EOT_MS = 20,         /* the same behind an EOT, which may be forged */
    EOT_AGAIN_MS = 10,   /* the same behind one that was asked for */
    QUIETS = 2,          /* in a row, after an error: what still comes is no command */
    CANCELLED_MS = 500,  /* no block for so long after CANs at the end of a broken one */
    STALL_MS = 10000,    /* without a good block */
    BATCH_MS = 2000,     /* without another file: the end of the batch was lost */
    CLOSINGS_MAX = 12,   /* lrzsz's senders repeat an EOT 10 times before they look at CANs */
    EOTS_CLEAN = 2,      /* in a row, to be believed */
    EOTS_BAD = 3,        /* the same on a line that has damaged something before */
    CANS_TWO = 3,        /* as a can_history */
};

uint32_t xmodem_wait_ms(const struct xmodem *x)
{
    if (xmodem_is_waiting(x) && !x->can_history)
        return x->idle_ms ? BOUNDARY_MS - x->idle_ms % BOUNDARY_MS : INVITATION_MS;
    if (x->state == XMODEM_AT_BOUNDARY)
        return x->can_history ? CANCELLED_MS : BOUNDARY_MS;
    if (x->state == XMODEM_AFTER_EOT)
        return x->eot_count > 0 ? EOT_AGAIN_MS : EOT_MS;
    return x->state <= XMODEM_IN_BLOCK ? BLOCK_MS : QUIET_MS;
}

/* Was the end of what came a cancellation? It may be data too, and the line only slow: the sender
 * is asked before that is believed. */
static bool ends_cancelled(const struct xmodem *x)
{
    return x->state == XMODEM_IN_BLOCK && x->number == x->next &&
           x->sink > x->data + x->received + 1 && xmodem_is_cancel(x->sink[-1]) &&
           xmodem_is_cancel(x->sink[-2]);
}

static void repeat(struct xmodem *x)
{
    x->retry_count += x->phase == XMODEM_BODY;
    xmodem_ask_again(x);
}

/* The line has fallen silent within a block, or behind a bad one. */
static void after_block(struct xmodem *x)
{
    x->can_history = ends_cancelled(x) ? CANS_TWO : 0;
    if (x->state != XMODEM_DRAINING && !x->streaming)
        xmodem_bad_block(x);
    if (x->state == XMODEM_DRAINING)
        repeat(x);
}

static void after_eot(struct xmodem *x)
{
    unsigned needed = x->retry_count > 0 ? EOTS_BAD : EOTS_CLEAN;

    if (++x->eot_count < needed)
        xmodem_ask_again(x);
    else
        xmodem_end_file(x);
}

static void after_closing(struct xmodem *x)
{
    bool patient = x->error_count < CLOSINGS_MAX;

    if (x->noisy && x->error && patient) {
        x->error_count++;
        xmodem_send_cancel(x);
    } else if (!x->error || !patient || ++x->quiet_count == QUIETS) {
        x->state = XMODEM_HALTED;
        x->event = x->error ? XMODEM_FAILED : XMODEM_DONE;
    }
}

static void fail_cancelled(struct xmodem *x)
{
    xmodem_fail(x, ERR_IO, "cancelled by the sender");
    x->reply_count = 0;
}

static void after_silence(struct xmodem *x)
{
    uint32_t patience_ms = x->phase == XMODEM_FIRST ? x->start_ms : STALL_MS;

    x->idle_ms += xmodem_wait_ms(x);
    if ((x->can_history & CANS_TWO) == CANS_TWO)
        fail_cancelled(x);
    else if (x->phase == XMODEM_HEADER && x->idle_ms >= BATCH_MS)
        xmodem_close_line(x, ERR_OK);
    else if (x->idle_ms >= patience_ms)
        xmodem_fail(x, ERR_TIMEOUT, "the sender is silent");
    else if (x->state == XMODEM_AFTER_EOT)
        after_eot(x);
    else if (x->state == XMODEM_AT_BOUNDARY)
        repeat(x);
    else
        after_block(x);
}

enum xmodem_event xmodem_timeout(struct xmodem *x)
{
    x->reply_count = 0;
    x->event = XMODEM_NOTHING;
    if (x->state < XMODEM_CLOSING)
        after_silence(x);
    else
        after_closing(x);
    return x->event;
}
