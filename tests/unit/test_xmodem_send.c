/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "payload/xmodem_send.h"
#include "tests/fakes/xmodem_fake.h"
#include "tests/unit/xmodem_text.h"

static struct xmodem_send tx;
static struct xmodem_stream sent;
static struct diag why;
static uint8_t content[4096];

static void start(const char *name, size_t size)
{
    sent.size = 0;
    xmodem_send_start(&tx, name, (struct bytes){content, size}, XMODEM_START_MS, &why);
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 5 + i / 128);
    return 0;
}

static void take_replies(void)
{
    for (unsigned i = 0; i < tx.reply_count; i++)
        xmodem_stream_byte(&sent, tx.reply[i]);
}

static void feed(const char *text)
{
    struct bytes in = {(const uint8_t *)text, strlen(text)};

    while (in.size > 0) {
        assert_int_equal(xmodem_send_feed(&tx, &in), XMODEM_NOTHING);
        take_replies();
    }
}

static enum xmodem_event wait(void)
{
    enum xmodem_event event = xmodem_send_timeout(&tx);

    take_replies();
    return event;
}

static uint32_t wait_for_the_end(enum xmodem_event expected)
{
    enum xmodem_event event = XMODEM_NOTHING;
    uint32_t ms = 0;

    while (event == XMODEM_NOTHING) {
        ms += xmodem_send_wait_ms(&tx);
        event = wait();
    }
    assert_int_equal(event, expected);
    assert_int_equal(tx.error != ERR_OK, expected == XMODEM_FAILED);
    return ms;
}

static void assert_sent(const struct xmodem_stream *expected)
{
    assert_int_equal(sent.size, expected->size);
    assert_memory_equal(sent.data, expected->data, expected->size);
    sent.size = 0;
}

static void assert_sent_block(enum xmodem_char kind, uint8_t number, unsigned size, size_t at,
                              size_t bytes)
{
    static struct xmodem_stream expected;

    expected.size = 0;
    xmodem_stream_block(&expected, kind, number, size, content + at, bytes);
    assert_sent(&expected);
}

static void assert_sent_text(const char *text)
{
    assert_int_equal(sent.size, strlen(text));
    assert_memory_equal(sent.data, text, sent.size);
    sent.size = 0;
}

static void test_checksum_has_small_blocks(void **state)
{
    (void)state;
    start(NULL, 200);
    feed("\x15");
    assert_int_equal(sent.size, 0);
    wait();
    assert_sent_block(XMODEM_NAK, 1, XMODEM_SMALL_BYTES, 0, 128);
    feed("\x06");
    assert_sent_block(XMODEM_NAK, 2, XMODEM_SMALL_BYTES, 128, 72);
    feed("\x06");
    assert_sent_text("\x04");
    feed("\x15");
    assert_sent_text("\x04");
    feed("\x06");
    assert_int_equal(wait_for_the_end(XMODEM_DONE), 100);
    assert_int_equal(tx.sent, 200);
    assert_int_equal(tx.block_count, 2);
    assert_int_equal(tx.retry_count, 1);
}

static void test_large_blocks_while_they_are_full(void **state)
{
    (void)state;
    start(NULL, 1024 + 897);
    feed("C");
    wait();
    assert_sent_block(XMODEM_CRC, 1, XMODEM_LARGE_BYTES, 0, 1024);
    feed("\x06");
    assert_sent_block(XMODEM_CRC, 2, XMODEM_LARGE_BYTES, 1024, 897);
    start(NULL, 896);
    feed("C");
    wait();
    assert_sent_block(XMODEM_CRC, 1, XMODEM_SMALL_BYTES, 0, 128);
}

static void test_ymodem(void **state)
{
    static struct xmodem_stream expected;

    (void)state;
    start("memory.bin", 1000);
    feed("C");
    wait();
    xmodem_stream_header(&expected, "memory.bin", "1000");
    assert_sent(&expected);
    feed("\x06"
         "C");
    wait();
    assert_sent_block(XMODEM_CRC, 1, XMODEM_LARGE_BYTES, 0, 1000);
    feed("\x06");
    assert_sent_text("\x04");
    feed("\x06");
    assert_int_equal(sent.size, 0);
    feed("C");
    wait();
    expected.size = 0;
    xmodem_stream_header(&expected, "", NULL);
    assert_sent(&expected);
    feed("\x06");
    wait_for_the_end(XMODEM_DONE);
}

static void test_long_names_are_cut(void **state)
{
    static struct xmodem_stream expected;
    char name[200] = "";

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    start(name, 1000);
    feed("C");
    wait();
    name[90] = '\0';
    xmodem_stream_header(&expected, name, "1000");
    assert_sent(&expected);
}

static void test_invitations_that_wait_are_one(void **state)
{
    (void)state;
    start(NULL, 128);
    feed("waiting\r\nCCCC");
    assert_int_equal(xmodem_send_wait_ms(&tx), 50);
    wait();
    assert_sent_block(XMODEM_CRC, 1, XMODEM_SMALL_BYTES, 0, 128);
}

static void test_asked_again(void **state)
{
    (void)state;
    start(NULL, 256);
    feed("C");
    wait();
    feed("\x06");
    for (int i = 0; i < 10; i++) {
        sent.size = 0;
        feed(i % 2 ? "\x15" : "C");
        assert_sent_block(XMODEM_CRC, 2, XMODEM_SMALL_BYTES, 128, 128);
    }
    feed("\x15");
    assert_sent_text(CANCEL);
    wait_for_the_end(XMODEM_FAILED);
    assert_int_equal(tx.error, ERR_IO);
    assert_string_equal(why.text, "after 128 bytes: a block was refused too often");
}

static void test_cancelled(void **state)
{
    (void)state;
    start(NULL, 256);
    feed("C");
    wait();
    sent.size = 0;
    feed("\x18x\x18\x18\x06\x15"
         "C");
    assert_int_equal(sent.size, 0);
    assert_int_equal(wait_for_the_end(XMODEM_FAILED), 100);
    assert_string_equal(why.text, "after 0 bytes: cancelled by the receiver");
}

static void test_interrupted_before_the_first_block_only(void **state)
{
    (void)state;
    start(NULL, 256);
    feed("\x03");
    assert_sent_text(CANCEL);
    wait_for_the_end(XMODEM_FAILED);
    assert_int_equal(tx.error, ERR_INTERRUPTED);
    start(NULL, 256);
    feed("C");
    wait();
    feed("\x06\x03");
    assert_int_equal(tx.error, ERR_OK);
}

static void test_silence(void **state)
{
    (void)state;
    start(NULL, 256);
    assert_in_range(wait_for_the_end(XMODEM_FAILED), 60000, 60200);
    assert_int_equal(tx.error, ERR_TIMEOUT);
    assert_string_equal(why.text, "after 0 bytes: the receiver is silent");
    start(NULL, 256);
    feed("C");
    wait();
    feed("\x06");
    assert_in_range(wait_for_the_end(XMODEM_FAILED), 30000, 30200);
    assert_string_equal(why.text, "after 128 bytes: the receiver is silent");
}

static void test_unanswered_end(void **state)
{
    (void)state;
    start(NULL, 128);
    feed("C");
    wait();
    sent.size = 0;
    feed("\x06");
    assert_in_range(wait_for_the_end(XMODEM_DONE), 5000, 7000);
    assert_sent_text("\x04\x04\x04");
}

static void test_empty_file(void **state)
{
    (void)state;
    start(NULL, 0);
    feed("C");
    wait();
    assert_sent_text("\x04");
    feed("\x06");
    wait_for_the_end(XMODEM_DONE);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(checksum_has_small_blocks),
        TEST(large_blocks_while_they_are_full),
        TEST(ymodem),
        TEST(long_names_are_cut),
        TEST(invitations_that_wait_are_one),
        TEST(asked_again),
        TEST(cancelled),
        TEST(interrupted_before_the_first_block_only),
        TEST(silence),
        TEST(unanswered_end),
        TEST(empty_file),
    };

    return cmocka_run_group_tests_name("xmodem_send", tests, NULL, NULL);
}
