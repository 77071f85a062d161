/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "payload/crc16.h"
#include "tests/fakes/xmodem_fake.h"

#define ACK    "\x06"
#define NAK    "\x15"
#define CANCEL "\x18\x18\x18\x18\x18\x18\x18\x18\x18\x18\b\b\b\b\b\b\b\b\b\b"

static struct xmodem_fake rx;
static struct xmodem_stream tx;
static uint8_t content[4096];

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 7 + i / 128);
    memset(&tx, 0, sizeof(tx));
    xmodem_fake_init(&rx, XMODEM_CRC, sizeof(content));
    return 0;
}

static void eot(void)
{
    xmodem_stream_byte(&tx, XMODEM_EOT);
}

/* A block of @content, small or large, and what is in it, from the start of the file. */
static void block(uint8_t number, unsigned size, size_t at)
{
    xmodem_stream_block(&tx, rx.x.start, number, size, content + at, size);
}

static void feed(void)
{
    xmodem_fake_feed(&rx, tx.data, tx.size, 1);
    tx.size = 0;
}

static void feed_text(const char *text)
{
    xmodem_fake_feed(&rx, (const uint8_t *)text, strlen(text), 1);
}

static void wait(void)
{
    xmodem_fake_timeout(&rx);
}

static void assert_replies(const char *expected)
{
    assert_int_equal(rx.replies.size, strlen(expected));
    assert_memory_equal(rx.replies.data, expected, strlen(expected));
    rx.replies.size = 0;
}

static void assert_failed(int error, const char *why)
{
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.event, XMODEM_FAILED);
    assert_int_equal(rx.x.error, error);
    assert_string_equal(rx.why.text, why);
    assert_true(xmodem_fake_is_sound(&rx));
}

/* The last file is complete with the first @size bytes of content, and so is the session. */
static void assert_received(size_t size)
{
    xmodem_fake_wait(&rx);
    assert_int_equal(rx.event, XMODEM_DONE);
    assert_int_equal(rx.end_count, 1);
    assert_int_equal(rx.end_bytes, size);
    assert_memory_equal(rx.memory, content, size);
    assert_true(xmodem_fake_is_sound(&rx));
}

/* On a line that has damaged something, an EOT is asked for once more. */
static void finish_xmodem(void)
{
    unsigned eots = rx.x.retry_count > 0 ? 3 : 2;

    while (eots-- > 0) {
        eot();
        feed();
        wait();
    }
}

static void test_crc_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(crc16_update(0, (const uint8_t *)"123456789", 9), 0x31c3);
    assert_int_equal(crc16_update(0, (const uint8_t *)"123456789\x31\xc3", 11), 0);
}

static void test_crc_bit_by_bit(void **state)
{
    (void)state;
    for (unsigned crc = 0; crc < 0x10000; crc += 0x35) {
        for (unsigned byte = 0; byte < 256; byte++) {
            const uint8_t data = (uint8_t)byte;
            unsigned expected = crc ^ byte << 8;

            for (int i = 0; i < 8; i++)
                expected = (expected << 1) ^ (expected & 0x8000 ? 0x1021 : 0);
            assert_int_equal(crc16_update((uint16_t)crc, &data, 1), expected & 0xffff);
        }
    }
}

/* Whatever part of it is taken at once. */
static void test_crc_in_parts(void **state)
{
    uint8_t data[40];
    uint16_t whole = 0;

    (void)state;
    for (unsigned i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 151 + 37);
        whole = crc16_update(whole, &data[i], 1);
    }
    for (unsigned a = 0; a <= sizeof(data); a++) {
        for (unsigned b = a; b <= sizeof(data); b++) {
            uint16_t crc = crc16_update(0, data, a);

            crc = crc16_update(crc, data + a, b - a);
            assert_int_equal(crc16_update(crc, data + b, sizeof(data) - b), whole);
        }
    }
}

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

static void header(const char *name, const char *size)
{
    xmodem_stream_header(&tx, name, size);
}

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
        setup(state);
        feed_session(split);
        assert_replies("C" ACK ACK NAK ACK);
        assert_received(1152);
    }
    for (size_t chunk = 1; chunk < size; chunk += 13) {
        setup(state);
        block(1, XMODEM_SMALL_BYTES, 0);
        block(2, XMODEM_LARGE_BYTES, 128);
        xmodem_fake_feed(&rx, tx.data, tx.size, chunk);
        tx.size = 0;
        finish_xmodem();
        assert_received(1152);
    }
}

static void test_every_split_without_a_copy(void **state)
{
    for (size_t split = 0; split <= 133 + 1029; split += 3) {
        setup(state);
        rx.direct = true;
        feed_session(split);
        assert_received(1152);
    }
    xmodem_fake_init(&rx, XMODEM_CRC, 1100);
    rx.direct = true;
    header("a", "1090");
    block(1, XMODEM_LARGE_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 1024);
    eot();
    header("", NULL);
    feed();
    assert_received(1090);
}

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

/* Silence at every point of the transfer: what came before is asked for once more. */
static void test_silence_at_every_point(void **state)
{
    static struct xmodem_stream whole;

    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    whole = tx;
    for (size_t at = 0; at < whole.size; at++) {
        bool second = at >= whole.size / 2;

        setup(state);
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

        setup(state);
        xmodem_fake_feed(&rx, whole.data, at, at);
        ms = xmodem_fake_wait(&rx);
        assert_in_range(ms, 10000, 11500);
        assert_failed(ERR_TIMEOUT, "after 128 bytes: the sender is silent");
    }
}

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
    assert_failed(ERR_FORMAT, "128 bytes came, 256 were announced");
}

static void test_more_than_announced(void **state)
{
    (void)state;
    header("a", "120");
    block(1, XMODEM_SMALL_BYTES, 0);
    block(2, XMODEM_SMALL_BYTES, 128);
    feed();
    assert_failed(ERR_FORMAT, "248 bytes came, 120 were announced");
}

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

static void test_every_control_character_as_data(void **state)
{
    static const uint8_t special[] = {XMODEM_SOH, XMODEM_STX, XMODEM_CTRL_C, XMODEM_EOT,
                                      XMODEM_ACK, XMODEM_BS,  XMODEM_NAK,    XMODEM_CAN,
                                      XMODEM_PAD, XMODEM_CRC, XMODEM_STREAM, 0};

    for (unsigned i = 0; i < sizeof(special); i++) {
        setup(state);
        memset(content, special[i], sizeof(content));
        for (uint8_t n = 1; n < 4; n++)
            block(n, XMODEM_LARGE_BYTES, (n - 1u) * 1024);
        feed();
        finish_xmodem();
        assert_received(3072);
    }
}

/* CANs as data on a line that stops for a while. */
static void test_cans_as_data_in_pieces(void **state)
{
    for (size_t at = 1; at < 1029; at += 7) {
        setup(state);
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

static void test_cancel_at_a_boundary(void **state)
{
    (void)state;
    feed_text("\x18");
    wait();
    feed_text("\x18");
    wait();
    feed_text("\x18\x18\x18\b\b\b");
    assert_replies("CCC"); /* the sender has gone: it is not told to */
    assert_in_range(xmodem_fake_wait(&rx), 1, 999);
    assert_failed(ERR_IO, "after 0 bytes: cancelled by the sender");
    setup(state);
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    feed_text("\x18\x18");
    assert_failed(ERR_IO, "after 128 bytes: cancelled by the sender");
}

static void test_cancel_within_a_block(void **state)
{
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    for (size_t at = 3; at < 1000; at += 99) {
        setup(state);
        block(1, XMODEM_LARGE_BYTES, 0);
        xmodem_fake_feed(&rx, tx.data, at, at);
        feed_text("\x18\x18\x18\x18\x18\x18\x18\x18\x18\x18\b\b\b\b\b\b\b\b\b\b");
        assert_in_range(xmodem_fake_wait(&rx), 1, 999);
        assert_failed(ERR_IO, "after 0 bytes: cancelled by the sender");
    }
}

static void test_ctrl_c_before_the_first_block(void **state)
{
    (void)state;
    feed_text("\x03");
    assert_replies("C" CANCEL);
    assert_in_range(xmodem_fake_wait(&rx), 1, 999);
    assert_failed(ERR_INTERRUPTED, "after 0 bytes: interrupted");
}

static void test_ctrl_c_later_is_noise(void **state)
{
    (void)state;
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    feed_text("\x03");
    wait();
    assert_replies("C" ACK NAK);
    assert_int_equal(rx.x.error, ERR_OK);
}

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

static void test_ymodem_file_too_large(void **state)
{
    static const char *const sizes[] = {"4097", "1000000000000"};

    for (unsigned i = 0; i < 2; i++) {
        setup(state);
        header("a", sizes[i]);
        feed();
        assert_replies("C" CANCEL);
        xmodem_fake_wait(&rx);
        assert_int_equal(rx.x.error, ERR_NOMEM);
        assert_non_null(strstr(rx.why.text, "do not fit into 4096"));
    }
    setup(state);
    header("a", "4096");
    feed();
    assert_replies("C" ACK "C");
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

static void test_names_are_printable(void **state)
{
    char longest[XMODEM_SMALL_BYTES + 1];

    header("\x1b[2J\x7f\xff.elf", "1");
    feed();
    assert_string_equal(rx.name, "?[2J??.elf");
    assert_int_equal(rx.x.size, 1);
    setup(state);
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

static void test_empty_xmodem_file(void **state)
{
    (void)state;
    finish_xmodem();
    assert_failed(ERR_FORMAT, "after 0 bytes: the file is empty");
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

/* What is typed while a transfer ends is dropped with what the sender still had to say. */
static void test_line_is_drained(void **state)
{
    (void)state;
    feed_text("\x03");
    rx.replies.size = 0;
    for (int i = 0; i < 100; i++)
        feed_text("reset\r");
    wait();
    assert_int_equal(rx.event, XMODEM_NOTHING); /* something came: it is told once more */
    assert_replies(CANCEL);
    feed_text("\x18\x18\b\b");
    assert_in_range(xmodem_fake_wait(&rx), 200, 200);
    assert_int_equal(rx.event, XMODEM_FAILED);
    assert_replies("");
}

/* A sender that answers a cancelled end by its EOT again, as lrzsz's do ten times. */
static void test_sender_that_repeats_its_eot(void **state)
{
    (void)state;
    header("a", "256");
    block(1, XMODEM_SMALL_BYTES, 0);
    feed();
    finish_xmodem();
    for (int i = 0; i < 10; i++) {
        rx.replies.size = 0;
        eot();
        feed();
        wait();
        assert_replies(CANCEL);
    }
    feed_text("\x18\x18\x18\x18");
    assert_in_range(xmodem_fake_wait(&rx), 200, 200);
    assert_failed(ERR_FORMAT, "128 bytes came, 256 were announced");
}

static void test_stubborn_sender(void **state)
{
    unsigned count = 0;

    (void)state;
    feed_text("\x03");
    for (; rx.event == XMODEM_NOTHING; count++) {
        feed_text("x");
        wait();
    }
    assert_in_range(count, 10, 20);
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

#define TEST(name) cmocka_unit_test_setup(test_##name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(crc_of_the_standard),
        TEST(crc_bit_by_bit),
        TEST(crc_in_parts),
        TEST(xmodem_crc),
        TEST(xmodem_checksum),
        TEST(large_and_small_blocks_mixed),
        TEST(block_numbers_wrap),
        TEST(ymodem_batch),
        TEST(ymodem_of_256_blocks_is_not_invited_again),
        TEST(ymodem_without_size),
        TEST(ymodem_streaming),
        TEST(streaming_cannot_repeat),
        TEST(streaming_file_too_large),
        TEST(streaming_sender_cancels),
        TEST(streaming_waits_for_a_slow_line),
        TEST(streaming_needs_a_header),
        TEST(every_split),
        TEST(every_split_without_a_copy),
        TEST(every_change_of_a_byte),
        TEST(checksum_misses_a_double_change),
        TEST(silence_at_every_point),
        TEST(sender_gone_at_every_point),
        TEST(no_sender),
        TEST(no_sender_for_another_time),
        TEST(late_sender),
        TEST(late_sender_with_invitations_waiting),
        TEST(early_sender),
        TEST(garbage_before_the_first_block),
        TEST(endless_garbage),
        TEST(endless_garbage_behind_a_block),
        TEST(forged_eot_before_a_block),
        TEST(forged_eot_in_place_of_a_block),
        TEST(forged_eot_in_silence),
        TEST(forged_eots_on_a_bad_line),
        TEST(data_of_eots_in_pieces),
        TEST(forged_eot_in_ymodem),
        TEST(truncated_ymodem),
        TEST(more_than_announced),
        TEST(doubled_block),
        TEST(lost_ack),
        TEST(lost_ack_of_a_header),
        TEST(lost_ack_of_an_eot),
        TEST(lost_block),
        TEST(restarted_sender),
        TEST(restarted_sender_of_a_batch),
        TEST(data_between_files),
        TEST(lost_byte),
        TEST(endless_bad_blocks),
        TEST(every_control_character_as_data),
        TEST(cans_as_data_in_pieces),
        TEST(cancel_at_a_boundary),
        TEST(cancel_within_a_block),
        TEST(ctrl_c_before_the_first_block),
        TEST(ctrl_c_later_is_noise),
        TEST(xmodem_file_too_large),
        TEST(padding_may_be_behind_the_room),
        TEST(ymodem_file_too_large),
        TEST(no_room),
        TEST(names_are_printable),
        TEST(large_header),
        TEST(empty_xmodem_file),
        TEST(lost_end_of_a_batch),
        TEST(empty_batch),
        TEST(line_is_drained),
        TEST(sender_that_repeats_its_eot),
        TEST(stubborn_sender),
        TEST(refused_by_the_caller),
    };

    return cmocka_run_group_tests_name("xmodem", tests, NULL, NULL);
}
