/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "mm/regions.h"

static struct region entries[512];
static struct regions set = {0, 512, entries};

static int reset(void **state)
{
    (void)state;
    set.count = 0;
    return 0;
}

static int add(uint64_t start, uint64_t end, const char *name)
{
    return regions_add(&set, (struct range){start, end}, REGION_RESERVED, name, NULL);
}

static void assert_sorted_and_disjoint(void)
{
    for (unsigned i = 0; i < set.count; i++) {
        assert_true(set.entries[i].range.start < set.entries[i].range.end);
        if (i)
            assert_true(set.entries[i - 1].range.end <= set.entries[i].range.start);
    }
}

static void test_add_keeps_order_and_names(void **state)
{
    (void)state;
    assert_int_equal(add(0x3000, 0x4000, "c"), ERR_OK);
    assert_int_equal(add(0x1000, 0x2000, "a"), ERR_OK);
    assert_int_equal(add(0x2000, 0x3000, "b"), ERR_OK);
    assert_int_equal(set.count, 3);
    assert_sorted_and_disjoint();
    assert_string_equal(set.entries[0].name, "a");
    assert_string_equal(set.entries[1].name, "b");
    assert_string_equal(set.entries[2].name, "c");
}

static void test_add_keeps_the_kind(void **state)
{
    (void)state;
    assert_int_equal(regions_add(&set, (struct range){0, 1}, REGION_DEVICE, "uart", NULL), ERR_OK);
    assert_int_equal(set.entries[0].kind, REGION_DEVICE);
}

static void test_add_refuses_empty_and_reversed(void **state)
{
    struct diag d;

    (void)state;
    assert_int_equal(regions_add(&set, (struct range){0x1000, 0x1000}, REGION_DTB, "dtb", &d),
                     ERR_RANGE);
    assert_string_equal(d.text, "dtb: empty range at 0x1000");
    assert_int_equal(add(2, 1, "x"), ERR_RANGE);
    assert_int_equal(set.count, 0);
}

static void test_add_names_both_sides_of_an_overlap(void **state)
{
    struct diag d;

    (void)state;
    assert_int_equal(add(0x1000, 0x3000, "kernel"), ERR_OK);
    assert_int_equal(regions_add(&set, (struct range){0x2fff, 0x4000}, REGION_DTB, "dtb", &d),
                     ERR_OVERLAP);
    assert_string_equal(d.text, "dtb: 0x2fff-0x4000 overlaps kernel at 0x1000-0x3000");
    assert_int_equal(set.count, 1);
    assert_int_equal(add(0, UINT64_MAX, "all"), ERR_OVERLAP);
    assert_int_equal(add(0x1800, 0x1801, "inside"), ERR_OVERLAP);
}

static void test_add_keeps_a_long_name(void **state)
{
    static const char name[] = "a name of more than the thirty-one characters that were kept once";

    (void)state;
    assert_int_equal(add(0, 1, name), ERR_OK);
    assert_string_equal(set.entries[0].name, name);
}

/* As many as there is memory for, and not one more. */
static void test_add_stops_when_full(void **state)
{
    struct region *memory = malloc(300 * sizeof(*memory));
    struct arena arena = {(uint8_t *)memory, 300 * sizeof(struct region), 0};
    struct regions own;
    struct diag d;

    (void)state;
    assert_int_equal(regions_init(&own, 301, &arena, &d), ERR_NOMEM);
    assert_string_equal(d.text, "no 9632 bytes for a list of 301 memory regions");
    assert_int_equal(regions_init(&own, 300, &arena, &d), ERR_OK);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(regions_add(&own, (struct range){2 * i, 2 * i + 1}, REGION_DTB, "r", NULL),
                         ERR_OK);
    assert_int_equal(regions_add(&own, (struct range){1001, 1002}, REGION_DTB, "one", &d),
                     ERR_NOMEM);
    assert_string_equal(d.text, "one: more than 300 memory regions");
    assert_int_equal(own.count, 300);
    free(memory);
}

/* In whichever order ranges cut each other: regions_needed is enough. */
static void test_as_many_as_are_needed(void **state)
{
    (void)state;
    srand(2);
    for (unsigned round = 0; round < 1000; round++) {
        struct region exact[2 * 20];
        struct regions own = {0, regions_needed(20), exact};

        for (unsigned i = 0; i < 20; i++) {
            uint64_t start = (uint64_t)rand() % 1000;
            struct range r = {start, start + 1 + (uint64_t)rand() % (round + 1)};

            assert_int_equal(regions_add_rest(&own, r, REGION_DTB, "r", NULL), ERR_OK);
        }
    }
}

static void test_follows_its_memory(void **state)
{
    uint64_t memory[64], elsewhere[64];
    struct arena arena = {(uint8_t *)memory, sizeof(memory), 0};
    struct arena_move move;
    struct regions own;

    (void)state;
    assert_int_equal(regions_init(&own, 4, &arena, NULL), ERR_OK);
    assert_int_equal(regions_add(&own, (struct range){1, 2}, REGION_DTB, "constant", NULL), 0);
    assert_int_equal(regions_add(&own, (struct range){2, 3}, REGION_DTB,
                                 arena_text(&arena, "of the arena"), NULL),
                     0);
    move = arena_move(&arena, (uint8_t *)elsewhere, sizeof(elsewhere));
    memset(memory, 0xff, sizeof(memory));
    regions_moved(&own, &move);
    assert_ptr_equal(own.entries, elsewhere);
    assert_int_equal(own.count, 2);
    assert_string_equal(own.entries[0].name, "constant");
    assert_string_equal(own.entries[1].name, "of the arena");
    assert_in_range((uintptr_t)own.entries[1].name, (uintptr_t)elsewhere,
                    (uintptr_t)elsewhere + sizeof(elsewhere));
}

static void test_top_of_the_address_space(void **state)
{
    struct range r;

    (void)state;
    assert_int_equal(add(UINT64_MAX - 0x1000, UINT64_MAX, "top"), ERR_OK);
    assert_ptr_equal(regions_overlap(&set, (struct range){UINT64_MAX - 1, UINT64_MAX}),
                     &set.entries[0]);
    assert_int_equal(
        regions_find_free(&set, (struct range){UINT64_MAX - 0x800, UINT64_MAX}, 1, 1, false, &r),
        ERR_NOMEM);
    reset(NULL);
    /* Aligning upwards would wrap to 0. */
    assert_int_equal(regions_find_free(&set, (struct range){UINT64_MAX - 0x800, UINT64_MAX}, 1,
                                       0x1000, false, &r),
                     ERR_NOMEM);
}

static void test_find_free_refuses_nonsense(void **state)
{
    struct range r;

    (void)state;
    assert_int_equal(regions_find_free(&set, (struct range){0, 16}, 0, 1, false, &r), ERR_RANGE);
    assert_int_equal(regions_find_free(&set, (struct range){0, 16}, 1, 0, false, &r), ERR_RANGE);
    assert_int_equal(regions_find_free(&set, (struct range){0, 16}, 1, 3, false, &r), ERR_RANGE);
    assert_int_equal(regions_find_free(&set, (struct range){8, 8}, 1, 1, false, &r), ERR_NOMEM);
    assert_int_equal(regions_find_free(&set, (struct range){8, 4}, 1, 1, true, &r), ERR_NOMEM);
}

/* A model of addresses 0..15: used[a] tells whether byte a is in a region. */
enum { MODEL_BYTES = 16 };

static bool model_free(const bool *used, uint64_t start, uint64_t end)
{
    for (uint64_t a = start; a < end; a++)
        if (used[a])
            return false;
    return true;
}

static bool model_find(const bool *used, struct range within, uint64_t size, uint64_t alignment,
                       bool highest, uint64_t *out)
{
    bool found = false;

    for (uint64_t a = 0; a + size <= MODEL_BYTES; a += alignment) {
        if (a < within.start || a + size > within.end || !model_free(used, a, a + size))
            continue;
        *out = a;
        found = true;
        if (!highest)
            break;
    }
    return found;
}

static void compare_find(const bool *used, struct range within, uint64_t size, uint64_t alignment,
                         bool highest)
{
    struct range r = {77, 88};
    uint64_t expected = 0;
    int err = regions_find_free(&set, within, size, alignment, highest, &r);

    if (model_find(used, within, size, alignment, highest, &expected)) {
        assert_int_equal(err, ERR_OK);
        assert_int_equal(r.start, expected);
        assert_int_equal(r.end, expected + size);
    } else {
        assert_int_equal(err, ERR_NOMEM);
        assert_int_equal(r.start, 77);
    }
}

static void compare_all(const bool *used)
{
    for (uint64_t start = 0; start <= MODEL_BYTES; start += 3) {
        for (uint64_t end = start; end <= MODEL_BYTES; end++) {
            struct range within = {start, end};

            assert_int_equal(regions_overlap(&set, within) != NULL, !model_free(used, start, end));
            for (uint64_t size = 1; size <= 5; size++)
                for (uint64_t alignment = 1; alignment <= 4; alignment *= 2) {
                    compare_find(used, within, size, alignment, false);
                    compare_find(used, within, size, alignment, true);
                }
        }
    }
}

static void test_against_a_model(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 200; round++) {
        bool used[MODEL_BYTES] = {false};

        reset(NULL);
        for (unsigned i = 0; i < 1 + round % 8; i++) {
            uint64_t start = (uint64_t)rand() % MODEL_BYTES;
            uint64_t end = start + 1 + (uint64_t)rand() % 3;
            bool is_free;

            end = end < MODEL_BYTES ? end : MODEL_BYTES;
            is_free = model_free(used, start, end);
            assert_int_equal(add(start, end, "r"), is_free ? ERR_OK : ERR_OVERLAP);
            memset(used + start, 1, end - start);
            if (!is_free) /* only what add accepted counts */
                for (uint64_t a = start; a < end; a++)
                    used[a] = regions_overlap(&set, (struct range){a, a + 1}) != NULL;
        }
        assert_sorted_and_disjoint();
        compare_all(used);
    }
}

/* Every order of inserting four neighbours gives the same set. */
static void test_insertion_order_does_not_matter(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        unsigned seen = 0;

        reset(NULL);
        for (unsigned i = 0; i < 4; i++) {
            unsigned slot = code >> (2 * i) & 3;

            assert_int_equal(add(slot, slot + 1, "r"), seen >> slot & 1 ? ERR_OVERLAP : ERR_OK);
            seen |= 1u << slot;
        }
        assert_int_equal(set.count, (unsigned)__builtin_popcount(seen));
        assert_sorted_and_disjoint();
    }
}

static void test_add_rest_fills_the_gaps(void **state)
{
    struct diag d;

    (void)state;
    set.count = 0;
    assert_int_equal(regions_add(&set, (struct range){0x2000, 0x3000}, REGION_RAM, "a", &d), 0);
    assert_int_equal(regions_add(&set, (struct range){0x4000, 0x5000}, REGION_RAM, "b", &d), 0);
    assert_int_equal(
        regions_add_rest(&set, (struct range){0x1000, 0x4800}, REGION_PLANNED, "new", &d), 0);
    assert_int_equal(set.count, 4);
    assert_int_equal(set.entries[0].range.start, 0x1000);
    assert_int_equal(set.entries[0].range.end, 0x2000);
    assert_int_equal(set.entries[2].range.start, 0x3000);
    assert_int_equal(set.entries[2].range.end, 0x4000);
    assert_string_equal(set.entries[2].name, "new");
    assert_int_equal(regions_add_rest(&set, (struct range){0x1000, 0x5000}, REGION_RAM, "x", &d),
                     0);
    assert_int_equal(set.count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_rest_fills_the_gaps),
        cmocka_unit_test_setup(test_add_keeps_order_and_names, reset),
        cmocka_unit_test_setup(test_add_keeps_the_kind, reset),
        cmocka_unit_test_setup(test_add_refuses_empty_and_reversed, reset),
        cmocka_unit_test_setup(test_add_names_both_sides_of_an_overlap, reset),
        cmocka_unit_test_setup(test_add_keeps_a_long_name, reset),
        cmocka_unit_test(test_add_stops_when_full),
        cmocka_unit_test(test_as_many_as_are_needed),
        cmocka_unit_test(test_follows_its_memory),
        cmocka_unit_test_setup(test_top_of_the_address_space, reset),
        cmocka_unit_test_setup(test_find_free_refuses_nonsense, reset),
        cmocka_unit_test_setup(test_against_a_model, reset),
        cmocka_unit_test_setup(test_insertion_order_does_not_matter, reset),
    };

    return cmocka_run_group_tests_name("regions", tests, NULL, NULL);
}
