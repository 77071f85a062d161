/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving by YMODEM: headers, batches, and streaming. */
#include "tests/unit/xmodem_unit.h"

/* --- Headers ------------------------------------------------------------------------------ */

/* lrzsz's senders take each C that waits for them as a wish for the first block once more. */
static void test_late_sender_with_invitations_waiting(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        wait();
    for (int i = 0; i < 4; i++)
        header("a", "128");
    feed();
    assert_replies("CCCC" ACK "C");
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_replies(ACK);
}

static void test_lost_ack_of_a_header(void **state)
{
    (void)state;
    header("a", "128");
    feed();
    header("a", "128"); /* the sender took the C for its answer */
    feed();
    assert_replies("C" ACK "C");
    wait();
    header("a", "128");
    feed();
    assert_replies("C" ACK "C");
    assert_int_equal(rx.begin_count, 1);
}

static void test_names_are_printable(void **state)
{
    char longest[XMODEM_SMALL_BYTES + 1];

    header("\x1b[2J\x7f\xff.elf", "1");
    feed();
    assert_string_equal(rx.name, "?[2J??.elf");
    assert_int_equal(rx.x.size, 1);
    set_up(state);
    memset(longest, 'n', XMODEM_SMALL_BYTES);
    longest[XMODEM_SMALL_BYTES] = '\0';
    header(longest, NULL);
    feed();
    assert_int_equal(strlen(rx.name), XMODEM_SMALL_BYTES - 2);
    assert_true(rx.x.size == XMODEM_SIZE_UNKNOWN);
}

static void test_large_header(void **state)
{
    static uint8_t large[XMODEM_LARGE_BYTES] = "name\0"
                                               "64";

    (void)state;
    xmodem_stream_block(&tx, XMODEM_CRC, 0, XMODEM_LARGE_BYTES, large, sizeof(large));
    feed();
    assert_string_equal(rx.name, "name");
    assert_int_equal(rx.x.size, 64);
}

static void test_ymodem_file_too_large(void **state)
{
    static const char *const sizes[] = {"4097", "1000000000000"};

    for (unsigned i = 0; i < 2; i++) {
        set_up(state);
        header("a", sizes[i]);
        feed();
        assert_replies("C" CANCEL);
        xmodem_fake_wait(&rx);
        assert_int_equal(rx.x.error, ERR_NOMEM);
        assert_non_null(strstr(rx.why.text, "do not fit into 4096"));
    }
    set_up(state);
    header("a", "4096");
    feed();
    assert_replies("C" ACK "C");
}

static void test_refused_by_the_caller(void **state)
{
    struct bytes in;

    (void)state;
    header("unknown", "1");
    in = (struct bytes){tx.data, tx.size};
    assert_int_equal(xmodem_feed(&rx.x, &in), XMODEM_BEGIN);
    assert_int_equal(in.size, 0);
    xmodem_cancel(&rx.x, ERR_NOTFOUND);
    assert_int_equal(rx.x.reply_count, XMODEM_CANCEL_BYTES);
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.event, XMODEM_FAILED);
    assert_int_equal(rx.x.error, ERR_NOTFOUND);
}

/* --- Files and batches of them ------------------------------------------------------------ */

static void test_ymodem_batch(void **state)
{
    (void)state;
    header("kernel.elf", "1100 14712 100644");
    feed();
    assert_replies("C" ACK "C");
    assert_string_equal(rx.name, "kernel.elf");
    block(1, XMODEM_LARGE_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 1024);
    feed();
    assert_replies(ACK ACK);
    eot();
    feed();
    assert_replies(ACK "C"); /* the size says that it was one: no second is asked for */
    assert_int_equal(rx.end_bytes, 1100);
    assert_memory_equal(rx.memory, content, 1100);
    header("empty", "0");
    feed();
    assert_replies(ACK "C");
    eot();
    feed();
    assert_replies(ACK "C");
    assert_int_equal(rx.end_bytes, 0);
    header("", NULL);
    feed();
    assert_replies(ACK);
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.event, XMODEM_DONE);
    assert_int_equal(rx.begin_count, 2);
    assert_int_equal(rx.end_count, 2);
    assert_int_equal(rx.x.retry_count, 0);
}

static void test_ymodem_of_256_blocks_is_not_invited_again(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_CRC, XMODEM_FAKE_BYTES - 1);
    rx.room = SIZE_MAX;
    header("large", "100000");
    feed();
    for (unsigned n = 1; n < 600; n++) {
        rx.x.data = rx.memory - rx.x.received;
        rx.replies.size = 0;
        block((uint8_t)n, XMODEM_SMALL_BYTES, n);
        feed();
        assert_replies(ACK);
    }
}

static void test_ymodem_without_size(void **state)
{
    (void)state;
    header("pipe", NULL);
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_true(rx.x.size == XMODEM_SIZE_UNKNOWN);
    finish_xmodem();
    header("", NULL);
    feed();
    assert_received(128);
}

static void test_forged_eot_in_ymodem(void **state)
{
    (void)state;
    header("a", "256");
    block(1, XMODEM_SMALL_BYTES, 0);
    eot();
    feed();
    wait();
    assert_replies("C" ACK "C" ACK NAK);
    block(2, XMODEM_SMALL_BYTES, 128);
    eot();
    header("", NULL);
    feed();
    assert_replies(ACK ACK "C" ACK);
    assert_received(256);
}

static void test_truncated_ymodem(void **state)
{
    (void)state;
    header("a", "256");
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    finish_xmodem();
    assert_failed(ERR_FORMAT, "128 bytes received, 256 announced");
}

static void test_more_than_announced(void **state)
{
    (void)state;
    header("a", "120");
    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    feed();
    assert_failed(ERR_FORMAT, "248 bytes received, 120 announced");
}

static void test_lost_ack_of_an_eot(void **state)
{
    (void)state;
    header("a", "0");
    eot();
    feed();
    assert_replies("C" ACK "C" ACK "C");
    eot();
    feed();
    assert_replies("");
    wait();
    eot();
    feed();
    assert_replies("C" ACK "C");
    header("", NULL);
    feed();
    assert_received(0);
}

static void test_restarted_sender_of_a_batch(void **state)
{
    (void)state;
    header("a", "384");
    for (uint8_t n = 1; n <= 2; n++)
        block(n, XMODEM_SMALL_BYTES, (n - 1u) * 128);
    header("a", "384");
    feed();
    assert_failed(ERR_FORMAT, "after 256 bytes: a block was lost");
}

static void test_data_between_files(void **state)
{
    (void)state;
    header("a", "0");
    eot();
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_failed(ERR_FORMAT, "after 0 bytes: a block was lost");
}

static void test_lost_end_of_a_batch(void **state)
{
    (void)state;
    header("a", "128");
    block(1, XMODEM_SMALL_BYTES, 0);
    eot();
    feed();
    assert_in_range(xmodem_fake_wait(&rx), 1, 2500);
    assert_received(128);
}

static void test_empty_batch(void **state)
{
    (void)state;
    header("", NULL);
    feed();
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.event, XMODEM_DONE);
    assert_int_equal(rx.end_count, 0);
}

/* --- Streaming ---------------------------------------------------------------------------- */

static void test_ymodem_streaming(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_STREAM, sizeof(content));
    header("kernel.elf", "2048");
    feed();
    assert_replies("GG");
    block(1, XMODEM_LARGE_BYTES, 0);
    block(2, XMODEM_LARGE_BYTES, 1024);
    feed();
    assert_replies("");
    eot();
    feed();
    assert_replies(ACK "G");
    header("", NULL);
    feed();
    assert_received(2048);
}

static void test_streaming_cannot_repeat(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_STREAM, sizeof(content));
    header("kernel.elf", "2048");
    block(1, XMODEM_LARGE_BYTES, 0);
    block(2, XMODEM_LARGE_BYTES, 1024);
    tx.data[tx.size - 500] ^= 1;
    feed();
    assert_replies("GG" CANCEL);
    assert_failed(ERR_IO, "after 1024 bytes: damaged stream");
}

/* Its sender may not see the CANs, and must not be left with a file to send. */
static void test_streaming_file_too_large(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_STREAM, 1024);
    header("kernel.elf", "1025");
    feed();
    assert_replies("G" CANCEL "G");
    for (uint8_t n = 1; n < 3; n++)
        block(n, XMODEM_LARGE_BYTES, 0);
    feed();
    assert_replies("");
    assert_failed(ERR_NOMEM, "1025 bytes do not fit into 1024");
}

static void test_streaming_sender_cancels(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_STREAM, sizeof(content));
    header("kernel.elf", "2048");
    feed();
    block(1, XMODEM_LARGE_BYTES, 0);
    xmodem_fake_feed(&rx, tx.data, 500, 500);
    feed_text("\x18\x18\x18\x18\x18\b\b\b\b\b");
    assert_in_range(xmodem_fake_wait(&rx), 1, 999);
    assert_failed(ERR_IO, "after 0 bytes: cancelled by the sender");
}

static void test_streaming_waits_for_a_slow_line(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_STREAM, sizeof(content));
    header("kernel.elf", "1024");
    feed();
    block(1, XMODEM_LARGE_BYTES, 0);
    xmodem_fake_feed(&rx, tx.data, 500, 500);
    for (int i = 0; i < 30; i++)
        wait();
    assert_int_equal(rx.x.state, XMODEM_IN_BLOCK);
    xmodem_fake_feed(&rx, tx.data + 500, tx.size - 500, 500);
    assert_int_equal(rx.x.received, 1024);
}

static void test_streaming_needs_a_header(void **state)
{
    (void)state;
    xmodem_fake_init(&rx, XMODEM_STREAM, sizeof(content));
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_failed(ERR_FORMAT, "after 0 bytes: a block was lost");
}

#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(late_sender_with_invitations_waiting),
        TEST(lost_ack_of_a_header),
        TEST(names_are_printable),
        TEST(large_header),
        TEST(ymodem_file_too_large),
        TEST(refused_by_the_caller),
        TEST(ymodem_batch),
        TEST(ymodem_of_256_blocks_is_not_invited_again),
        TEST(ymodem_without_size),
        TEST(forged_eot_in_ymodem),
        TEST(truncated_ymodem),
        TEST(more_than_announced),
        TEST(lost_ack_of_an_eot),
        TEST(restarted_sender_of_a_batch),
        TEST(data_between_files),
        TEST(lost_end_of_a_batch),
        TEST(empty_batch),
        TEST(ymodem_streaming),
        TEST(streaming_cannot_repeat),
        TEST(streaming_file_too_large),
        TEST(streaming_sender_cancels),
        TEST(streaming_waits_for_a_slow_line),
        TEST(streaming_needs_a_header),
    };

    return cmocka_run_group_tests_name("ymodem", tests, NULL, NULL);
}
