/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiver does with what comes; xmodem_silence.c has what it does when nothing comes. */
#include "payload/xmodem.h"

#include <string.h>

#include "payload/crc16.h"
#include "payload/xmodem_internal.h"

enum {
    ERRORS_MAX = 10,      /* bad blocks in a row */
    BURST_BYTES = 16,     /* what a UART's FIFO holds at least; no block is as small */
    JUNK_MAX = 64 * 1024, /* bytes between blocks without a good one */
    CANS = XMODEM_CANCEL_BYTES / 2,
    TEXT_BYTES = XMODEM_SMALL_BYTES - 2, /* of a header; some senders use what is behind */
};

static void put(struct xmodem *x, uint8_t byte)
{
    x->reply[x->reply_count++] = byte;
}

void xmodem_put_cancel(uint8_t *out)
{
    memset(out, XMODEM_CAN, CANS);
    memset(out + CANS, XMODEM_BS, CANS);
}

/*
 * lrzsz's sb makes CAN the terminal's interrupt key while it streams, which does nothing where the
 * line is not its controlling terminal. Before the first data it would then wait for a minute and
 * send the file to the shell, so it is made to send it now, to be dropped.
 */
void xmodem_send_cancel(struct xmodem *x)
{
    xmodem_put_cancel(x->reply);
    x->reply_count = XMODEM_CANCEL_BYTES;
    if (x->streaming && x->received == 0)
        put(x, XMODEM_STREAM);
    x->noisy = false;
}

void xmodem_close_line(struct xmodem *x, int error)
{
    x->state = XMODEM_CLOSING;
    x->error = error;
    x->error_count = 0;
}

void xmodem_cancel(struct xmodem *x, int error)
{
    xmodem_close_line(x, error);
    xmodem_send_cancel(x);
}

int xmodem_reason(struct diag *why, enum err error, size_t after, const char *reason)
{
    return diag_set(why, error, "after %zu bytes: %s", after, reason);
}

void xmodem_fail(struct xmodem *x, enum err error, const char *reason)
{
    xmodem_cancel(x, xmodem_reason(x->why, error, x->received, reason));
}

static void fail_room(struct xmodem *x, size_t size)
{
    xmodem_cancel(x, diag_set(x->why, ERR_NOMEM, "%zu bytes do not fit into %zu", size, x->room));
}

static void fail_announced(struct xmodem *x, size_t size)
{
    xmodem_cancel(x,
                  diag_set(x->why, ERR_FORMAT, "%zu bytes received, %zu announced", size, x->size));
}

/* Between header and first data as before a header, the sender waits for the start character. */
static bool is_starting(const struct xmodem *x)
{
    return x->phase != XMODEM_BODY || x->received == 0;
}

static void acknowledge(struct xmodem *x)
{
    x->state = XMODEM_AT_BOUNDARY;
    x->asked = false;
    x->error_count = 0;
    x->idle_ms = 0;
    x->junk_count = 0;
    if (!x->streaming)
        put(x, XMODEM_ACK);
    if (is_starting(x))
        put(x, x->start);
}

/*
 * A block or an EOT has come twice. Where it was asked for, the answer to the first one was lost.
 * Otherwise the sender took a start character of earlier for the answer, or the line doubled
 * something; the answer to the first one is still on its way, and a second one would be taken for
 * that to the next block from then on.
 */
static void answer_again(struct xmodem *x)
{
    x->state = XMODEM_AT_BOUNDARY;
    if (x->asked)
        acknowledge(x);
}

void xmodem_ask_again(struct xmodem *x)
{
    x->state = XMODEM_AT_BOUNDARY;
    x->asked = true;
    if (is_starting(x))
        put(x, x->start);
    else if (!x->streaming)
        put(x, XMODEM_NAK);
}

static void fail_garbage(struct xmodem *x)
{
    xmodem_fail(x, ERR_IO, "only garbage");
}

/* The rest of the block is dropped first, so that none of its bytes is taken for a new one. */
void xmodem_bad_block(struct xmodem *x)
{
    x->state = XMODEM_DRAINING;
    x->eot_count = 0;
    if (x->streaming)
        xmodem_fail(x, ERR_IO, "damaged stream");
    else if (++x->error_count > ERRORS_MAX)
        fail_garbage(x);
}

void xmodem_end_file(struct xmodem *x)
{
    if (x->received != x->size && x->size != XMODEM_SIZE_UNKNOWN) {
        fail_announced(x, x->received);
        return;
    }
    if (x->phase == XMODEM_FIRST) { /* or its first blocks, YMODEM's header among them, were lost */
        xmodem_fail(x, ERR_FORMAT, "the file is empty");
        return;
    }
    x->event = XMODEM_END;
    x->phase = XMODEM_HEADER;
    x->streaming = false;
    x->next = 0;
    if (x->batch) {
        acknowledge(x);
    } else {
        put(x, XMODEM_ACK);
        xmodem_close_line(x, ERR_OK);
    }
}

const char *xmodem_name(const struct xmodem *x)
{
    return (const char *)x->header;
}

/* Too many digits give a wrong size, which the file will not have. */
static size_t read_size(const uint8_t *text)
{
    size_t size = *text ? 0 : XMODEM_SIZE_UNKNOWN;

    for (; *text >= '0' && *text <= '9'; text++)
        size = size * 10 + *text - '0';
    return size;
}

static void take_header(struct xmodem *x)
{
    uint8_t *c = x->header;

    if (*c == '\0') {
        put(x, XMODEM_ACK);
        xmodem_close_line(x, ERR_OK);
        return;
    }
    c[TEXT_BYTES] = '\0';
    c[TEXT_BYTES + 1] = '\0';
    for (; *c; c++)
        *c = *c >= ' ' && *c <= '~' ? *c : '?';
    x->size = read_size(c + 1);
    x->received = 0;
    x->next = 1;
    x->batch = true;
    x->streaming = x->start == XMODEM_STREAM;
    x->phase = XMODEM_BODY;
    x->state = XMODEM_OFFERING;
    x->event = XMODEM_BEGIN;
}

void xmodem_accept(struct xmodem *x, uint8_t *data, size_t room)
{
    x->reply_count = 0;
    x->data = data;
    x->room = room;
    if (x->size > room && x->size != XMODEM_SIZE_UNKNOWN)
        fail_room(x, x->size);
    else
        acknowledge(x);
}

/* Where the block goes, as far as it is needed. */
static void choose_sink(struct xmodem *x)
{
    size_t end = x->size < x->room ? x->size : x->room;

    x->sink = x->header;
    x->sink_room = 0;
    if (x->number == 0 && x->phase != XMODEM_BODY) {
        x->sink_room = sizeof(x->header);
    } else if (x->number == x->next) {
        x->sink = x->data + x->received;
        x->sink_room = end - x->received;
    }
}

static void take_next(struct xmodem *x)
{
    size_t end = (size_t)(x->sink - x->data);

    if (x->received == x->size) {
        fail_announced(x, x->received + x->block_size);
    } else if (x->overflow && x->size == XMODEM_SIZE_UNKNOWN) {
        fail_room(x, x->received + x->block_size);
    } else {
        x->phase = XMODEM_BODY;
        x->received = end;
        x->next++;
        x->block_count++;
        acknowledge(x);
    }
}

/* A block has come whole and passed its check. */
static void take_block(struct xmodem *x)
{
    uint8_t behind = (uint8_t)(x->next - x->number);

    if (x->number == 0 && x->phase != XMODEM_BODY)
        take_header(x);
    else if (behind > 1 || (x->phase == XMODEM_FIRST && x->start == XMODEM_STREAM))
        xmodem_fail(x, ERR_FORMAT, "a block was lost");
    else if (behind == 0)
        take_next(x);
    else
        answer_again(x);
}

static void begin_block(struct xmodem *x, unsigned size)
{
    x->state = XMODEM_AT_NUMBER;
    x->block_size = size;
    x->seen = 0;
    x->check = 0;
    x->overflow = false;
    x->eot_count = 0;
}

static void take_eot(struct xmodem *x)
{
    if (x->phase == XMODEM_HEADER)
        answer_again(x);
    else if (x->phase == XMODEM_BODY && x->received == x->size)
        xmodem_end_file(x);
    else
        x->state = XMODEM_AFTER_EOT;
}

/* Drop what comes until the line is quiet, and see whether it ends with CANs. */
static void drain(struct xmodem *x, uint8_t byte)
{
    x->state = XMODEM_DRAINING;
    if (byte != XMODEM_BS)
        x->can_history = (uint8_t)(x->can_history << 1 | (byte == XMODEM_CAN));
}

/* Anything may come before the first block: echoes, words of a terminal program. */
static void take_junk(struct xmodem *x, uint8_t byte)
{
    if (x->phase != XMODEM_FIRST)
        xmodem_bad_block(x);
    else if (byte == XMODEM_CTRL_C)
        xmodem_fail(x, ERR_INTERRUPTED, "interrupted");
    else
        x->state = XMODEM_AT_BOUNDARY;
}

static void take_boundary(struct xmodem *x, uint8_t byte)
{
    x->can_history = 0;
    if (byte == XMODEM_SOH || byte == XMODEM_STX)
        begin_block(x, byte == XMODEM_SOH ? XMODEM_SMALL_BYTES : XMODEM_LARGE_BYTES);
    else if (byte == XMODEM_EOT && x->state != XMODEM_AFTER_EOT)
        take_eot(x); /* it stands alone; more of them are data of a block that has lost its begin */
    else if (byte == XMODEM_CAN)
        drain(x, byte);
    else
        take_junk(x, byte);
}

static void take_byte(struct xmodem *x, uint8_t byte)
{
    switch (x->state) {
    case XMODEM_AT_NUMBER:
        x->number = byte;
        x->state = XMODEM_AT_COMPLEMENT;
        return;
    case XMODEM_AT_COMPLEMENT:
        choose_sink(x);
        x->state = XMODEM_IN_BLOCK;
        if ((x->number ^ byte) != 0xff)
            xmodem_bad_block(x);
        return;
    case XMODEM_AT_BOUNDARY:
    case XMODEM_AFTER_EOT:
        take_boundary(x, byte);
        break;
    case XMODEM_DRAINING:
        drain(x, byte);
        break;
    default:
        x->noisy = !xmodem_is_cancel(byte);
        x->quiet_count = x->noisy ? 0 : x->quiet_count;
        return;
    }
    if (++x->junk_count == JUNK_MAX)
        fail_garbage(x);
}

/* @size bytes of the block's data. What is behind the room may only be padding. */
static void store(struct xmodem *x, const uint8_t *data, size_t size)
{
    size_t fits = size < x->sink_room ? size : x->sink_room;

    if (fits)
        memcpy(x->sink, data, fits);
    x->sink += fits;
    x->sink_room -= fits;
    for (; fits < size; fits++)
        x->overflow |= data[fits] != XMODEM_PAD;
}

uint16_t xmodem_check(enum xmodem_char start, uint16_t check, const uint8_t *data, size_t size)
{
    if (start != XMODEM_NAK)
        return crc16_update(check, data, size);
    while (size-- > 0)
        check = (uint16_t)(check + *data++);
    return check;
}

/* The CRC over a block and its own CRC is 0. A sum over both is twice the one that ends it. */
static void check_block(struct xmodem *x, uint8_t last)
{
    if (x->start == XMODEM_NAK)
        x->check = (uint8_t)(x->check - 2 * last);
    if (x->check)
        xmodem_bad_block(x);
    else
        take_block(x);
}

static unsigned check_bytes(const struct xmodem *x)
{
    return x->start == XMODEM_NAK ? 1 : 2;
}

static void take_data(struct xmodem *x, struct bytes *in)
{
    const uint8_t *data = in->data;
    unsigned end = x->block_size + check_bytes(x);
    unsigned size = in->size < end - x->seen ? (unsigned)in->size : end - x->seen;
    unsigned data_end = x->seen + size < x->block_size ? x->seen + size : x->block_size;

    if (data_end > x->seen)
        store(x, data, data_end - x->seen);
    x->can_history = 0;
    x->check = xmodem_check(x->start, x->check, data, size);
    x->seen += size;
    in->data += size;
    in->size -= size;
    if (x->seen == end)
        check_block(x, data[size - 1]);
}

/* What begins a block is read with the first data: one burst, where a few bytes by themselves would
 * cut it in two. */
size_t xmodem_due(const struct xmodem *x)
{
    if (x->state != XMODEM_IN_BLOCK)
        return BURST_BYTES;
    return x->block_size + check_bytes(x) - x->seen;
}

enum xmodem_event xmodem_feed(struct xmodem *x, struct bytes *in)
{
    x->reply_count = 0;
    x->event = XMODEM_NOTHING;
    while (in->size > 0 && x->reply_count == 0 && x->event == XMODEM_NOTHING) {
        if (x->state == XMODEM_IN_BLOCK) {
            take_data(x, in);
        } else {
            in->size--;
            take_byte(x, *in->data++);
        }
    }
    return x->event;
}

bool xmodem_is_waiting(const struct xmodem *x)
{
    return x->phase == XMODEM_FIRST && x->state == XMODEM_AT_BOUNDARY;
}

void xmodem_start(struct xmodem *x, enum xmodem_char start, uint8_t *data, size_t room,
                  uint32_t start_ms, struct diag *why)
{
    memset(x, 0, sizeof(*x));
    x->next = 1;
    x->start = (uint8_t)start;
    x->data = data;
    x->room = room;
    x->size = XMODEM_SIZE_UNKNOWN;
    x->start_ms = start_ms;
    x->why = why;
    put(x, x->start);
}
