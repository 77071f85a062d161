/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/base/text.h"

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

static void test_every_room(void **state)
{
    static const char whole[] = "kernel at 0x4023d000";
    char text[sizeof(whole) + 1], expected[sizeof(whole)];

    (void)state;
    for (size_t room = 1; room <= sizeof(text); room++) {
        bool fits = room >= sizeof(whole);

        memset(text, '#', sizeof(text));
        text[0] = '\0';
        assert_int_equal(text_add(text, room, "%s at 0x%x", "kernel", 0x4023d000U), fits);
        memcpy(expected, whole, sizeof(whole));
        expected[fits ? sizeof(whole) - 1 : room - 1] = '\0';
        assert_string_equal(text, expected);
        assert_true(room == sizeof(text) || text[room] == '#');
    }
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
        cmocka_unit_test(test_add_goes_on_where_the_text_ends),
        cmocka_unit_test(test_every_room),
        cmocka_unit_test(test_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
