/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "monitor/base/range.h"

static void test_make_refuses_a_wrap(void **state)
{
    struct range r = {1, 2};

    (void)state;
    assert_int_equal(range_make(UINT64_MAX, 1, &r), ERR_RANGE);
    assert_int_equal(r.start, 1);
    assert_int_equal(range_make(UINT64_MAX, 0, &r), ERR_OK);
    assert_true(range_is_empty(r));
}

static void test_overlap_needs_a_shared_byte(void **state)
{
    struct range a = {0x1000, 0x2000};

    (void)state;
    assert_true(range_overlaps(a, (struct range){0x1fff, 0x3000}));
    assert_false(range_overlaps(a, (struct range){0x2000, 0x3000}));
    assert_false(range_overlaps(a, (struct range){0x1800, 0x1800}));
}

static void test_contains(void **state)
{
    struct range a = {0x1000, 0x2000};

    (void)state;
    assert_true(range_contains(a, a));
    assert_false(range_contains(a, (struct range){0x0fff, 0x2000}));
    assert_false(range_contains(a, (struct range){0x1000, 0x2001}));
}

static void test_align_grows_outwards(void **state)
{
    struct range r;

    (void)state;
    assert_int_equal(range_align((struct range){0x1001, 0x1fff}, 0x1000, &r), ERR_OK);
    assert_int_equal(r.start, 0x1000);
    assert_int_equal(r.end, 0x2000);
    assert_int_equal(range_align((struct range){0, UINT64_MAX}, 0x1000, &r), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make_refuses_a_wrap),
        cmocka_unit_test(test_overlap_needs_a_shared_byte),
        cmocka_unit_test(test_contains),
        cmocka_unit_test(test_align_grows_outwards),
    };

    return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
