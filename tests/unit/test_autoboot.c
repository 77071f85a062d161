/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/shell/countdown.h"
#include "tests/fakes/console_fake.h"

#define SECOND UINT64_C(1000000)

static struct autoboot make(int32_t seconds, const char *word)
{
    struct autoboot ab = {.seconds = seconds};

    strncpy(ab.word, word, sizeof(ab.word) - 1);
    return ab;
}

/** How many bytes of @typed it takes to stop at @word; 0: they do not. */
static size_t stops_after(const char *word, const char *typed)
{
    struct autoboot ab = make(3, word);

    autoboot_start(&ab, 0);
    for (size_t i = 0; typed[i] != '\0'; i++) {
        if (autoboot_key(&ab, (unsigned char)typed[i]) == AUTOBOOT_SHELL) {
            return i + 1;
        }
    }
    return 0;
}

static void test_ticks_then_boots(void **state)
{
    struct autoboot ab = make(3, "");
    const uint64_t start = 77;

    (void)state;
    autoboot_start(&ab, start);
    assert_int_equal(autoboot_time(&ab, start), AUTOBOOT_WAIT);
    assert_int_equal(autoboot_time(&ab, start + SECOND - 1), AUTOBOOT_WAIT);
    assert_int_equal(autoboot_time(&ab, start + SECOND), AUTOBOOT_TICK);
    assert_int_equal(ab.shown, 2);
    assert_int_equal(autoboot_time(&ab, start + SECOND), AUTOBOOT_WAIT);
    assert_int_equal(autoboot_time(&ab, start + 3 * SECOND - 1), AUTOBOOT_TICK);
    assert_int_equal(ab.shown, 1);
    assert_int_equal(autoboot_time(&ab, start + 3 * SECOND), AUTOBOOT_BOOT);
}

static void test_zero_and_off(void **state)
{
    struct autoboot ab = make(0, "");

    (void)state;
    autoboot_start(&ab, 5);
    assert_int_equal(autoboot_time(&ab, 5), AUTOBOOT_BOOT);
    ab = make(AUTOBOOT_OFF, "");
    autoboot_start(&ab, 5);
    assert_int_equal(autoboot_time(&ab, UINT64_MAX), AUTOBOOT_SHELL);
}

static void test_any_key_stops(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        struct autoboot ab = make(3, "");

        autoboot_start(&ab, 0);
        assert_int_equal(autoboot_key(&ab, (unsigned char)byte), AUTOBOOT_SHELL);
    }
}

static void test_only_the_word_stops(void **state)
{
    struct autoboot ab = make(3, "s");

    (void)state;
    autoboot_start(&ab, 0);
    for (unsigned byte = 0; byte < 256; byte++) {
        assert_int_equal(autoboot_key(&ab, (unsigned char)byte),
                         byte == 's' ? AUTOBOOT_SHELL : AUTOBOOT_WAIT);
        ab.matched = 0;
    }
    assert_int_equal(stops_after("stop", "stop"), 4);
    assert_int_equal(stops_after("stop", "sto"), 0);
    assert_int_equal(stops_after("stop", "st op"), 0);
    assert_int_equal(stops_after("stop", "noise ststop"), 12);
    assert_int_equal(stops_after("stop", "STOP"), 0);
}

static void test_words_that_begin_again_within_themselves(void **state)
{
    (void)state;
    assert_int_equal(stops_after("aab", "aaab"), 4);
    assert_int_equal(stops_after("abab", "ababab"), 4);
    assert_int_equal(stops_after("abac", "ababac"), 6);
    assert_int_equal(stops_after("aaaa", "aaabaaaa"), 8);
    assert_int_equal(stops_after("abcabd", "abcabcabd"), 9);
}

static void test_start_forgets_what_was_typed(void **state)
{
    struct autoboot ab = make(3, "ab");

    (void)state;
    autoboot_start(&ab, 0);
    assert_int_equal(autoboot_key(&ab, 'a'), AUTOBOOT_WAIT);
    autoboot_start(&ab, 0);
    assert_int_equal(autoboot_key(&ab, 'b'), AUTOBOOT_WAIT);
}

static struct console_fake fake;
static struct console con;

static int setup(void **state)
{
    (void)state;
    console_fake_init(&fake, &con);
    return 0;
}

static void test_run_counts_down_on_one_line(void **state)
{
    struct autoboot ab = make(2, "");

    (void)state;
    assert_int_equal(autoboot_run(&ab, &con), AUTOBOOT_BOOT);
    assert_int_equal(fake.now_us, 2 * SECOND);
    assert_string_equal(console_fake_take(&fake),
                        "\rAutoboot in 2 s, press any key for the shell "
                        "\rAutoboot in 1 s, press any key for the shell \r\n");
}

static void test_run_consumes_the_key(void **state)
{
    struct autoboot ab = make(10, "");

    (void)state;
    console_fake_send(&fake, 1500000, "x", 1);
    console_fake_send(&fake, 1500000, "y", 1);
    assert_int_equal(autoboot_run(&ab, &con), AUTOBOOT_SHELL);
    assert_int_equal(fake.now_us, 1500000);
    assert_int_equal(console_getc(&con, 0), 'y');
}

static void test_run_is_stopped_by_what_was_typed_before(void **state)
{
    struct autoboot ab = make(1, "");

    (void)state;
    console_fake_type(&fake, " ");
    assert_false(console_interrupted(&con)); /* moves it to the type-ahead */
    assert_int_equal(autoboot_run(&ab, &con), AUTOBOOT_SHELL);
    assert_int_equal(fake.now_us, 0);
}

static void test_run_with_a_word_survives_noise(void **state)
{
    struct autoboot ab = make(2, "stop");

    (void)state;
    for (uint64_t us = 0; us < 3 * SECOND; us += 1000) {
        console_fake_send(&fake, us, "s", 1);
    }
    assert_int_equal(autoboot_run(&ab, &con), AUTOBOOT_BOOT);
    assert_int_equal(fake.now_us, 2 * SECOND);
    assert_string_equal(console_fake_take(&fake),
                        "\rAutoboot in 2 s, type stop for the shell "
                        "\rAutoboot in 1 s, type stop for the shell \r\n");
    ab = make(2, "stop");
    console_fake_init(&fake, &con);
    console_fake_send(&fake, SECOND, "xxstop", 6);
    assert_int_equal(autoboot_run(&ab, &con), AUTOBOOT_SHELL);
}

static void test_run_prints_nothing_for_zero_and_off(void **state)
{
    struct autoboot ab = make(0, "");

    (void)state;
    console_fake_type(&fake, "x");
    assert_int_equal(autoboot_run(&ab, &con), AUTOBOOT_BOOT);
    ab = make(AUTOBOOT_OFF, "");
    assert_int_equal(autoboot_run(&ab, &con), AUTOBOOT_SHELL);
    assert_string_equal(console_fake_take(&fake), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticks_then_boots),
        cmocka_unit_test(test_zero_and_off),
        cmocka_unit_test(test_any_key_stops),
        cmocka_unit_test(test_only_the_word_stops),
        cmocka_unit_test(test_words_that_begin_again_within_themselves),
        cmocka_unit_test(test_start_forgets_what_was_typed),
        cmocka_unit_test_setup(test_run_counts_down_on_one_line, setup),
        cmocka_unit_test_setup(test_run_consumes_the_key, setup),
        cmocka_unit_test_setup(test_run_is_stopped_by_what_was_typed_before, setup),
        cmocka_unit_test_setup(test_run_with_a_word_survives_noise, setup),
        cmocka_unit_test_setup(test_run_prints_nothing_for_zero_and_off, setup),
    };

    return cmocka_run_group_tests_name("autoboot", tests, NULL, NULL);
}
