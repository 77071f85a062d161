/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving over a line that damages one thing at a time; in test_xmodem_line.c chance decides. */
#include "tests/unit/xmodem_unit.h"

/* --- Changed bytes ------------------------------------------------------------------------ */

static bool is_complete(void)
{
    return rx.end_count == 1 && rx.event == XMODEM_DONE;
}

static bool is_intact(size_t size)
{
    return rx.end_bytes == size && memcmp(rx.memory, content, size) == 0;
}

/* Every value in place of every byte of a short transfer, whose sender goes on regardless. */
static unsigned count_corrupt(enum xmodem_char start, bool ymodem, unsigned *complete_count)
{
    static struct xmodem_stream whole;
    unsigned corrupt = 0;

    xmodem_fake_init(&rx, start, sizeof(content));
    tx.size = 0;
    if (ymodem)
        header("a", "200");
    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    whole = tx;
    for (size_t at = 0; at < whole.size; at++) {
        for (unsigned change = 1; change < 256; change++) {
            xmodem_fake_init(&rx, start, sizeof(content));
            tx = whole;
            tx.data[at] ^= (uint8_t)change;
            feed();
            finish_xmodem();
            if (ymodem)
                header("", NULL);
            feed();
            xmodem_fake_wait(&rx);
            *complete_count += is_complete() && rx.begin_count == ymodem;
            corrupt += is_complete() && rx.begin_count == ymodem && !is_intact(ymodem ? 200 : 256);
            assert_true(xmodem_fake_is_sound(&rx));
        }
    }
    return corrupt;
}

static void test_every_change_of_a_byte(void **state)
{
    unsigned complete_count = 0;

    (void)state;
    assert_int_equal(count_corrupt(XMODEM_CRC, false, &complete_count), 0);
    assert_int_equal(count_corrupt(XMODEM_NAK, false, &complete_count), 0);
    assert_int_equal(complete_count, 0);
    assert_int_equal(count_corrupt(XMODEM_CRC, true, &complete_count), 0);
    assert_int_equal(complete_count, 0);
}

/* Why a checksum promises little: two bytes in which one goes up and the other down. */
static void test_checksum_misses_a_double_change(void **state)
{
    (void)state;
    for (int crc = 0; crc < 2; crc++) {
        xmodem_fake_init(&rx, crc ? XMODEM_CRC : XMODEM_NAK, sizeof(content));
        block(1, XMODEM_SMALL_BYTES, 0);
        tx.data[10]++;
        tx.data[20]--;
        feed();
        assert_int_equal(rx.x.received, crc ? 0 : 128);
    }
}

static void test_endless_bad_blocks(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    for (int i = 0; i < 11; i++) {
        block(2, XMODEM_SMALL_BYTES, 128);
        tx.data[9] ^= 1;
        feed();
        assert_int_equal(rx.x.error, ERR_OK + (i == 10 ? ERR_IO : 0));
        wait();
    }
    assert_failed(ERR_IO, "after 128 bytes: only garbage");
}

static void test_endless_garbage(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64 * 1024; i++)
        feed_text("x");
    assert_failed(ERR_IO, "after 0 bytes: only garbage");
}

static void test_endless_garbage_behind_a_block(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    for (unsigned i = 0; i < 64 * 1024; i++)
        feed_text("x");
    assert_failed(ERR_IO, "after 128 bytes: only garbage");
}

/* --- Silence ------------------------------------------------------------------------------ */

/* Silence at every point of the transfer: what came before is asked for once more. */
static void test_silence_at_every_point(void **state)
{
    static struct xmodem_stream whole;

    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    whole = tx;
    for (size_t at = 0; at < whole.size; at++) {
        bool second = at >= whole.size / 2;

        set_up(state);
        xmodem_fake_feed(&rx, whole.data, at, at);
        wait();
        assert_replies(second ? "C" ACK NAK : "CC");
        if (second)
            block(2, XMODEM_SMALL_BYTES, 128);
        else
            tx = whole;
        feed();
        finish_xmodem();
        assert_received(256);
        assert_int_equal(rx.x.retry_count, second);
    }
}

static void test_sender_gone_at_every_point(void **state)
{
    static struct xmodem_stream whole;

    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    whole = tx;
    for (size_t at = whole.size / 2; at < whole.size; at++) {
        uint32_t ms;

        set_up(state);
        xmodem_fake_feed(&rx, whole.data, at, at);
        ms = xmodem_fake_wait(&rx);
        assert_in_range(ms, 10000, 11500);
        assert_failed(ERR_TIMEOUT, "after 128 bytes: the sender is silent");
    }
}

/* CANs as data on a line that stops for a while. */
static void test_cans_as_data_in_pieces(void **state)
{
    for (size_t at = 1; at < 1029; at += 7) {
        set_up(state);
        memset(content, XMODEM_CAN, sizeof(content));
        block(1, XMODEM_LARGE_BYTES, 0);
        feed();
        block(2, XMODEM_LARGE_BYTES, 1024);
        xmodem_fake_feed(&rx, tx.data, at, at);
        wait();
        xmodem_fake_feed(&rx, tx.data + at, tx.size - at, at);
        wait();
        feed();
        finish_xmodem();
        assert_received(2048);
    }
}

/* --- Lost and doubled --------------------------------------------------------------------- */

static void test_doubled_block(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_replies("C" ACK);
    block(2, XMODEM_SMALL_BYTES, 128);
    feed();
    finish_xmodem();
    assert_received(256);
}

static void test_lost_ack(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    wait();
    assert_replies("C" ACK NAK);
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_replies(ACK);
    block(2, XMODEM_SMALL_BYTES, 128);
    feed();
    finish_xmodem();
    assert_received(256);
}

static void test_lost_block(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    block(3, XMODEM_SMALL_BYTES, 256);
    feed();
    assert_replies("C" ACK CANCEL);
    assert_failed(ERR_FORMAT, "after 128 bytes: a block was lost");
}

static void test_restarted_sender(void **state)
{
    (void)state;
    for (uint8_t n = 1; n <= 3; n++)
        block(n, XMODEM_SMALL_BYTES, (n - 1u) * 128);
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    assert_failed(ERR_FORMAT, "after 384 bytes: a block was lost");
}

static void test_lost_byte(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    block(2, XMODEM_LARGE_BYTES, 128);
    memmove(tx.data + 7, tx.data + 8, --tx.size - 7);
    feed();
    assert_int_equal(xmodem_wait_ms(&rx.x), 250);
    wait();
    assert_replies("C" ACK NAK);
    block(2, XMODEM_LARGE_BYTES, 128);
    feed();
    finish_xmodem();
    assert_received(1152);
}

/* --- EOTs that are none ------------------------------------------------------------------- */

static void test_forged_eot_before_a_block(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    eot();
    block(2, XMODEM_SMALL_BYTES, 128);
    feed();
    assert_replies("C" ACK ACK);
    finish_xmodem();
    assert_received(256);
}

static void test_forged_eot_in_place_of_a_block(void **state)
{
    (void)state;
    memset(content, XMODEM_EOT, sizeof(content));
    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_LARGE_BYTES, 128);
    tx.data[133] = XMODEM_EOT;
    feed();
    wait();
    assert_replies("C" ACK NAK);
    block(2, XMODEM_LARGE_BYTES, 128);
    tx.data[0] = XMODEM_EOT;
    feed();
    wait();
    assert_replies(NAK);
    assert_int_equal(rx.end_count, 0);
    block(2, XMODEM_LARGE_BYTES, 128);
    feed();
    finish_xmodem();
    assert_received(1152);
}

static void test_forged_eot_in_silence(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    eot();
    feed();
    wait();
    block(2, XMODEM_SMALL_BYTES, 128);
    eot();
    feed();
    wait();
    assert_replies("C" ACK NAK ACK NAK); /* the first EOT does not count for the second */
    eot();
    feed();
    wait();
    assert_received(256);
}

/* A line that puts EOTs in place of blocks may do so twice. */
static void test_forged_eots_on_a_bad_line(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    tx.data[133 + 50] ^= 1;
    feed();
    wait();
    assert_replies("C" ACK NAK);
    for (int i = 0; i < 2; i++) {
        eot();
        feed();
        wait();
    }
    assert_replies(NAK NAK);
    block(2, XMODEM_SMALL_BYTES, 128);
    feed();
    finish_xmodem();
    assert_replies(ACK NAK NAK ACK);
    assert_received(256);
}

static void test_data_of_eots_in_pieces(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    for (int piece = 0; piece < 4; piece++) {
        eot();
        eot();
        feed();
        wait();
    }
    assert_replies("C" ACK NAK NAK NAK NAK);
    finish_xmodem();
    assert_received(128);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_change_of_a_byte),
        TEST(checksum_misses_a_double_change),
        TEST(endless_bad_blocks),
        TEST(endless_garbage),
        TEST(endless_garbage_behind_a_block),
        TEST(silence_at_every_point),
        TEST(sender_gone_at_every_point),
        TEST(cans_as_data_in_pieces),
        TEST(doubled_block),
        TEST(lost_ack),
        TEST(lost_block),
        TEST(restarted_sender),
        TEST(lost_byte),
        TEST(forged_eot_before_a_block),
        TEST(forged_eot_in_place_of_a_block),
        TEST(forged_eot_in_silence),
        TEST(forged_eots_on_a_bad_line),
        TEST(data_of_eots_in_pieces),
    };

    return cmocka_run_group_tests_name("xmodem_damage", tests, NULL, NULL);
}
