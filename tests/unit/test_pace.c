/* SPDX-License-Identifier: Apache-2.0 */
/* Which way of waiting is taken, where either is faster, and where that changes. */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/pace.h"

enum { BLOCK_BYTES = 1024 };

/* What a line takes for each byte in each way, and what has been read from it. */
struct line {
    struct pace pace;
    unsigned ticks[PACE_WAYS];
    size_t bytes[PACE_WAYS];
    uint64_t time;
};

static void receive(struct line *l, unsigned blocks)
{
    for (unsigned i = 0; i < blocks; i++) {
        for (size_t left = BLOCK_BYTES; left > 0;) {
            size_t room = left;
            enum pace_way way = pace_begin(&l->pace, &room);
            uint64_t ticks = (uint64_t)room * l->ticks[way];

            assert_in_range(room, 1, left);
            pace_end(&l->pace, room, ticks);
            l->bytes[way] += room;
            l->time += ticks;
            left -= room;
        }
    }
}

static void forget(struct line *l)
{
    memset(l->bytes, 0, sizeof(l->bytes));
    l->time = 0;
}

/* In percent of what the faster way alone takes. */
static unsigned percent(const struct line *l, enum pace_way fast)
{
    return (unsigned)(l->time * 100 / ((l->bytes[0] + l->bytes[1]) * l->ticks[fast]));
}

static void test_faster_way_is_found(void **state)
{
    (void)state;
    for (enum pace_way fast = PACE_SLEEP; fast < PACE_WAYS; fast++) {
        struct line l = {.ticks = {120, 120}};

        l.ticks[fast] = 100;
        receive(&l, 100);
        forget(&l);
        receive(&l, 1000);
        assert_in_range(percent(&l, fast), 100, 101);
        assert_true(l.bytes[!fast] > 0);
    }
}

/* Where polling is hopeless, hardly any time goes into finding that out, the first time and
 * again. */
static void test_far_slower_way_costs_little(void **state)
{
    struct line l = {.ticks = {100, 1400}};

    (void)state;
    receive(&l, 250);
    assert_in_range(percent(&l, PACE_SLEEP), 100, 104);
    forget(&l);
    receive(&l, 10000);
    assert_in_range(percent(&l, PACE_SLEEP), 100, 101);
}

/* A tenth is less than what a host's speed changes by: it is polling then. */
static void test_small_difference_changes_nothing(void **state)
{
    struct line l = {.ticks = {100, 110}};

    (void)state;
    receive(&l, 20);
    forget(&l);
    receive(&l, 1000);
    assert_in_range(l.bytes[PACE_SLEEP], 1, 32 * BLOCK_BYTES);
}

static void test_change_is_noticed(void **state)
{
    struct line l = {.ticks = {100, 130}};

    (void)state;
    receive(&l, 5000);
    l.ticks[PACE_SLEEP] = 150;
    receive(&l, 260);
    forget(&l);
    receive(&l, 100);
    assert_true(l.bytes[PACE_POLL] > l.bytes[PACE_SLEEP]);
}

/* That would be 256 KiB in the worst case, which is long where it is ten times as slow. */
static void test_great_change_is_noticed_soon(void **state)
{
    struct line l = {.ticks = {100, 130}};

    (void)state;
    receive(&l, 5000);
    l.ticks[PACE_SLEEP] = 1000;
    forget(&l);
    receive(&l, 20);
    assert_true(l.bytes[PACE_POLL] > l.bytes[PACE_SLEEP]);
}

/* Polling that gets nothing at all is given up at once. */
static void test_nothing_comes(void **state)
{
    struct pace p = {0};
    size_t room = BLOCK_BYTES;

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        room = BLOCK_BYTES;
        if (pace_begin(&p, &room) == PACE_POLL) {
            pace_end(&p, 0, UINT64_MAX / 512);
            room = BLOCK_BYTES;
            assert_int_equal(pace_begin(&p, &room), PACE_SLEEP);
        }
        pace_end(&p, room, 100);
    }
    assert_true(p.patience > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faster_way_is_found),
        cmocka_unit_test(test_far_slower_way_costs_little),
        cmocka_unit_test(test_small_difference_changes_nothing),
        cmocka_unit_test(test_change_is_noticed),
        cmocka_unit_test(test_great_change_is_noticed_soon),
        cmocka_unit_test(test_nothing_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
