/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving by XMODEM over a sound line: how it begins, its blocks, and where they go. */
#include "tests/unit/xmodem_unit.h"

enum { FIFO_BYTES = 16 };

/* --- How it begins ------------------------------------------------------------------------ */

static void test_no_sender(void **state)
{
    (void)state;
    assert_in_range(xmodem_fake_wait(&rx), 60000, 60200);
    assert_failed(ERR_TIMEOUT, "after 0 bytes: the sender is silent");
}

static void test_no_sender_for_another_time(void **state)
{
    (void)state;
    xmodem_start(&rx.x, XMODEM_CRC, rx.memory, rx.room, 5000, &rx.why);
    assert_in_range(xmodem_fake_wait(&rx), 5000, 5200);
    assert_failed(ERR_TIMEOUT, "after 0 bytes: the sender is silent");
}

static void test_late_sender(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        wait();
    assert_replies("CCCC");
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    finish_xmodem();
    assert_received(128);
}

static void test_early_sender(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    xmodem_fake_feed(&rx, tx.data + 50, tx.size - 50, 1);
    wait();
    feed();
    finish_xmodem();
    assert_received(128);
}

static void test_garbage_before_the_first_block(void **state)
{
    (void)state;
    feed_text("sx: sending file \x01\x06\x15 now\r\n");
    wait();
    feed_text("rz\r**\x18"
              "B00");
    wait();
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    finish_xmodem();
    assert_received(128);
}

/* --- Blocks ------------------------------------------------------------------------------- */

static void test_xmodem_crc(void **state)
{
    (void)state;
    assert_replies("C");
    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    feed();
    assert_replies(ACK ACK);
    finish_xmodem();
    assert_replies(NAK ACK);
    assert_received(256);
    assert_int_equal(rx.x.block_count, 2);
    assert_int_equal(rx.begin_count, 0);
}

static void test_xmodem_checksum(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_NAK, sizeof(content));
    assert_replies(NAK);
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_replies(ACK);
    finish_xmodem();
    assert_received(128);
}

static void test_large_and_small_blocks_mixed(void **state)
{
    (void)state;
    block(1, XMODEM_LARGE_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 1024);
    block(3, XMODEM_LARGE_BYTES, 1152);
    feed();
    finish_xmodem();
    assert_received(2176);
}

static void test_block_numbers_wrap(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_CRC, XMODEM_FAKE_BYTES - 1);
    rx.x.room = SIZE_MAX; /* what is received is looked at block by block */
    for (unsigned n = 1; n < 600; n++) {
        rx.x.data = rx.memory - rx.x.received;
        rx.replies.size = 0;
        block((uint8_t)n, XMODEM_SMALL_BYTES, n);
        feed();
        assert_memory_equal(rx.memory, content + n, XMODEM_SMALL_BYTES);
        assert_replies(ACK);
    }
    assert_int_equal(rx.x.received, 599 * 128);
}

/* A session as a stream: two blocks of XMODEM and both EOTs, which need silence around them. */
static void feed_session(size_t split)
{
    size_t size;

    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_LARGE_BYTES, 128);
    size = tx.size;
    xmodem_fake_feed(&rx, tx.data, split, SIZE_MAX);
    xmodem_fake_feed(&rx, tx.data + split, size - split, SIZE_MAX);
    tx.size = 0;
    finish_xmodem();
}

static void test_every_split(void **state)
{
    const size_t size = 133 + 1029;

    for (size_t split = 0; split <= size; split++) {
        set_up(state);
        feed_session(split);
        assert_replies("C" ACK ACK NAK ACK);
        assert_received(1152);
    }
    for (size_t chunk = 1; chunk < size; chunk += 13) {
        set_up(state);
        block(1, XMODEM_SMALL_BYTES, 0);
        block(2, XMODEM_LARGE_BYTES, 128);
        xmodem_fake_feed(&rx, tx.data, tx.size, chunk);
        tx.size = 0;
        finish_xmodem();
        assert_received(1152);
    }
}

/* Where it was more, a reader would wait for what does not come; where it was less, it would ask
 * again and again. */
static void test_what_is_due_ends_with_the_block(void **state)
{
    static const size_t ends[] = {133, 133 + 1029};
    size_t at = 0;

    set_up(state);
    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_LARGE_BYTES, 128);
    for (unsigned i = 0; i < 2; i++) {
        size_t begin = at;

        for (; at < ends[i]; at++) {
            size_t left = ends[i] - at;

            assert_int_equal(xmodem_due(&rx.x), at - begin < 3 ? FIFO_BYTES : left);
            xmodem_fake_feed(&rx, tx.data + at, 1, 1);
        }
    }
    tx.size = 0;
    finish_xmodem();
    assert_received(1152);
}

static void test_what_is_due_of_a_sum(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_NAK, 1100);
    block(1, XMODEM_SMALL_BYTES, 0);
    xmodem_fake_feed(&rx, tx.data, 3, 3);
    assert_int_equal(xmodem_due(&rx.x), XMODEM_SMALL_BYTES + 1);
}

static void test_every_control_character_as_data(void **state)
{
    static const uint8_t special[] = {XMODEM_SOH, XMODEM_STX, XMODEM_CTRL_C, XMODEM_EOT,
                                      XMODEM_ACK, XMODEM_BS,  XMODEM_NAK,    XMODEM_CAN,
                                      XMODEM_PAD, XMODEM_CRC, XMODEM_STREAM, 0};

    for (unsigned i = 0; i < sizeof(special); i++) {
        set_up(state);
        memset(content, special[i], sizeof(content));
        for (uint8_t n = 1; n < 4; n++)
            block(n, XMODEM_LARGE_BYTES, (n - 1u) * 1024);
        feed();
        finish_xmodem();
        assert_received(3072);
    }
}

static void test_empty_xmodem_file(void **state)
{
    (void)state;
    finish_xmodem();
    assert_failed(ERR_FORMAT, "after 0 bytes: the file is empty");
}

/* --- Room --------------------------------------------------------------------------------- */

static void test_xmodem_file_too_large(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_CRC, 1100);
    block(1, XMODEM_LARGE_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 1024);
    feed();
    assert_replies("C" ACK CANCEL);
    assert_failed(ERR_NOMEM, "1152 bytes do not fit into 1100");
}

static void test_padding_may_be_behind_the_room(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_CRC, 1100);
    block(1, XMODEM_LARGE_BYTES, 0);
    xmodem_stream_block(&tx, XMODEM_CRC, 2, XMODEM_SMALL_BYTES, content + 1024, 76);
    feed();
    finish_xmodem();
    assert_received(1100);
}

static void test_no_room(void **state)
{
    (void)state;
    xmodem_start(&rx.x, XMODEM_CRC, NULL, 0, XMODEM_START_MS, &rx.why);
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.x.error, ERR_NOMEM);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_sender),
        TEST(no_sender_for_another_time),
        TEST(late_sender),
        TEST(early_sender),
        TEST(garbage_before_the_first_block),
        TEST(xmodem_crc),
        TEST(xmodem_checksum),
        TEST(large_and_small_blocks_mixed),
        TEST(block_numbers_wrap),
        TEST(every_split),
        TEST(what_is_due_ends_with_the_block),
        TEST(what_is_due_of_a_sum),
        TEST(every_control_character_as_data),
        TEST(empty_xmodem_file),
        TEST(xmodem_file_too_large),
        TEST(padding_may_be_behind_the_room),
        TEST(no_room),
    };

    return cmocka_run_group_tests_name("xmodem", tests, NULL, NULL);
}
