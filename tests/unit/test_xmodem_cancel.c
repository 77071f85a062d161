/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving that is cancelled, by either side, and the quiet line that it leaves. */
#include "tests/unit/xmodem_unit.h"

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
    set_up(state);
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
        set_up(state);
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
    assert_failed(ERR_FORMAT, "128 bytes received, 256 announced");
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

#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cancel_at_a_boundary),
        TEST(cancel_within_a_block),
        TEST(ctrl_c_before_the_first_block),
        TEST(ctrl_c_later_is_noise),
        TEST(line_is_drained),
        TEST(sender_that_repeats_its_eot),
        TEST(stubborn_sender),
    };

    return cmocka_run_group_tests_name("xmodem_cancel", tests, NULL, NULL);
}
