/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's own map: W^X, RAM with holes, devices. */
#include "tests/unit/unit.h"

#include <string.h>

#include "mm/pt_walk.h"
#include "monitor/base/bits.h"
#include "monitor/boot/home.h"
#include "tests/fakes/machine_fake.h"

#define VA    UINT64_C(0xe1f000000000)
#define IMAGE UINT64_C(0x7ff00000)

enum { TABLE_PAGES = 32 };

static uint64_t tables[TABLE_PAGES * PAGE_BYTES / sizeof(uint64_t)];
static struct machine machine;
static struct machine_fake lists;
static struct pt_arena arena;
static paddr_t root;

static const struct arch_part parts[] = {
    {.name = "text", .va = {VA, VA + 0x2000}, .execute = true, .identity = true},
    {.name = "rodata", .va = {VA + 0x2000, VA + 0x3000}},
    {.name = "data", .va = {VA + 0x4000, VA + 0x6000}, .write = true},
};

static int read_table(void *context, paddr_t pa, uint64_t *out)
{
    (void)context;
    *out = tables[(pa - arena.base) / sizeof(uint64_t)];
    return ERR_OK;
}

/* Translate @va; its leaf in @leaf where it is mapped. */
static bool look_up(vaddr_t va, struct pt_leaf *leaf, paddr_t *pa)
{
    struct pt_view view = {.read = read_table, .root = root};
    struct pt_walk walk;

    assert_int_equal(pt_walk(&view, va, &walk), ERR_OK);
    if (!walk.mapped)
        return false;
    pt_leaf_decode(walk.steps[walk.step_count - 1].descriptor, false, leaf);
    *pa = walk.pa;
    return true;
}

static int setup(void **state)
{
    static const struct range ram = {0x40000000, 0x80000000};
    struct home home = {.image = IMAGE,
                        .parts = parts,
                        .part_count = sizeof(parts) / sizeof(parts[0]),
                        .ram = &ram,
                        .ram_count = 1,
                        .machine = &machine,
                        .uart = {0x9000000, 0x9001000}};
    unsigned skipped;
    struct diag d;

    (void)state;
    memset(tables, 0, sizeof(tables));
    machine_fake_init(&lists, &machine);
    machine.reserved_count = 1;
    machine.reserved[0] = (struct machine_region){{0x50000000, 0x50003000}, true, "reserved"};
    machine.mmio_count = 2; /* in one page */
    machine.mmio[0].range = (struct range){0xa000000, 0xa000200};
    machine.mmio[1].range = (struct range){0xa000200, 0xa000400};
    arena = (struct pt_arena){.memory = tables, .base = 0x7ff10000, .pages = TABLE_PAGES};
    assert_int_equal(home_build(&home, &arena, &root, &skipped, &d), ERR_OK);
    assert_int_equal(skipped, 0);
    return 0;
}

static void test_parts_keep_their_permissions(void **state)
{
    struct pt_leaf leaf = {0};
    paddr_t pa = 0;

    (void)state;
    assert_true(look_up(VA + 0x1ffc, &leaf, &pa));
    assert_int_equal(pa, IMAGE + 0x1ffc);
    assert_true(leaf.executable && !leaf.writable);
    assert_true(look_up(VA + 0x2000, &leaf, &pa));
    assert_false(leaf.executable || leaf.writable);
    assert_true(look_up(VA + 0x5fff, &leaf, &pa));
    assert_true(leaf.writable && !leaf.executable);
    assert_false(look_up(VA + 0x3000, &leaf, &pa)); /* a guard page */
    assert_false(look_up(VA + 0x6000, &leaf, &pa));
}

/* No writable alias of what is executable or read-only. */
static void test_image_is_not_in_the_identity_map(void **state)
{
    struct pt_leaf leaf = {0};
    paddr_t pa = 0;

    (void)state;
    assert_true(look_up(IMAGE, &leaf, &pa));
    assert_true(leaf.executable && !leaf.writable);
    assert_false(look_up(IMAGE + 0x2000, &leaf, &pa));
    assert_false(look_up(IMAGE + 0x4000, &leaf, &pa));
    assert_true(look_up(IMAGE - 1, &leaf, &pa));
    assert_true(look_up(IMAGE + 0x6000, &leaf, &pa));
}

static void test_ram_is_never_executable_and_has_its_holes(void **state)
{
    struct pt_leaf leaf = {0};
    paddr_t pa = 0;

    (void)state;
    assert_true(look_up(0x40000000, &leaf, &pa));
    assert_int_equal(pa, 0x40000000);
    assert_true(leaf.writable && !leaf.executable);
    assert_int_equal(leaf.attr_index, MMU_ATTR_NORMAL);
    assert_true(look_up(0x4fffffff, &leaf, &pa));
    assert_false(look_up(0x50000000, &leaf, &pa));
    assert_false(look_up(0x50002fff, &leaf, &pa));
    assert_true(look_up(0x50003000, &leaf, &pa));
    assert_false(look_up(0x80000000, &leaf, &pa));
    assert_false(look_up(0x3fffffff, &leaf, &pa));
}

static void test_devices(void **state)
{
    struct pt_leaf leaf = {0};
    paddr_t pa = 0;

    (void)state;
    assert_true(look_up(0x9000018, &leaf, &pa));
    assert_int_equal(leaf.attr_index, MMU_ATTR_DEVICE_nGnRnE);
    assert_true(leaf.writable && !leaf.executable);
    assert_true(look_up(0xa000300, &leaf, &pa));
    assert_int_equal(leaf.attr_index, MMU_ATTR_DEVICE_nGnRnE);
    assert_false(look_up(0x8000000, &leaf, &pa));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_parts_keep_their_permissions, setup),
        cmocka_unit_test_setup(test_image_is_not_in_the_identity_map, setup),
        cmocka_unit_test_setup(test_ram_is_never_executable_and_has_its_holes, setup),
        cmocka_unit_test_setup(test_devices, setup),
    };

    return cmocka_run_group_tests_name("home", tests, NULL, NULL);
}
