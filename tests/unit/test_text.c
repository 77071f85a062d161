/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "monitor/base/text.h"

enum { ROOM = 64 };

/* What the C library makes of it, in rooms of every size. */
#define ASSERT_AS_PRINTF(...)                                         \
    do {                                                              \
        char expected[ROOM];                                          \
        int size = snprintf(expected, sizeof(expected), __VA_ARGS__); \
        assert_in_range(size, 0, ROOM - 1);                           \
        for (size_t room = 1; room <= ROOM; room++) {                 \
            char text[ROOM + 1] = "";                                 \
            bool whole = text_add(text, room, __VA_ARGS__);           \
            assert_int_equal(whole, (size_t)size < room);             \
            expected[whole ? (size_t)size : room - 1] = '\0';         \
            assert_string_equal(text, expected);                      \
            (void)snprintf(expected, sizeof(expected), __VA_ARGS__);  \
        }                                                             \
    } while (0)

static void test_plain_text_and_strings(void **state)
{
    const char *name = "kernel";

    (void)state;
    ASSERT_AS_PRINTF("nothing to convert");
    ASSERT_AS_PRINTF("%s at %s", name, "0");
    ASSERT_AS_PRINTF("[%10s] [%-10s] [%3s]", name, name, name);
    ASSERT_AS_PRINTF("[%.3s] [%.0s] [%.10s] [%10.3s] [%-10.3s]", name, name, name, name, name);
    ASSERT_AS_PRINTF("[%.*s] [%*s] [%-*s]", 2, name, 9, name, 9, name);
    ASSERT_AS_PRINTF("[%*s]", 0, "");
    ASSERT_AS_PRINTF("R%c%c", 'W', '-');
}

static void test_a_precision_keeps_it_from_reading_on(void **state)
{
    const char unterminated[3] = {'a', 'b', 'c'};

    (void)state;
    ASSERT_AS_PRINTF("%.3s", unterminated);
    ASSERT_AS_PRINTF("%.*s", (int)sizeof(unterminated), unterminated);
}

static void test_numbers(void **state)
{
    const int ints[] = {0, 1, -1, 9, 10, 42, -42, 1000000, INT32_MAX, INT32_MIN};
    const uint64_t wide[] = {0, 1, 10, 0xdeadbeef, UINT64_C(1) << 63, INT64_MAX, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
        ASSERT_AS_PRINTF("%d %u %x", ints[i], (unsigned)ints[i], (unsigned)ints[i]);
        ASSERT_AS_PRINTF("[%5d] [%-5d] [%05d]", ints[i], ints[i], ints[i]);
        ASSERT_AS_PRINTF("[%2u] [%-12u] [%08x] [%*d]", 7U, 8U, (unsigned)ints[i], 6, ints[i]);
        ASSERT_AS_PRINTF("%02x%c", (unsigned)ints[i] & 0xff, '.');
    }
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        ASSERT_AS_PRINTF("%" PRIu64 " %" PRId64, wide[i], (int64_t)wide[i]);
        ASSERT_AS_PRINTF("0x%016" PRIx64 " 0x%" PRIx64, wide[i], wide[i]);
        ASSERT_AS_PRINTF("[%22" PRIu64 "] [%-22" PRIx64 "]", wide[i], wide[i]);
        ASSERT_AS_PRINTF("[%0*" PRIx64 "] [%025" PRId64 "]", 4, wide[i], (int64_t)wide[i]);
        ASSERT_AS_PRINTF("%zu %lu %llu", (size_t)wide[i], (unsigned long)wide[i],
                         (unsigned long long)wide[i]);
    }
}

/* More than the registers hold: the rest lies on the stack. */
static void test_many_arguments(void **state)
{
    (void)state;
    ASSERT_AS_PRINTF("%d %d %d %s %d %" PRIu64 " %d %s %c %x %u %d", 1, 2, 3, "four", 5, UINT64_MAX,
                     7, "eight", '9', 10U, 11U, -12);
}

static void test_add_goes_on_where_the_text_ends(void **state)
{
    char text[12] = "";

    (void)state;
    assert_true(text_add(text, sizeof(text), "%d", 12));
    assert_true(text_add(text, sizeof(text), ", %s", "x"));
    assert_string_equal(text, "12, x");
    assert_false(text_add(text, sizeof(text), "%s", "overflows"));
    assert_string_equal(text, "12, xoverfl");
    assert_false(text_add(text, sizeof(text), "!"));
    assert_string_equal(text, "12, xoverfl");
    assert_true(text_add(text, sizeof(text), "%s", ""));
}

static void test_lists(void **state)
{
    static const char list[] = "on\0off\0";
    static const uint8_t keys[] = {7, 0, 0xff};
    static const char names[] = "seven\0none\0most\0else";

    (void)state;
    assert_string_equal(text_pick(list, 0), "on");
    assert_string_equal(text_pick(list, 1), "off");
    assert_int_equal(text_find(list, "on"), 0);
    assert_int_equal(text_find(list, "off"), 1);
    assert_int_equal(text_find(list, "o"), -1);
    assert_int_equal(text_find(list, "offs"), -1);
    assert_int_equal(text_find(list, ""), -1);
    assert_int_equal(text_find("", "on"), -1);
    assert_string_equal(text_name(keys, sizeof(keys), 7, names), "seven");
    assert_string_equal(text_name(keys, sizeof(keys), 0, names), "none");
    assert_string_equal(text_name(keys, sizeof(keys), 0xff, names), "most");
    assert_string_equal(text_name(keys, sizeof(keys), 8, names), "else");
    assert_string_equal(text_name(keys, sizeof(keys), 0x107, names), "else");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text_and_strings),
        cmocka_unit_test(test_a_precision_keeps_it_from_reading_on),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_many_arguments),
        cmocka_unit_test(test_add_goes_on_where_the_text_ends),
        cmocka_unit_test(test_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
