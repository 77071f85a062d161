/* SPDX-License-Identifier: Apache-2.0 */
/* Bits of single descriptors and the errors of the builder; test_pt_walk.c has the round trips. */
#include "tests/unit/unit.h"

#include <string.h>

#include "mm/pt_build.h"
#include "monitor/base/bits.h"

enum { PAGES = 64 };

static _Alignas(4096) uint64_t memory[PAGES * 512];
static struct pt_arena arena;
static struct pt pt;
static struct diag d;

#define TABLES_PA UINT64_C(0x7f000000)

static const struct pt_attr RWX = {MMU_ATTR_NORMAL, true, true, false};
static const struct pt_attr RW = {MMU_ATTR_NORMAL, true, false, false};
static const struct pt_attr RX = {MMU_ATTR_NORMAL, false, true, true};
static const struct pt_attr DEVICE = {MMU_ATTR_DEVICE_nGnRnE, true, false, true};

static void begin(bool el2, bool upper, size_t pages)
{
    memset(memory, 0xa5, sizeof(memory));
    arena = (struct pt_arena){.memory = memory, .base = TABLES_PA, .pages = pages};
    assert_int_equal(pt_init(&pt, &arena, el2, upper), ERR_OK);
}

/* Entry @index of the @page-th table of the arena. */
static uint64_t entry(size_t page, size_t index)
{
    return memory[page * 512 + index];
}

static void test_init_takes_one_zeroed_page(void **state)
{
    (void)state;
    begin(false, false, 1);
    assert_true(pt.root == TABLES_PA);
    assert_int_equal(arena.used, 1);
    for (unsigned i = 0; i < 512; i++)
        assert_true(entry(0, i) == 0);
    assert_true(entry(1, 0) == UINT64_C(0xa5a5a5a5a5a5a5a5));
    assert_int_equal(pt_init(&pt, &arena, false, false), ERR_NOMEM);
}

static void test_a_page_at_el1(void **state)
{
    (void)state;
    begin(false, false, PAGES);
    assert_int_equal(pt_map(&pt, 0x1000, 0x40002000, 0x1000, RWX, &d), ERR_OK);
    assert_int_equal(arena.used, 4);
    assert_true(entry(0, 0) == (TABLES_PA + 0x1000) + 3);
    assert_true(entry(1, 0) == (TABLES_PA + 0x2000) + 3);
    assert_true(entry(2, 0) == (TABLES_PA + 0x3000) + 3);
    /* UXN, AF, non-shareable, AP 00, AttrIndx 4, page */
    assert_true(entry(3, 1) == UINT64_C(0x0040000040002413));
    assert_true(entry(3, 0) == 0);
    assert_true(entry(3, 2) == 0);
}

static void test_attributes_at_el1(void **state)
{
    (void)state;
    begin(false, false, PAGES);
    assert_int_equal(pt_map(&pt, 0x0000, 0, 0x1000, RW, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, 0x1000, 0, 0x1000, RX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, 0x2000, 0, 0x1000, DEVICE, &d), ERR_OK);
    assert_true(entry(3, 0) == UINT64_C(0x0060000000000413)); /* UXN, PXN */
    assert_true(entry(3, 1) == UINT64_C(0x0040000000000793)); /* UXN, SH inner, AP[2] */
    assert_true(entry(3, 2) == UINT64_C(0x0060000000000403)); /* SH is ignored for Device */
}

static void test_attributes_at_el2(void **state)
{
    (void)state;
    begin(true, false, PAGES);
    assert_int_equal(pt_map(&pt, 0x0000, 0, 0x1000, RWX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, 0x1000, 0, 0x1000, RW, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, 0x2000, 0, 0x1000, RX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, 0x3000, 0, 0x1000, DEVICE, &d), ERR_OK);
    assert_true(entry(3, 0) == UINT64_C(0x0000000000000453)); /* AP[1] is RES1 */
    assert_true(entry(3, 1) == UINT64_C(0x0040000000000453)); /* XN */
    assert_true(entry(3, 2) == UINT64_C(0x00000000000007d3));
    assert_true(entry(3, 3) == UINT64_C(0x0040000000000443));
}

static void test_every_attribute_index(void **state)
{
    (void)state;
    begin(false, false, PAGES);
    for (unsigned i = MMU_ATTR_DEVICE_nGnRnE; i <= MMU_ATTR_NORMAL_WT; i++) {
        struct pt_attr attr = {(enum mmu_attr_index)i, true, true, true};

        assert_int_equal(pt_map(&pt, i * PAGE_BYTES, 0, PAGE_BYTES, attr, &d), ERR_OK);
        assert_int_equal(field_get(entry(3, i), 4, 2), i);
        assert_int_equal(field_get(entry(3, i), 9, 8), i < MMU_ATTR_NORMAL_NC ? 0 : 3);
    }
}

static void test_largest_blocks_first(void **state)
{
    uint64_t va = GIB(1) - MIB(2) - KIB(4);

    (void)state;
    begin(false, false, PAGES);
    assert_int_equal(pt_map(&pt, va, va, GIB(1) + 2 * (MIB(2) + KIB(4)), RWX, &d), ERR_OK);
    /* root, L1, L2 and L3 of the head, L2 and L3 of the tail */
    assert_int_equal(arena.used, 6);
    assert_true(entry(3, 511) == (va | UINT64_C(0x0040000000000413)));
    assert_true(entry(2, 511) == ((GIB(1) - MIB(2)) | UINT64_C(0x0040000000000411)));
    assert_true(entry(1, 1) == (GIB(1) | UINT64_C(0x0040000000000411)));
    assert_true(entry(4, 0) == (GIB(2) | UINT64_C(0x0040000000000411)));
    assert_true(entry(5, 0) == ((GIB(2) + MIB(2)) | UINT64_C(0x0040000000000413)));
    assert_true(entry(5, 1) == 0);
}

static void test_no_block_where_addresses_disagree(void **state)
{
    (void)state;
    begin(false, false, PAGES);
    assert_int_equal(pt_map(&pt, GIB(1), GIB(1) + MIB(2), GIB(1), RWX, &d), ERR_OK);
    assert_int_equal(arena.used, 3); /* 2 MiB blocks, no page */
    assert_int_equal(pt_map(&pt, 0, KIB(4), MIB(2), RWX, &d), ERR_OK);
    assert_int_equal(arena.used, 5); /* pages */
}

static void test_blocks_only(void **state)
{
    (void)state;
    begin(false, true, PAGES);
    assert_int_equal(pt_map_blocks(&pt, UINT64_C(0xffffffffc0000000), GIB(1), GIB(1), RWX, &d),
                     ERR_OK);
    assert_int_equal(arena.used, 3);
    for (uint64_t i = 0; i < 512; i++)
        assert_true(entry(2, i) == ((GIB(1) + i * MIB(2)) | UINT64_C(0x0040000000000411)));
    begin(false, false, PAGES);
    assert_int_equal(pt_map_blocks(&pt, KIB(4), 0, MIB(2), RWX, &d), ERR_ALIGN);
    assert_int_equal(pt_map_blocks(&pt, 0, KIB(4), MIB(2), RWX, &d), ERR_ALIGN);
    assert_int_equal(pt_map_blocks(&pt, 0, 0, KIB(4), RWX, &d), ERR_ALIGN);
    assert_string_equal(d.text, "map 0x0 to 0x0, 0x1000 bytes: not multiples of 0x200000");
}

static void test_alignment(void **state)
{
    (void)state;
    begin(false, false, PAGES);
    assert_int_equal(pt_map(&pt, 0x800, 0, 0x1000, RWX, &d), ERR_ALIGN);
    assert_int_equal(pt_map(&pt, 0, 0x800, 0x1000, RWX, &d), ERR_ALIGN);
    assert_int_equal(pt_map(&pt, 0, 0, 0x1001, RWX, &d), ERR_ALIGN);
    assert_int_equal(pt_map(&pt, 0, 0, 0, RWX, &d), ERR_ALIGN);
    assert_int_equal(arena.used, 1);
}

static void test_range_of_the_lower_half(void **state)
{
    (void)state;
    begin(false, false, PAGES);
    assert_int_equal(pt_map(&pt, BIT(48) - KIB(4), 0, KIB(4), RWX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, BIT(48) - KIB(4), 0, KIB(8), RWX, &d), ERR_RANGE);
    assert_int_equal(pt_map(&pt, BIT(48), 0, KIB(4), RWX, &d), ERR_RANGE);
    assert_string_equal(d.text,
                        "0x1000 bytes at 0x1000000000000: outside the lower half of 48 bits");
    assert_int_equal(pt_map(&pt, UINT64_C(0xfffffffffffff000), 0, KIB(8), RWX, &d), ERR_RANGE);
    assert_int_equal(pt_map(&pt, 0, 0, UINT64_C(0xfffffffffffff000), RWX, &d), ERR_RANGE);
    assert_int_equal(pt_map(&pt, 0, BIT(48) - KIB(4), KIB(8), RWX, &d), ERR_RANGE);
    assert_int_equal(pt_map(&pt, 0, BIT(48), KIB(4), RWX, &d), ERR_RANGE);
    assert_string_equal(d.text, "0x1000 bytes at physical 0x1000000000000: beyond 48 bits");
    assert_int_equal(pt_map(&pt, 0, BIT(48) - KIB(4), KIB(4), RWX, &d), ERR_OK);
}

static void test_range_of_the_upper_half(void **state)
{
    (void)state;
    begin(false, true, PAGES);
    assert_int_equal(pt_map(&pt, UINT64_C(0xfffeffffffff0000), 0, KIB(4), RWX, &d), ERR_RANGE);
    assert_int_equal(pt_map(&pt, 0, 0, KIB(4), RWX, &d), ERR_RANGE);
    assert_int_equal(pt_map(&pt, UINT64_C(0xfffffffffffff000), 0, KIB(8), RWX, &d), ERR_RANGE);
    assert_int_equal(pt_map(&pt, UINT64_C(0xffff000000000000), 0, KIB(4), RWX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, UINT64_C(0xfffffffffffff000), 0, KIB(4), RWX, &d), ERR_OK);
    assert_true(entry(0, 0) != 0);
    assert_true(entry(0, 511) != 0);
}

static void test_overlap(void **state)
{
    (void)state;
    begin(false, false, PAGES);
    assert_int_equal(pt_map(&pt, GIB(1), GIB(1), GIB(1), RWX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, GIB(1) + KIB(4), 0, KIB(4), RWX, &d), ERR_OVERLAP);
    assert_string_equal(d.text, "something is mapped at 0x40001000 already");
    assert_int_equal(pt_map(&pt, GIB(1), GIB(1), GIB(1), RWX, &d), ERR_OVERLAP);
    assert_int_equal(pt_map(&pt, MIB(4) + KIB(4), 0, KIB(4), RWX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, MIB(4) + KIB(4), 0, KIB(4), RWX, &d), ERR_OVERLAP);
    assert_int_equal(pt_map(&pt, MIB(4), 0, MIB(2), RWX, &d), ERR_OVERLAP);
    assert_int_equal(pt_map(&pt, 0, 0, GIB(1), RWX, &d), ERR_OVERLAP);
    assert_int_equal(pt_map_blocks(&pt, MIB(4), 0, MIB(2), RWX, &d), ERR_OVERLAP);
    assert_int_equal(pt_map(&pt, MIB(4), 0, KIB(4), RWX, &d), ERR_OK);
    assert_int_equal(pt_map(&pt, MIB(4) + KIB(8), 0, KIB(4), RWX, &d), ERR_OK);
}

static void test_arena_too_small(void **state)
{
    (void)state;
    for (size_t pages = 1; pages < 4; pages++) {
        begin(false, false, pages);
        assert_int_equal(pt_map(&pt, 0, 0, KIB(4), RWX, &d), ERR_NOMEM);
        assert_int_equal(arena.used, pages);
        assert_true(entry(pages, 0) == UINT64_C(0xa5a5a5a5a5a5a5a5));
    }
    assert_string_equal(d.text, "no table memory for 0x0: 3 pages are used");
    begin(false, false, 4);
    assert_int_equal(pt_map(&pt, 0, 0, KIB(4), RWX, &d), ERR_OK);
}

/* pt_pages_for is exact in empty tables, and pt_pages_needed bounds it. */
static void test_pages_for(void **state)
{
    static const uint64_t offsets[] = {0, KIB(4), MIB(2), MIB(2) + KIB(4), GIB(1), GIB(1) + MIB(6)};
    static const uint64_t sizes[] = {KIB(4),          KIB(8), MIB(2) - KIB(4), MIB(2),
                                     MIB(2) + KIB(4), MIB(4), GIB(1) - MIB(2), GIB(1),
                                     GIB(1) + MIB(2), GIB(2)};
    static const uint64_t starts[] = {0,
                                      KIB(4),
                                      MIB(2) - KIB(4),
                                      MIB(2),
                                      GIB(1) - KIB(4),
                                      GIB(1) - MIB(2),
                                      GIB(512) - KIB(4),
                                      GIB(512) - GIB(1)};

    (void)state;
    assert_int_equal(pt_pages_needed(0, 0), 0);
    for (unsigned s = 0; s < 8; s++)
        for (unsigned n = 0; n < 10; n++)
            for (unsigned o = 0; o < 6; o++) {
                vaddr_t va = starts[s];
                paddr_t pa = va + offsets[o];
                size_t expected = pt_pages_for(va, pa, sizes[n]);

                assert_true(expected <= pt_pages_needed(va, sizes[n]));
                if (expected >= PAGES)
                    continue;
                begin(false, false, PAGES);
                assert_int_equal(pt_map(&pt, va, pa, sizes[n], RWX, &d), ERR_OK);
                assert_int_equal(arena.used - 1, expected);
            }
    assert_int_equal(pt_pages_needed(UINT64_C(0xfffffffffffff000), KIB(4)), 3);
    assert_int_equal(pt_pages_needed(0, GIB(1)), 2 + 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_takes_one_zeroed_page),
        cmocka_unit_test(test_a_page_at_el1),
        cmocka_unit_test(test_attributes_at_el1),
        cmocka_unit_test(test_attributes_at_el2),
        cmocka_unit_test(test_every_attribute_index),
        cmocka_unit_test(test_largest_blocks_first),
        cmocka_unit_test(test_no_block_where_addresses_disagree),
        cmocka_unit_test(test_blocks_only),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_range_of_the_lower_half),
        cmocka_unit_test(test_range_of_the_upper_half),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_arena_too_small),
        cmocka_unit_test(test_pages_for),
    };

    return cmocka_run_group_tests_name("pt_build", tests, NULL, NULL);
}
