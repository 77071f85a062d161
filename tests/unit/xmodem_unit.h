/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the XMODEM and YMODEM receiver share: a sender to order, and what came of it.
 */
#ifndef ELFMON_TESTS_UNIT_XMODEM_UNIT_H
#define ELFMON_TESTS_UNIT_XMODEM_UNIT_H

#include "tests/unit/unit.h"

#include <string.h>

#include "tests/fakes/xmodem_fake.h"
#include "tests/unit/xmodem_text.h"

static struct xmodem_fake rx;
static struct xmodem_stream tx;
static uint8_t content[4096];

static inline int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 7 + i / 128);
    memset(&tx, 0, sizeof(tx));
    xmodem_fake_init(&rx, XMODEM_CRC, sizeof(content));
    return 0;
}

static inline void eot(void)
{
    xmodem_stream_byte(&tx, XMODEM_EOT);
}

/* A block of @content, small or large, and what is in it, from the start of the file. */
static inline void block(uint8_t number, unsigned size, size_t at)
{
    xmodem_stream_block(&tx, rx.x.start, number, size, content + at, size);
}

static inline void header(const char *name, const char *size)
{
    xmodem_stream_header(&tx, name, size);
}

static inline void feed(void)
{
    xmodem_fake_feed(&rx, tx.data, tx.size, 1);
    tx.size = 0;
}

static inline void feed_text(const char *text)
{
    xmodem_fake_feed(&rx, (const uint8_t *)text, strlen(text), 1);
}

static inline void wait(void)
{
    xmodem_fake_timeout(&rx);
}

static inline void assert_replies(const char *expected)
{
    assert_int_equal(rx.replies.size, strlen(expected));
    assert_memory_equal(rx.replies.data, expected, strlen(expected));
    rx.replies.size = 0;
}

static inline void assert_failed(int error, const char *why)
{
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.event, XMODEM_FAILED);
    assert_int_equal(rx.x.error, error);
    assert_string_equal(rx.why.text, why);
    assert_true(xmodem_fake_is_sound(&rx));
}

/* The last file is complete with the first @size bytes of content, and so is the session. */
static inline void assert_received(size_t size)
{
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.event, XMODEM_DONE);
    assert_int_equal(rx.end_count, 1);
    assert_int_equal(rx.end_bytes, size);
    assert_memory_equal(rx.memory, content, size);
    assert_true(xmodem_fake_is_sound(&rx));
}

/* On a line that has damaged something, an EOT is asked for once more. */
static inline void finish_xmodem(void)
{
    unsigned eots = rx.x.retry_count > 0 ? 3 : 2;

    while (eots-- > 0) {
        eot();
        feed();
        wait();
    }
}

#endif
