/* SPDX-License-Identifier: Apache-2.0 */
/* Where the machine's tables lie: in free RAM from the beginning on, and at last out of the plan's
 * way, with all that points to them. */
#include "tests/unit/window_unit.h"

#include "monitor/boot/place.h"
#include "monitor/sources/embedded.h"
#include "tests/fakes/dtb_fake.h"

#define END     (ARCH_FAKE_BASE + ARCH_FAKE_BYTES)
#define DTB_AT  (ARCH_FAKE_BASE + MIB(1))
#define IMAGE   (ARCH_FAKE_BASE + MIB(2))
#define LINKED  UINT64_C(0xe1f000000000)
#define NO_CMDS ((const struct cmd *const *)&none)

static const struct cmd *const none = NULL;
static struct dtb_fake dtb;

/* A monitor of 64 KiB in the middle of RAM, a kernel for its start, and nothing known yet. */
static int set_up(void **state)
{
    (void)state;
    boot_fake_init(&boot, NO_CMDS, 1, 1);
    arch_fake.memory = (uint8_t *)(uintptr_t)ARCH_FAKE_BASE;
    memset(arch_fake.memory, 0, ARCH_FAKE_BYTES);
    arch_fake.image = (struct range){IMAGE, IMAGE + KIB(64)};
    arch_fake.image_va = LINKED;
    m->board.fdt = NULL;
    m->board.fdt_bytes = (struct bytes){NULL, 0};
    return 0;
}

/* RAM, of which @count ranges of @bytes each, one every @stride from @first on, are reserved. */
static void put_tree(unsigned count, uint64_t first, uint32_t stride, uint32_t bytes)
{
    struct bytes tree;

    dtb_fake_begin(&dtb);
    dtb_fake_counts(&dtb, 1, 1);
    dtb_fake_string(&dtb, "model", "board");
    dtb_fake_node(&dtb, "memory");
    dtb_fake_string(&dtb, "device_type", "memory");
    dtb_fake_cells(&dtb, "reg", (uint32_t)ARCH_FAKE_BASE, ARCH_FAKE_BYTES);
    dtb_fake_end(&dtb);
    dtb_fake_node(&dtb, "reserved-memory");
    dtb_fake_counts(&dtb, 1, 1);
    for (unsigned i = 0; i < count; i++) {
        dtb_fake_node(&dtb, "firmware");
        dtb_fake_cells(&dtb, "reg", (uint32_t)first + i * stride, bytes);
        dtb_fake_end(&dtb);
    }
    dtb_fake_end(&dtb);
    tree = dtb_fake_finish(&dtb);
    memcpy((void *)(uintptr_t)DTB_AT, tree.data, tree.size);
}

static struct bytes find(void)
{
    const paddr_t at[] = {DTB_AT};
    struct bytes found;

    place_find_dtb(&m->board, at, 1, embedded_range(&now()->sources, arch_fake.image.start),
                   &found);
    return found;
}

static struct range tables(void)
{
    return bytes_range((struct bytes){m->board.tables.memory, m->board.tables.size});
}

static void assert_clear_of_reserved(struct range r)
{
    for (unsigned i = 0; i < m->board.machine.reserved_count; i++)
        assert_false(range_overlaps(m->board.machine.reserved[i].range, r));
}

static struct range listed(const char *name)
{
    for (unsigned i = 0; i < now()->busy.count; i++) {
        if (strcmp(now()->busy.entries[i].name, name) == 0)
            return now()->busy.entries[i].range;
    }
    fail_msg("no %s", name);
    return (struct range){0, 0};
}

static bool is_in(struct range r, const void *p)
{
    return range_has(r, (uintptr_t)p);
}

static void test_tables_begin_in_free_ram(void **state)
{
    struct bytes found;

    (void)state;
    put_tree(100, END - 100 * 2 * PAGE_BYTES, 2 * PAGE_BYTES, PAGE_BYTES);
    found = find();
    assert_ptr_equal(found.data, (const void *)(uintptr_t)DTB_AT);
    assert_string_equal(m->board.fdt_problem.text, "");
    assert_int_equal(m->board.machine.reserved_count, 100);
    assert_true(range_bytes(tables()) > PAGE_BYTES); /* more than between two of them */
    assert_int_equal(tables().end, END - 100 * 2 * PAGE_BYTES);
    assert_clear_of_reserved(tables());
}

static void test_tables_spare_the_payload_the_image_and_the_dtb(void **state)
{
    (void)state;
    arch_fake.image = (struct range){END - KIB(64), END};
    now()->sources.desc = (struct payload_desc){.offset = (uint64_t)0 - KIB(64), .size = KIB(64)};
    put_tree(0, 0, 0, 0);
    (void)find();
    assert_int_equal(tables().end, END - KIB(128));
}

static void test_everything_follows_the_tables(void **state)
{
    struct range before, at;
    struct bytes found;

    (void)state;
    put_tree(100, ARCH_FAKE_BASE + MIB(3), 2 * PAGE_BYTES, PAGE_BYTES);
    found = find();
    before = tables();
    assert_int_equal(before.end, END);
    if (place_take(&m->board, &m->boot, found, &why))
        fail_msg("%s", why.text);
    at = m->board.tables_at;
    /* The monitor has taken the highest place, its DTB the next one. */
    assert_int_equal(arch_fake.move_image, END - KIB(64));
    assert_int_equal(at.end, (uintptr_t)m->board.fdt);
    assert_int_equal(range_bytes(tables()), range_bytes(at));
    assert_int_equal(tables().start, at.start);
    assert_false(range_is_empty(listed("monitor's tables")));
    assert_int_equal(listed("monitor's tables").start, at.start);
    assert_int_equal(listed("monitor's tables").end, at.end);
    assert_clear_of_reserved(at);
    assert_true(is_in(at, m->board.machine.ram) && is_in(at, m->board.machine.reserved));
    assert_true(is_in(at, m->board.machine.model) && is_in(at, now()->busy.entries));
    assert_true(is_in(at, m->board.machine.reserved[99].name));
    memset((void *)(uintptr_t)(END - KIB(32)), 0xff, KIB(32)); /* where they were */
    assert_string_equal(m->board.machine.model, "board");
    assert_string_equal(m->board.machine.reserved[99].name, "firmware");
    assert_int_equal(busy_own(&m->board, &now()->busy, &why), ERR_OK);
    assert_int_equal(now()->busy.count, 103);
}

/* All is reserved but what the tables take: the copy of the DTB must not take it from them. */
static void test_tables_without_another_place_stay(void **state)
{
    const struct range gap = {ARCH_FAKE_BASE + MIB(3), ARCH_FAKE_BASE + MIB(3) + 4 * PAGE_BYTES};

    (void)state;
    put_tree(2, ARCH_FAKE_BASE, (uint32_t)(gap.end - ARCH_FAKE_BASE), MIB(3));
    assert_int_equal(place_take(&m->board, &m->boot, find(), &why), ERR_OK);
    assert_int_equal(tables().start, gap.start);
    assert_int_equal(m->board.tables_at.start, gap.start);
    assert_int_equal(m->board.tables_at.end, gap.end);
    assert_int_equal(listed("monitor's tables").start, gap.start);
    assert_null(m->board.fdt);
    assert_int_equal(arch_fake.move_image, IMAGE);
    assert_string_equal(m->board.machine.model, "board");
    assert_string_equal(m->board.machine.reserved[1].name, "firmware");
}

/* Without a devicetree there is memory for what is ours. */
static void test_without_a_tree(void **state)
{
    const struct bytes nothing = {NULL, 0};

    (void)state;
    assert_int_equal(find().size, 0);
    assert_int_equal(m->board.machine.ram_count, 0);
    assert_string_equal(m->board.machine.model, "");
    assert_int_equal(place_take(&m->board, &m->boot, nothing, &why), ERR_OK);
    assert_true(range_is_empty(m->board.tables_at));
    assert_ptr_equal(m->board.tables.memory, m->board.own_tables);
    assert_int_equal(now()->busy.max, 2 * BUSY_OWN_RANGES);
    assert_int_equal(listed("monitor").start, IMAGE);
    assert_int_equal(now()->busy.count, 2); /* and the payload */
}

static void test_a_tree_without_free_ram_is_refused(void **state)
{
    (void)state;
    put_tree(1, ARCH_FAKE_BASE, 0, ARCH_FAKE_BYTES);
    (void)find();
    assert_non_null(strstr(m->board.fdt_problem.text, "no free RAM for "));
    assert_int_equal(m->board.machine.ram_count, 0);
    assert_ptr_equal(m->board.tables.memory, m->board.own_tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tables_begin_in_free_ram, set_up),
        cmocka_unit_test_setup(test_tables_spare_the_payload_the_image_and_the_dtb, set_up),
        cmocka_unit_test_setup(test_everything_follows_the_tables, set_up),
        cmocka_unit_test_setup(test_tables_without_another_place_stay, set_up),
        cmocka_unit_test_setup(test_without_a_tree, set_up),
        cmocka_unit_test_setup(test_a_tree_without_free_ram_is_refused, set_up),
    };

    return cmocka_run_group_tests_name("place", tests, map_window, NULL);
}
