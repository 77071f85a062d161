/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/base/arena.h"

static void test_pieces_are_aligned_and_end_with_the_memory(void **state)
{
    uint8_t *memory = malloc(32);
    struct arena arena = {memory, 32, 0};

    (void)state;
    assert_ptr_equal(arena_take(&arena, 3, 1), memory);
    assert_ptr_equal(arena_take(&arena, 8, 8), memory + 8);
    assert_ptr_equal(arena_take(&arena, 0, 8), memory + 16);
    assert_ptr_equal(arena_take(&arena, 1, 4), memory + 16);
    assert_null(arena_take(&arena, 9, 8)); /* and takes nothing */
    assert_int_equal(arena.used, 17);
    assert_null(arena_take(&arena, SIZE_MAX, 1));
    assert_ptr_equal(arena_take(&arena, 8, 8), memory + 24);
    assert_null(arena_take(&arena, 1, 1));
    assert_ptr_equal(arena_take(&arena, 0, 1), memory + 32);
    free(memory);
}

static void test_a_gap_may_not_fit_either(void **state)
{
    uint64_t memory[1];
    struct arena arena = {(uint8_t *)memory, 5, 3};

    (void)state;
    assert_null(arena_take(&arena, 0, 8));
    assert_int_equal(arena.used, 3);
}

static void test_no_memory_is_full(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_null(arena_take(&arena, 1, 1));
    assert_null(arena_take(&arena, 0, 1));
    assert_null(arena_text(&arena, ""));
}

static void test_texts_are_copies(void **state)
{
    uint8_t *memory = malloc(8);
    struct arena arena = {memory, 8, 0};
    char text[] = "abc";
    const char *first = arena_text(&arena, text);

    (void)state;
    text[0] = 'x';
    assert_string_equal(first, "abc");
    assert_null(arena_text(&arena, "abcd"));
    assert_string_equal(arena_text(&arena, "def"), "def");
    assert_string_equal(first, "abc");
    assert_int_equal(arena.used, 8);
    free(memory);
}

static void test_all_goes_at_once(void **state)
{
    uint8_t memory[8];
    struct arena arena = {memory, sizeof(memory), 0};
    const char *first = arena_text(&arena, "ab");

    (void)state;
    (void)arena_text(&arena, "cd");
    arena.used = 3;
    assert_string_equal(arena_text(&arena, "ef"), "ef");
    assert_string_equal(first, "ab");
}

/* Also to where it overlaps itself, upwards and downwards. */
static void test_move(void **state)
{
    (void)state;
    for (size_t from = 0; from <= 16; from += 8) {
        for (size_t to = 0; to <= 16; to += 8) {
            _Alignas(8) uint8_t memory[48];
            struct arena arena = {memory + from, 16, 0};
            const char *first = arena_text(&arena, "abc"), *second = arena_text(&arena, "defgh");
            struct arena_move move = arena_move(&arena, memory + to, 32);

            assert_ptr_equal(arena_moved(&move, first), memory + to);
            assert_ptr_equal(arena_moved(&move, second), memory + to + 4);
            assert_string_equal(arena_moved(&move, first), "abc");
            assert_string_equal(arena_moved(&move, second), "defgh");
            assert_ptr_equal(arena_moved(&move, second + 6), second + 6); /* not taken */
            assert_ptr_equal(arena_moved(&move, &move), &move);
            assert_null(arena_moved(&move, NULL));
            assert_ptr_equal(arena_take(&arena, 22, 1), memory + to + 10);
            assert_null(arena_take(&arena, 1, 1));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_aligned_and_end_with_the_memory),
        cmocka_unit_test(test_a_gap_may_not_fit_either),
        cmocka_unit_test(test_no_memory_is_full),
        cmocka_unit_test(test_texts_are_copies),
        cmocka_unit_test(test_all_goes_at_once),
        cmocka_unit_test(test_move),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
