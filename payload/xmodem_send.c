/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/xmodem_send.h"

#include <string.h>

#include "monitor/base/text.h"

enum {
    WAIT_MS = 2000,
    QUIET_MS = 100, /* no byte for so long: the other side has nothing more to say */
    STARTING_MS = 50,
    STALL_MS = 30000, /* lrzsz's receivers let 13 s pass before they ask again */
    END_MS = 6000,    /* for the last answer, which those often flush when they leave */
    NAME_BYTES = 91,  /* of the header, with the NUL; what is left has room for the size */
    ERRORS_MAX = 10,  /* times that a block is sent again */
    LARGE_FROM = XMODEM_LARGE_BYTES - XMODEM_SMALL_BYTES + 1, /* so many bytes fill a 1K block */
};

static void close_line(struct xmodem_send *s, int error)
{
    s->state = XMODEM_SEND_CLOSING;
    s->error = error;
}

static void fail(struct xmodem_send *s, enum err error, const char *reason)
{
    close_line(s, xmodem_reason(s->why, error, s->sent, reason));
    xmodem_put_cancel(s->reply);
    s->reply_count = XMODEM_CANCEL_BYTES;
}

/* What the block is to carry, to @out; its size. */
static unsigned fill(const struct xmodem_send *s, uint8_t *out)
{
    size_t left = s->data.size - s->sent;
    unsigned size = XMODEM_SMALL_BYTES;

    if (s->header) {
        char *text = (char *)out;

        memset(out, 0, size);
        if (!s->last) {
            (void)text_add(text, NAME_BYTES, "%s", s->name);
            text += strlen(text) + 1;
            (void)text_add(text, size - NAME_BYTES, "%zu", s->data.size);
        }
        return size;
    }
    if (s->start == XMODEM_CRC && left >= LARGE_FROM)
        size = XMODEM_LARGE_BYTES;
    memset(out, XMODEM_PAD, size);
    memcpy(out, s->data.data + s->sent, left < size ? left : size);
    return size;
}

static bool is_at_end(const struct xmodem_send *s)
{
    return !s->header && s->sent == s->data.size;
}

/* Send what is to come next, or once more. */
static void send(struct xmodem_send *s)
{
    uint8_t *out = s->reply, *data = out + 3;
    uint16_t check;

    s->state = XMODEM_SEND_SENT;
    if (is_at_end(s)) {
        *out++ = XMODEM_EOT;
    } else {
        s->block_size = fill(s, data);
        *out++ = s->block_size == XMODEM_SMALL_BYTES ? XMODEM_SOH : XMODEM_STX;
        *out++ = s->number;
        *out = (uint8_t)~s->number;
        out = data + s->block_size;
        check = xmodem_check(s->start, 0, data, s->block_size);
        if (s->start == XMODEM_CRC)
            *out++ = (uint8_t)(check >> 8);
        *out++ = (uint8_t)check;
    }
    s->reply_count = (unsigned)(out - s->reply);
}

static void send_again(struct xmodem_send *s)
{
    s->retry_count++;
    if (++s->error_count > ERRORS_MAX)
        fail(s, ERR_IO, "a block was refused too often");
    else
        send(s);
}

/* No answer to the end. All data has been acknowledged. */
static void end_again(struct xmodem_send *s)
{
    if (s->idle_ms >= END_MS)
        close_line(s, ERR_OK);
    else
        send(s);
}

static void take_ack(struct xmodem_send *s)
{
    size_t left = s->data.size - s->sent;

    s->error_count = 0;
    s->idle_ms = 0;
    s->patience_ms = STALL_MS;
    if (!s->header && left > 0) {
        s->sent += left < s->block_size ? left : s->block_size;
        s->block_count++;
        s->number++;
        send(s);
    } else if (s->last || !s->name) {
        close_line(s, ERR_OK);
    } else { /* behind the header comes the file, behind the file an empty header */
        s->last = !s->header;
        s->header = s->last;
        s->number = !s->header;
        s->state = XMODEM_SEND_WAITING;
    }
}

static void take_byte(struct xmodem_send *s, uint8_t byte)
{
    bool asks = byte == XMODEM_CRC || byte == XMODEM_NAK, can = byte == XMODEM_CAN;

    if (s->state == XMODEM_SEND_CLOSING)
        return;
    if (can && s->can) {
        fail(s, ERR_IO, "cancelled by the receiver");
        s->reply_count = 0;
    } else if (s->state != XMODEM_SEND_SENT && asks) {
        s->start = byte;
        s->state = XMODEM_SEND_STARTING;
    } else if (s->state == XMODEM_SEND_SENT && asks) {
        send_again(s);
    } else if (s->state == XMODEM_SEND_SENT && byte == XMODEM_ACK) {
        take_ack(s);
    } else if (s->patience_ms != STALL_MS && byte == XMODEM_CTRL_C) {
        fail(s, ERR_INTERRUPTED, "interrupted");
    }
    s->can = can;
}

enum xmodem_event xmodem_send_feed(struct xmodem_send *s, struct bytes *in)
{
    s->reply_count = 0;
    while (in->size > 0 && s->reply_count == 0) {
        in->size--;
        take_byte(s, *in->data++);
    }
    return XMODEM_NOTHING;
}

uint32_t xmodem_send_wait_ms(const struct xmodem_send *s)
{
    if (s->state == XMODEM_SEND_STARTING)
        return STARTING_MS;
    return s->state == XMODEM_SEND_CLOSING ? QUIET_MS : WAIT_MS;
}

enum xmodem_event xmodem_send_timeout(struct xmodem_send *s)
{
    s->reply_count = 0;
    s->idle_ms += WAIT_MS;
    if (s->state == XMODEM_SEND_CLOSING)
        return s->error ? XMODEM_FAILED : XMODEM_DONE;
    if (s->state == XMODEM_SEND_STARTING)
        send(s);
    else if (s->state == XMODEM_SEND_SENT && (s->last || is_at_end(s)))
        end_again(s);
    else if (s->idle_ms >= s->patience_ms)
        fail(s, ERR_TIMEOUT, "the receiver is silent");
    return XMODEM_NOTHING;
}

void xmodem_send_start(struct xmodem_send *s, const char *name, struct bytes data,
                       uint32_t start_ms, struct diag *why)
{
    memset(s, 0, sizeof(*s));
    s->data = data;
    s->name = name;
    s->why = why;
    s->patience_ms = start_ms;
    s->header = name != NULL;
    s->number = !name;
}
