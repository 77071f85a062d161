/* SPDX-License-Identifier: Apache-2.0 */
/* Both protocol machines under any bytes, pieces and silences, and the recognition of what came. */
#include <stdlib.h>
#include <string.h>

#include "payload/content.h"
#include "payload/xmodem_send.h"

enum { ROOM_MAX = 4096, SILENCE = 0xfd, BLOCK = 0xfe, HEADER = 0xff };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xmodem x;
static struct diag why;
static uint8_t *memory; /* of exactly the room, so that the sanitizer sees its end */
static size_t room;

static void act(enum xmodem_event event)
{
    struct content content;
    struct bytes received;
    size_t taken = x.received;

    if (x.reply_count > sizeof(x.reply))
        abort();
    if (event == XMODEM_BEGIN) {
        if (strlen(xmodem_name(&x)) >= XMODEM_SMALL_BYTES)
            abort();
        xmodem_accept(&x, memory, room);
        return;
    }
    if (taken > room)
        abort();
    if (event == XMODEM_FAILED && (x.error == ERR_OK || why.text[0] == '\0'))
        abort();
    if (event != XMODEM_END)
        return;
    if (x.size != XMODEM_SIZE_UNKNOWN && taken != x.size)
        abort();
    received = (struct bytes){memory, taken};
    if (content_find(received, &content, NULL) == ERR_OK && content.size > taken)
        abort();
}

static void feed(struct bytes in)
{
    while (in.size > 0) {
        size_t before = in.size;

        act(xmodem_feed(&x, &in));
        if (in.size == before)
            abort();
    }
}

/* A sound block that begins as @data; what @data is chosen for shall not need to find CRCs. */
static void feed_block(const uint8_t *data, size_t size, uint8_t number)
{
    uint8_t block[3 + XMODEM_SMALL_BYTES + 2] = {XMODEM_SOH, number, (uint8_t)~number};
    uint16_t check;

    memcpy(block + 3, data, size < XMODEM_SMALL_BYTES ? size : XMODEM_SMALL_BYTES);
    check = xmodem_check(x.start, 0, block + 3, XMODEM_SMALL_BYTES);
    if (x.start == XMODEM_NAK)
        block[sizeof(block) - 2] = (uint8_t)check;
    else
        memcpy(block + sizeof(block) - 2, (uint8_t[]){(uint8_t)(check >> 8), (uint8_t)check}, 2);
    feed((struct bytes){block, sizeof(block) - (x.start == XMODEM_NAK)});
}

static void receive(const uint8_t *data, size_t size)
{
    for (; size > 0; data++, size--) {
        if (*data == SILENCE)
            act(xmodem_timeout(&x));
        else if (*data == BLOCK)
            feed_block(data, size, x.next);
        else if (*data == HEADER)
            feed_block(data + 1, size - 1, 0);
        else
            feed((struct bytes){data, 1});
    }
    while (x.state != XMODEM_HALTED)
        act(xmodem_timeout(&x));
}

static void send(const uint8_t *data, size_t size)
{
    static struct xmodem_send s;
    enum xmodem_event event = XMODEM_NOTHING;

    why.text[0] = '\0';
    xmodem_send_start(&s, size & 1 ? "name" : NULL, (struct bytes){memory, room}, 10000, &why);
    for (; size > 0 && event == XMODEM_NOTHING; data++, size--) {
        struct bytes in = {data, 1};

        event = *data == SILENCE ? xmodem_send_timeout(&s) : xmodem_send_feed(&s, &in);
        if (s.reply_count > sizeof(s.reply) || s.sent > room)
            abort();
    }
    while (event == XMODEM_NOTHING)
        event = xmodem_send_timeout(&s);
    if (event == XMODEM_FAILED && (s.error == ERR_OK || why.text[0] == '\0'))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum xmodem_char starts[] = {XMODEM_CRC, XMODEM_NAK, XMODEM_STREAM};

    if (size < 3)
        return 0;
    room = (size_t)(data[1] | data[2] << 8) % ROOM_MAX;
    memory = malloc(room);
    if (!memory)
        return 0;
    memset(memory, 0, room);
    why.text[0] = '\0';
    xmodem_start(&x, starts[data[0] % 3], memory, room, 10000, &why);
    receive(data + 3, size - 3);
    send(data + 3, size - 3);
    free(memory);
    return 0;
}
