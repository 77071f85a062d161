/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "mm/pt_build.h"
#include "mm/pt_walk.h"
#include "monitor/base/bits.h"

enum { PAGES = 4096, RANGES = 6 };

#define TABLES_PA UINT64_C(0x7f000000)
#define UPPER     UINT64_C(0xffff000000000000)

static _Alignas(4096) uint64_t memory[PAGES * 512];
static struct pt_arena arena;
static struct pt pt;
static struct pt_view view;

static int read_entry(void *context, paddr_t pa, uint64_t *out)
{
    const struct pt_arena *tables = context;

    if (pa < tables->base || pa - tables->base >= tables->used * PAGE_BYTES)
        return ERR_FAULT;
    *out = tables->memory[(pa - tables->base) / sizeof(uint64_t)];
    return ERR_OK;
}

static void begin(bool el2, bool upper)
{
    arena = (struct pt_arena){.memory = memory, .base = TABLES_PA, .pages = PAGES};
    assert_int_equal(pt_init(&pt, &arena, el2, upper), ERR_OK);
    view = (struct pt_view){read_entry, &arena, pt.root, el2, upper};
}

/* What was mapped: the model that walks and runs are compared with. */
struct mapping {
    vaddr_t va;
    paddr_t pa;
    uint64_t size;
    struct pt_attr attr;
};

static struct mapping mappings[RANGES];
static unsigned mapping_count;

static const struct mapping *model_find(vaddr_t va)
{
    for (unsigned i = 0; i < mapping_count; i++)
        if (va - mappings[i].va < mappings[i].size)
            return &mappings[i];
    return NULL;
}

static bool model_overlaps(vaddr_t va, uint64_t size)
{
    for (unsigned i = 0; i < mapping_count; i++)
        if (va - mappings[i].va < mappings[i].size || mappings[i].va - va < size)
            return true;
    return false;
}

static void check_leaf(const struct pt_leaf *leaf, struct pt_attr attr)
{
    bool shared = attr.inner_shareable && attr.memory > MMU_ATTR_DEVICE_GRE;

    assert_int_equal(leaf->attr_index, attr.memory);
    assert_int_equal(leaf->writable, attr.write);
    assert_int_equal(leaf->executable, attr.execute);
    assert_false(leaf->user);
    assert_true(leaf->access_flag);
    assert_int_equal(leaf->shareability, shared ? 3 : 0);
}

static void check_walk(vaddr_t va)
{
    const struct mapping *m = model_find(va);
    struct pt_walk walk;

    assert_int_equal(pt_walk(&view, va, &walk), ERR_OK);
    assert_int_equal(walk.mapped, m != NULL);
    if (m) {
        const struct pt_step *last = &walk.steps[walk.step_count - 1];
        struct pt_leaf leaf;

        assert_true(walk.pa == m->pa + (va - m->va));
        assert_true(walk.block_size == BIT(39 - 9 * last->level));
        assert_int_equal(last->kind, last->level == 3 ? PT_PAGE : PT_BLOCK);
        pt_leaf_decode(last->descriptor, view.el2, &leaf);
        check_leaf(&leaf, m->attr);
    } else {
        assert_int_equal(walk.steps[walk.step_count - 1].kind, PT_INVALID);
        assert_true(walk.pa == 0);
    }
}

static bool same_attr(struct pt_attr a, struct pt_attr b)
{
    bool device = a.memory <= MMU_ATTR_DEVICE_GRE;

    return a.memory == b.memory && a.write == b.write && a.execute == b.execute &&
           (device || a.inner_shareable == b.inner_shareable);
}

static int by_va(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;

    return x->va < y->va ? -1 : x->va > y->va;
}

/* Sort and merge the model, as pt_runs promises to. */
static void model_merge(void)
{
    unsigned kept = 0;

    qsort(mappings, mapping_count, sizeof(mappings[0]), by_va);
    for (unsigned i = 1; i < mapping_count; i++) {
        struct mapping *last = &mappings[kept];

        if (last->va + last->size == mappings[i].va && last->pa + last->size == mappings[i].pa &&
            same_attr(last->attr, mappings[i].attr))
            last->size += mappings[i].size;
        else
            mappings[++kept] = mappings[i];
    }
    mapping_count = mapping_count ? kept + 1 : 0;
}

static int compare_run(void *context, const struct pt_run *run)
{
    unsigned *seen = context;
    const struct mapping *m = &mappings[*seen];

    assert_true(*seen < mapping_count);
    assert_true(run->va == m->va);
    assert_true(run->pa == m->pa);
    assert_true(run->size == m->size);
    check_leaf(&run->leaf, m->attr);
    (*seen)++;
    return 0;
}

static uint64_t random_bits(unsigned bits)
{
    uint64_t value = (uint64_t)rand() << 32 ^ (uint64_t)rand() << 16 ^ (uint64_t)rand();

    return value & (BIT(bits) - 1);
}

/* Sizes and offsets in pages around the block sizes, so that edges of every level occur. */
static uint64_t random_pages(void)
{
    static const uint64_t around[] = {1, 2, 511, 512, 513, 1024, 262144 - 512, 262144, 262144 + 1};

    return around[rand() % 9];
}

static struct mapping random_mapping(void)
{
    struct mapping m = {
        .va = (view.upper ? UPPER : 0) + (random_bits(3) << 30) + random_pages() * PAGE_BYTES,
        .size = random_pages() * PAGE_BYTES,
        .attr = {(enum mmu_attr_index)(rand() % 6), rand() % 2, rand() % 2, rand() % 2},
    };

    /* Mostly congruent, so that blocks are used and the table memory suffices. */
    m.pa = (m.va & MASK(35, 0)) + random_bits(4) * (rand() % 3 ? GIB(1) : MIB(2));
    if (m.size < MIB(4) && rand() % 4 == 0)
        m.pa += PAGE_BYTES;
    /* Sometimes right behind the one before, to merge or not. */
    if (mapping_count && rand() % 3 == 0) {
        m.va = mappings[mapping_count - 1].va + mappings[mapping_count - 1].size;
        m.pa = mappings[mapping_count - 1].pa + mappings[mapping_count - 1].size;
        if (rand() % 2)
            m.attr = mappings[mapping_count - 1].attr;
    }
    return m;
}

static void add_random_mapping(void)
{
    struct mapping m = random_mapping();
    size_t before = arena.used;

    if (model_overlaps(m.va, m.size))
        return;
    assert_int_equal(pt_map(&pt, m.va, m.pa, m.size, m.attr, NULL), ERR_OK);
    assert_true(arena.used - before <= pt_pages_for(m.va, m.pa, m.size));
    mappings[mapping_count++] = m;
}

static void check_boundaries(void)
{
    for (unsigned i = 0; i < mapping_count; i++) {
        struct mapping m = mappings[i];

        check_walk(m.va);
        check_walk(m.va + 1);
        check_walk(m.va + m.size - 1);
        if ((m.va & MASK(47, 0)) != 0)
            check_walk(m.va - 1);
        check_walk(m.va + m.size);
        check_walk(m.va + (random_bits(40) % m.size));
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    srand(42);
    for (unsigned round = 0; round < 300; round++) {
        unsigned seen = 0;

        begin(round % 3 == 0, round % 3 == 1);
        mapping_count = 0;
        while (mapping_count < 1 + round % RANGES)
            add_random_mapping();
        check_boundaries();
        model_merge();
        check_boundaries();
        assert_int_equal(pt_runs(&view, compare_run, &seen), 0);
        assert_int_equal(seen, mapping_count);
    }
}

static void test_steps_of_a_page(void **state)
{
    struct pt_attr attr = {MMU_ATTR_NORMAL, true, true, false};
    struct pt_walk walk;

    (void)state;
    begin(false, true);
    assert_int_equal(pt_map(&pt, UPPER + 0x1000, 0x5000, 0x1000, attr, NULL), ERR_OK);
    assert_int_equal(pt_walk(&view, UPPER + 0x1abc, &walk), ERR_OK);
    assert_int_equal(walk.step_count, 4);
    assert_true(walk.mapped);
    assert_true(walk.pa == 0x5abc);
    assert_true(walk.block_size == 4096);
    for (unsigned level = 0; level < 4; level++) {
        assert_int_equal(walk.steps[level].level, level);
        assert_int_equal(walk.steps[level].kind, level == 3 ? PT_PAGE : PT_TABLE);
        assert_true(walk.steps[level].entry ==
                    TABLES_PA + level * PAGE_BYTES + (level == 3 ? 8 : 0));
    }
    assert_int_equal(pt_walk(&view, UPPER + 0x2000, &walk), ERR_OK);
    assert_int_equal(walk.step_count, 4);
    assert_false(walk.mapped);
    assert_int_equal(pt_walk(&view, UPPER + GIB(512), &walk), ERR_OK);
    assert_int_equal(walk.step_count, 1);
}

static void test_address_of_the_other_half(void **state)
{
    struct pt_walk walk;

    (void)state;
    begin(false, false);
    assert_int_equal(pt_walk(&view, UPPER, &walk), ERR_RANGE);
    assert_int_equal(pt_walk(&view, BIT(48), &walk), ERR_RANGE);
    assert_int_equal(pt_walk(&view, BIT(48) - 1, &walk), ERR_OK);
    begin(false, true);
    assert_int_equal(pt_walk(&view, 0, &walk), ERR_RANGE);
    assert_int_equal(pt_walk(&view, UPPER - 1, &walk), ERR_RANGE);
    assert_int_equal(pt_walk(&view, UINT64_MAX, &walk), ERR_OK);
}

/* Bits 1:0 == 01 is a block at levels 1 and 2 only, and bit 0 clear is always invalid. */
static void test_reserved_descriptors(void **state)
{
    struct pt_walk walk;

    (void)state;
    begin(false, false);
    memory[0] = 0x40000401;
    assert_int_equal(pt_walk(&view, 0, &walk), ERR_OK);
    assert_int_equal(walk.steps[0].kind, PT_INVALID);
    memory[0] = 0x40000402;
    assert_int_equal(pt_walk(&view, 0, &walk), ERR_OK);
    assert_int_equal(walk.steps[0].kind, PT_INVALID);
    memory[0] = TABLES_PA | 3; /* every level reads the root again */
    memory[1] = 0x40000401;
    assert_int_equal(pt_walk(&view, PAGE_BYTES, &walk), ERR_OK);
    assert_int_equal(walk.steps[3].kind, PT_INVALID);
    assert_int_equal(pt_walk(&view, MIB(2), &walk), ERR_OK);
    assert_int_equal(walk.steps[2].kind, PT_BLOCK);
    assert_true(walk.pa == 0x40000000);
}

/* Address bits below a block's size are no part of its address. */
static void test_block_address_is_aligned(void **state)
{
    struct pt_walk walk;

    (void)state;
    begin(false, false);
    arena.used = 2;
    memory[0] = (TABLES_PA + PAGE_BYTES) | 3;
    memset(memory + 512, 0, PAGE_BYTES);
    memory[512] = UINT64_C(0x0060ffffc0000401) | 0x3ffff000;
    assert_int_equal(pt_walk(&view, 0x123, &walk), ERR_OK);
    assert_true(walk.pa == UINT64_C(0xffffc0000123));
}

static void test_read_errors_end_the_walk(void **state)
{
    struct pt_walk walk;
    unsigned seen = 0;

    (void)state;
    begin(false, false);
    memory[0] = UINT64_C(0x1000) | 3;
    assert_int_equal(pt_walk(&view, 0, &walk), ERR_FAULT);
    assert_int_equal(pt_runs(&view, compare_run, &seen), ERR_FAULT);
}

static int stop_at_second(void *context, const struct pt_run *run)
{
    (void)run;
    return ++*(unsigned *)context == 2 ? ERR_INTERRUPTED : 0;
}

static void test_visit_can_stop_the_scan(void **state)
{
    struct pt_attr attr = {MMU_ATTR_NORMAL, true, false, false};
    unsigned seen = 0;

    (void)state;
    begin(false, false);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(pt_map(&pt, i * 0x2000, i * 0x2000, 0x1000, attr, NULL), ERR_OK);
    assert_int_equal(pt_runs(&view, stop_at_second, &seen), ERR_INTERRUPTED);
    assert_int_equal(seen, 2);
    seen = 1; /* the last run is reported by the end of the scan */
    begin(false, false);
    assert_int_equal(pt_map(&pt, 0, 0, 0x1000, attr, NULL), ERR_OK);
    assert_int_equal(pt_runs(&view, stop_at_second, &seen), ERR_INTERRUPTED);
}

static void describe(uint64_t descriptor, bool el2, const char *expected)
{
    struct pt_leaf leaf;
    char text[48];

    pt_leaf_decode(descriptor, el2, &leaf);
    pt_leaf_describe(&leaf, text, sizeof(text));
    assert_string_equal(text, expected);
}

static void test_describe(void **state)
{
    char text[8];
    struct pt_leaf leaf = {.attr_index = 4};

    (void)state;
    describe(UINT64_C(0x0040000000000713), false, "Normal WB, RWX, inner, AF");
    describe(UINT64_C(0x0060000000000403), false, "Device-nGnRnE, RW-, non-shareable, AF");
    describe(UINT64_C(0x00000000000004d3), false, "Normal WB, R-X, non-shareable, AF, EL0");
    describe(UINT64_C(0x00000000000006d3), true, "Normal WB, R-X, outer, AF");
    describe(UINT64_C(0x004000000000005b), true, "Device-nGnRnE, RW-, non-shareable, no AF");
    describe(UINT64_C(0x0000000000000143), false, "Device-nGnRnE, RWX, reserved SH, no AF, EL0");
    pt_leaf_describe(&leaf, text, sizeof(text));
    assert_string_equal(text, "Normal ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_steps_of_a_page),
        cmocka_unit_test(test_address_of_the_other_half),
        cmocka_unit_test(test_reserved_descriptors),
        cmocka_unit_test(test_block_address_is_aligned),
        cmocka_unit_test(test_read_errors_end_the_walk),
        cmocka_unit_test(test_visit_can_stop_the_scan),
        cmocka_unit_test(test_describe),
    };

    return cmocka_run_group_tests_name("pt_walk", tests, NULL, NULL);
}
