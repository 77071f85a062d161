/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/xmodem_fake.h"

#include <stdlib.h>
#include <string.h>

void xmodem_stream_byte(struct xmodem_stream *s, uint8_t byte)
{
    if (s->size == sizeof(s->data))
        abort();
    s->data[s->size++] = byte;
}

void xmodem_stream_block(struct xmodem_stream *s, enum xmodem_char start, uint8_t number,
                         unsigned block_size, const void *data, size_t size)
{
    uint8_t block[XMODEM_LARGE_BYTES];
    uint16_t check;

    memset(block, XMODEM_PAD, sizeof(block));
    memcpy(block, data, size);
    check = xmodem_check(start, 0, block, block_size);
    xmodem_stream_byte(s, block_size == XMODEM_SMALL_BYTES ? XMODEM_SOH : XMODEM_STX);
    xmodem_stream_byte(s, number);
    xmodem_stream_byte(s, (uint8_t)~number);
    for (unsigned i = 0; i < block_size; i++)
        xmodem_stream_byte(s, block[i]);
    if (start != XMODEM_NAK)
        xmodem_stream_byte(s, (uint8_t)(check >> 8));
    xmodem_stream_byte(s, (uint8_t)check);
}

void xmodem_stream_header(struct xmodem_stream *s, const char *name, const char *size_text)
{
    uint8_t header[XMODEM_SMALL_BYTES] = {0};

    memcpy(header, name, strlen(name));
    if (size_text)
        memcpy(header + strlen(name) + 1, size_text, strlen(size_text));
    xmodem_stream_block(s, XMODEM_CRC, 0, XMODEM_SMALL_BYTES, header, sizeof(header));
}

static void take_replies(struct xmodem_fake *f)
{
    for (unsigned i = 0; i < f->x.reply_count; i++)
        xmodem_stream_byte(&f->replies, f->x.reply[i]);
}

static void act(struct xmodem_fake *f, enum xmodem_event event)
{
    if (event != XMODEM_NOTHING)
        f->event = event;
    if (event == XMODEM_BEGIN) {
        f->begin_count++;
        strcpy(f->name, xmodem_name(&f->x));
        xmodem_accept(&f->x, f->memory, f->room);
    } else if (event == XMODEM_END) {
        f->end_count++;
        f->end_bytes = f->x.received;
    }
    take_replies(f);
}

void xmodem_fake_init(struct xmodem_fake *f, enum xmodem_char start, size_t room)
{
    memset(f, 0, sizeof(*f));
    memset(f->memory, XMODEM_FAKE_GUARD, sizeof(f->memory));
    f->room = room;
    xmodem_start(&f->x, start, f->memory, room, XMODEM_START_MS, &f->why);
    take_replies(f);
}

void xmodem_fake_feed(struct xmodem_fake *f, const uint8_t *data, size_t size, size_t chunk)
{
    while (size > 0) {
        struct bytes in = {data, size < chunk ? size : chunk};
        size_t before = in.size;

        act(f, xmodem_feed(&f->x, &in));
        data += before - in.size;
        size -= before - in.size;
    }
}

void xmodem_fake_timeout(struct xmodem_fake *f)
{
    act(f, xmodem_timeout(&f->x));
}

uint32_t xmodem_fake_wait(struct xmodem_fake *f)
{
    uint32_t ms = 0;

    while (f->x.state != XMODEM_HALTED) {
        ms += xmodem_wait_ms(&f->x);
        xmodem_fake_timeout(f);
    }
    return ms;
}

bool xmodem_fake_is_sound(const struct xmodem_fake *f)
{
    for (size_t i = f->room; i < sizeof(f->memory); i++)
        if (f->memory[i] != XMODEM_FAKE_GUARD)
            return false;
    return true;
}
