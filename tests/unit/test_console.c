/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/base/err.h"
#include "tests/fakes/console_fake.h"

static struct console_fake fake;
static struct console con;

static int setup(void **state)
{
    (void)state;
    console_fake_init(&fake, &con);
    return 0;
}

static void test_printf_sends_cr_lf(void **state)
{
    (void)state;
    console_printf(&con, "a%d\n\nb", 1);
    assert_string_equal(console_fake_take(&fake), "a1\r\n\r\nb");
    console_write(&con, "a\nb", 3);
    assert_string_equal(console_fake_take(&fake), "a\nb");
}

static void test_printf_cuts_at_512_bytes(void **state)
{
    char text[600];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    console_printf(&con, "%s", text);
    assert_int_equal(strlen(console_fake_take(&fake)), 512);
}

static void test_quiet_silences_printf_only(void **state)
{
    (void)state;
    con.quiet = true;
    console_printf(&con, "x");
    console_write(&con, "y", 1);
    assert_string_equal(console_fake_take(&fake), "y");
}

static void test_getc_waits_until_a_byte_or_the_timeout(void **state)
{
    (void)state;
    console_fake_send(&fake, 5000000, "\xff", 1);
    assert_int_equal(console_getc(&con, 4999999), ERR_TIMEOUT);
    assert_int_equal(fake.now_us, 4999999);
    assert_int_equal(console_getc(&con, UINT64_MAX), 0xff);
    assert_int_equal(fake.now_us, 5000000);
    assert_int_equal(console_getc(&con, 0), ERR_TIMEOUT);
}

static void test_getc_takes_what_came_within_no_time(void **state)
{
    (void)state;
    console_fake_send(&fake, 0, "\0", 1);
    assert_int_equal(console_getc(&con, 0), 0);
}

static void test_ctrl_c_drops_what_was_typed_before_it(void **state)
{
    (void)state;
    console_fake_type(&fake, "ab\x03"
                             "c");
    assert_true(console_interrupted(&con));
    assert_true(console_interrupted(&con));
    console_clear_interrupt(&con);
    assert_false(console_interrupted(&con));
    console_fake_type(&fake, "d");
    assert_false(console_interrupted(&con));
    for (const char *p = "cd"; *p != '\0'; p++) {
        assert_int_equal(console_getc(&con, 0), *p);
    }
    assert_int_equal(console_getc(&con, 0), ERR_TIMEOUT);
}

static void test_looking_for_ctrl_c_keeps_other_bytes_in_order(void **state)
{
    (void)state;
    console_fake_type(&fake, "ab");
    assert_false(console_interrupted(&con));
    console_fake_type(&fake, "c");
    assert_false(console_interrupted(&con));
    for (const char *p = "abc"; *p != '\0'; p++) {
        assert_int_equal(console_getc(&con, 0), *p);
    }
    assert_int_equal(console_getc(&con, 0), ERR_TIMEOUT);
}

static void test_type_ahead_that_overflows_cancels_its_line(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CONSOLE_AHEAD_BYTES + 10; i++) {
        console_fake_type(&fake, "x");
    }
    assert_false(console_interrupted(&con));
    for (unsigned i = 0; i < CONSOLE_AHEAD_BYTES - 1; i++) {
        assert_int_equal(console_getc(&con, 0), 'x');
    }
    assert_int_equal(console_getc(&con, 0), CONSOLE_CTRL_C);
    assert_int_equal(console_getc(&con, 0), ERR_TIMEOUT);
    for (unsigned i = 0; i < CONSOLE_AHEAD_BYTES + 10; i++) {
        console_fake_type(&fake, "x");
    }
    console_fake_type(&fake, "\x03");
    assert_true(console_interrupted(&con)); /* however much came before it */
    assert_int_equal(console_getc(&con, 0), ERR_TIMEOUT);
}

static void test_type_ahead_wraps(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * CONSOLE_AHEAD_BYTES; i++) {
        unsigned char byte = (unsigned char)(i % 251 + 4);

        console_fake_send(&fake, 0, &byte, 1);
        assert_false(console_interrupted(&con));
        assert_int_equal(console_getc(&con, 0), byte);
    }
}

static void test_sleep_ends_in_time_or_at_ctrl_c(void **state)
{
    (void)state;
    assert_int_equal(console_sleep(&con, 2500000), ERR_OK);
    assert_int_equal(fake.now_us, 2500000);
    console_fake_send(&fake, 3000000, "x", 1);
    assert_int_equal(console_sleep(&con, 1000000), ERR_OK);
    assert_int_equal(console_getc(&con, 0), 'x');
    console_fake_send(&fake, 4000000, "\x03", 1);
    assert_int_equal(console_sleep(&con, UINT64_MAX), ERR_INTERRUPTED);
    assert_int_equal(fake.now_us, 4000000);
}

static void test_read_takes_what_is_there(void **state)
{
    uint8_t to[8] = {0};

    (void)state;
    console_fake_send(&fake, 1000, "ab\x03", 3);
    console_fake_send(&fake, 900000, "defg", 4);
    assert_int_equal(console_read(&con, to, 8, 999), 0);
    assert_int_equal(fake.now_us, 999);
    assert_int_equal(console_read(&con, to, 8, 1000000), 3);
    assert_memory_equal(to, "ab\x03", 3);
    assert_in_range(fake.now_us, 1000, 20000);
    assert_int_equal(console_read(&con, to, 3, UINT64_MAX), 3);
    assert_memory_equal(to, "def", 3);
    assert_int_equal(console_read(&con, to, 8, 0), 1);
    assert_int_equal(console_read(&con, to, 8, 0), 0);
}

static void test_keep(void **state)
{
    (void)state;
    console_keep(&con, 1000);
    assert_int_equal(fake.now_us, 0);
    console_fake_send(&fake, 0, "a\x03", 2);
    console_fake_send(&fake, 999, "b", 1);
    console_fake_send(&fake, 1998, "c", 1);
    console_fake_send(&fake, 2999, "d", 1);
    console_keep(&con, 1000);
    assert_int_equal(con.ahead_count, 4);
    assert_int_equal(fake.now_us, 2998);
    for (const char *c = "a\x03"
                         "bc";
         *c; c++)
        assert_int_equal(console_getc(&con, 0), *c);
}

static void test_read_takes_type_ahead_first(void **state)
{
    uint8_t to[8] = {0};

    (void)state;
    console_fake_send(&fake, 0, "abcd", 4);
    assert_false(console_interrupted(&con));
    console_fake_send(&fake, 0, "e", 1);
    assert_int_equal(console_read(&con, to, 3, 0), 3);
    assert_memory_equal(to, "abc", 3);
    assert_int_equal(console_read(&con, to, 1, 0), 1);
    assert_int_equal(to[0], 'd');
    assert_int_equal(console_read(&con, to, 1, 0), 1);
    assert_int_equal(to[0], 'e');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_printf_sends_cr_lf, setup),
        cmocka_unit_test_setup(test_printf_cuts_at_512_bytes, setup),
        cmocka_unit_test_setup(test_quiet_silences_printf_only, setup),
        cmocka_unit_test_setup(test_getc_waits_until_a_byte_or_the_timeout, setup),
        cmocka_unit_test_setup(test_getc_takes_what_came_within_no_time, setup),
        cmocka_unit_test_setup(test_ctrl_c_drops_what_was_typed_before_it, setup),
        cmocka_unit_test_setup(test_looking_for_ctrl_c_keeps_other_bytes_in_order, setup),
        cmocka_unit_test_setup(test_type_ahead_that_overflows_cancels_its_line, setup),
        cmocka_unit_test_setup(test_type_ahead_wraps, setup),
        cmocka_unit_test_setup(test_sleep_ends_in_time_or_at_ctrl_c, setup),
        cmocka_unit_test_setup(test_read_takes_what_is_there, setup),
        cmocka_unit_test_setup(test_read_takes_type_ahead_first, setup),
        cmocka_unit_test_setup(test_keep, setup),
    };

    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
