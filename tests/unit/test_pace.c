/* SPDX-License-Identifier: Apache-2.0 */
/* Which way of waiting is taken, where one is faster, and where that changes. */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/pace.h"

enum {
    BLOCK_BYTES = 1024,
    ROUND_BLOCKS = 2 * PACE_WAYS, /* after as many, each way has been tried */
    TURNS_MAX = 1500,
};

/* What a line takes for each byte, and what has been read from it. */
struct line {
    struct pace pace;
    unsigned asleep, awake; /* ticks for a byte */
    unsigned best_turns;  /* 0: it is the same for each; else half a turn off takes twice as long */
    size_t slept, polled; /* bytes */
    size_t seen[TURNS_MAX]; /* bytes by turns */
    uint64_t time;
};

static unsigned ticks_of(const struct line *l, unsigned turns)
{
    unsigned off;

    if (turns == PACE_SLEEP)
        return l->asleep;
    if (l->best_turns == 0)
        return l->awake;
    off = turns > l->best_turns ? turns - l->best_turns : l->best_turns - turns;
    return l->awake + 2 * l->awake * off / (l->best_turns + turns);
}

static void receive(struct line *l, unsigned blocks)
{
    for (unsigned i = 0; i < blocks; i++) {
        for (size_t left = BLOCK_BYTES; left > 0;) {
            size_t room = left;
            unsigned turns = pace_begin(&l->pace, &room);
            uint64_t ticks = (uint64_t)room * ticks_of(l, turns);

            assert_in_range(room, 1, left);
            assert_in_range(turns, 0, TURNS_MAX - 1);
            pace_end(&l->pace, room, ticks);
            *(turns == PACE_SLEEP ? &l->slept : &l->polled) += room;
            l->seen[turns] += room;
            l->time += ticks;
            left -= room;
        }
    }
}

static void forget(struct line *l)
{
    memset(l->seen, 0, sizeof(l->seen));
    l->slept = l->polled = 0;
    l->time = 0;
}

/* To what is then measured. */
static void settle(struct line *l)
{
    receive(l, ROUND_BLOCKS);
    forget(l);
}

/* In percent of what it takes with @ticks for each byte. */
static unsigned percent(const struct line *l, unsigned ticks)
{
    return (unsigned)(l->time * 100 / ((l->slept + l->polled) * ticks));
}

static void test_faster_way_is_found(void **state)
{
    static const struct {
        unsigned asleep, awake, percent;
    } cases[] = {{1000, 1300, 102}, {1300, 1000, 101}};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct line l = {.asleep = cases[i].asleep, .awake = cases[i].awake};

        settle(&l);
        receive(&l, 1000);
        assert_in_range(percent(&l, 1000), 100, cases[i].percent);
        assert_true(l.slept > 0 && l.polled > 0);
    }
}

/* In one round and as far as the steps of a quarter allow, wherever it is. */
static void test_best_pause_is_found(void **state)
{
    (void)state;
    for (unsigned turns = 100; turns < TURNS_MAX; turns += turns / 16) {
        struct line l = {.asleep = 2000, .awake = 1000, .best_turns = turns};

        settle(&l);
        receive(&l, 1000);
        assert_in_range(percent(&l, l.awake), 100, 115);
    }
}

static void test_each_pause_is_tried_again(void **state)
{
    struct line l = {.asleep = 2000, .awake = 1000, .best_turns = 400};
    unsigned ways = 0;

    (void)state;
    settle(&l);
    receive(&l, 2000);
    for (unsigned i = 0; i < TURNS_MAX; i++)
        ways += l.seen[i] > 0;
    assert_int_equal(ways, PACE_WAYS);
}

/* Where polling is hopeless, hardly any time goes into finding that out, the first time and
 * again. */
static void test_far_slower_ways_cost_little(void **state)
{
    struct line l = {.asleep = 1000, .awake = 14000};

    (void)state;
    receive(&l, 1000);
    assert_in_range(percent(&l, l.asleep), 100, 108);
    forget(&l);
    receive(&l, 10000);
    assert_in_range(percent(&l, l.asleep), 100, 104);
}

/* A tenth is less than what a host's speed changes by: it is polling then. */
static void test_small_difference_is_no_reason_to_sleep(void **state)
{
    struct line l = {.asleep = 1000, .awake = 1100};

    (void)state;
    settle(&l);
    receive(&l, 1000);
    assert_in_range(l.slept, 1, 16 * BLOCK_BYTES);
}

static void test_change_is_noticed(void **state)
{
    struct line l = {.asleep = 1000, .awake = 1300};

    (void)state;
    receive(&l, 5000);
    l.asleep = 1500;
    receive(&l, 70);
    forget(&l);
    receive(&l, 100);
    assert_true(l.polled > l.slept);
}

/* Both threads of an emulator get to run on one core: only to sleep helps. */
static void test_great_change_is_noticed_soon(void **state)
{
    struct line l = {.asleep = 1300, .awake = 1000};

    (void)state;
    receive(&l, 5000);
    l.awake = 10000;
    forget(&l);
    receive(&l, 20);
    assert_true(l.slept > l.polled);
    l.awake = 1000;
    l.asleep = 10000;
    forget(&l);
    receive(&l, 20);
    assert_true(l.polled > l.slept);
}

/* Polling that gets nothing at all is given up at once, and not followed by the next such way. */
static void test_nothing_comes(void **state)
{
    struct pace p = {0};
    unsigned polls = 0;

    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        size_t room = BLOCK_BYTES;

        if (pace_begin(&p, &room) != PACE_SLEEP) {
            polls++;
            pace_end(&p, 0, UINT64_MAX / 512);
            room = BLOCK_BYTES;
            assert_int_equal(pace_begin(&p, &room), PACE_SLEEP);
        }
        pace_end(&p, room, 100000);
    }
    assert_in_range(polls, PACE_WAYS, 60);
}

/* In a sender's pause a trial finds out nothing: what it had found before counts. */
static void test_pause_of_the_sender_is_no_measure(void **state)
{
    struct line l = {.asleep = 2000, .awake = 1000, .best_turns = 400};
    size_t room = BLOCK_BYTES;

    (void)state;
    receive(&l, ROUND_BLOCKS);
    for (unsigned i = 0; i < 4000 && !l.pace.is_trial; i++) {
        room = BLOCK_BYTES;
        (void)pace_begin(&l.pace, &room);
        if (!l.pace.is_trial)
            pace_end(&l.pace, room, (uint64_t)room * l.awake);
    }
    assert_true(l.pace.is_trial);
    pace_end(&l.pace, 0, 1000000);
    assert_false(l.pace.is_trial);
    for (unsigned i = 0; i < PACE_WAYS; i++)
        assert_true(l.pace.rate[i] > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faster_way_is_found),
        cmocka_unit_test(test_best_pause_is_found),
        cmocka_unit_test(test_each_pause_is_tried_again),
        cmocka_unit_test(test_far_slower_ways_cost_little),
        cmocka_unit_test(test_small_difference_is_no_reason_to_sleep),
        cmocka_unit_test(test_change_is_noticed),
        cmocka_unit_test(test_great_change_is_noticed_soon),
        cmocka_unit_test(test_nothing_comes),
        cmocka_unit_test(test_pause_of_the_sender_is_no_measure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
