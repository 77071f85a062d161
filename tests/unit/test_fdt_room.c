/* SPDX-License-Identifier: Apache-2.0 */
/* What a tree tells before there are tables: how large they become, and where there is room. */
#include "tests/unit/fdt_machine_unit.h"

#include <stdio.h>

#include "mm/fdt_room.h"

enum { PAGE = 0x1000 };

static struct fdt_outline outline;

static void read_outline_of(const uint8_t *finished)
{
    const struct bytes blob = {finished, sizeof(dtb.data)};

    assert_int_equal(fdt_outline_read(blob, &outline, &d), ERR_OK);
}

static void read_outline(void)
{
    read_outline_of(dtb_fake_finish(&dtb).data);
}

/* One tree of 16 MiB at 0x40000000, with an open node for what is reserved. */
static void begin_reserved(void)
{
    begin(1, 1);
    memory();
    node("reserved-memory");
    dtb_fake_counts(&dtb, 1, 1);
}

static void reserve(uint32_t start, uint32_t size)
{
    node("r");
    cells("reg", start, size);
    end();
}

static void assert_room(uint64_t bytes, const struct range *taken, unsigned count, uint64_t start)
{
    struct range room;

    read_outline();
    d.text[0] = '\0';
    if (fdt_room_find(&outline, bytes, taken, count, &room, &d))
        fail_msg("%s", d.text);
    assert_range(room, start, bytes);
}

static void assert_no_room(uint64_t bytes, const struct range *taken, unsigned count, int err,
                           const char *reason)
{
    struct range room = {7, 8};

    read_outline();
    assert_int_equal(fdt_room_find(&outline, bytes, taken, count, &room, &d), err);
    assert_string_equal(d.text, reason);
    assert_int_equal(room.start, 7);
}

/* --- How large ---------------------------------------------------------------------------- */

static void test_counts(void **state)
{
    (void)state;
    dtb_fake_begin_reserving(&dtb, 0x100000, 0x2000);
    dtb_fake_counts(&dtb, 2, 1);
    string("model", "abc");
    string("compatible", "defgh");
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0x1000, 0, 0x2000, 0x1000);
    end();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    node("cpu@0");
    cells("reg", 0);
    end();
    node("cpu@1");
    cells("reg", 1);
    end();
    end();
    node("reserved-memory");
    node("r");
    cells("reg", 0, 0x5000, 0x1000);
    end();
    end();
    node("chosen");
    end();
    node("soc");
    node("uart@5");
    cells("reg", 0, 5, 1);
    end();
    end();
    read_outline();
    assert_int_equal(outline.size.ram, 3); /* 24 bytes hold at most that many */
    assert_int_equal(outline.size.cpus, 2);
    assert_int_equal(outline.size.reserved, 4); /* the block's end and an initrd count, too */
    assert_int_equal(outline.size.mmio, 1);
    assert_int_equal(outline.path_bytes, sizeof("/reserved-memory/r"));
    assert_int_equal(outline.size.text_bytes, 4 + 6 + sizeof("memory@0") + sizeof("r") +
                                                  sizeof("uart@5") + sizeof("/reserved-memory/r"));
    assert_int_equal(outline.address_cells, 2);
    assert_int_equal(outline.size_cells, 1);
}

static void large_tree(void)
{
    char name[80];

    begin(1, 1);
    string("compatible", "a-maker,with-a-board-whose-name-is-longer-than-sixty-three-characters");
    memory();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    for (uint32_t i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof(name), "cpu@%x", i);
        node(name);
        cells("reg", i);
        end();
    }
    end();
    node("reserved-memory");
    dtb_fake_counts(&dtb, 1, 1);
    for (uint32_t i = 0; i < 200; i++)
        reserve(0x40000000 + 2 * PAGE * i, PAGE);
    end();
    for (uint32_t i = 0; i < 500; i++) {
        (void)snprintf(name, sizeof(name), "a-device-whose-name-is-long-as-well@%x", i << 12);
        node(name);
        cells("reg", i << 12, 0x1000);
        end();
    }
}

/* In memory of exactly that size under ASan; and with one byte less it is refused. */
static void test_size_is_enough_and_less_is_refused(void **state)
{
    struct arena arena;

    (void)state;
    large_tree();
    finish_ok();
    assert_int_equal(m.cpu_count, 300);
    assert_int_equal(m.reserved_count, 200);
    assert_int_equal(m.mmio_count, 500);
    assert_string_equal(m.mmio[499].name, "a-device-whose-name-is-long-as-well@1f3000");
    assert_string_equal(m.model, m.compatible);
    assert_int_equal(strlen(m.compatible), 69);

    read_outline_of(dtb.data);
    for (size_t size = 0; size < machine_bytes(&outline.size); size += 997) {
        arena = (struct arena){malloc(size + 1), size, 0};
        d.text[0] = '\0';
        if (fdt_mem_machine(&outline, &arena, &m, &d))
            assert_true(strstr(d.text, "bytes do not hold the machine's") != NULL);
        else
            assert_true(arena.used <= size);
        free(arena.memory);
    }
}

static void test_a_list_that_is_too_short_is_refused_by_name(void **state)
{
    static const struct {
        struct machine_size less;
        const char *reason;
    } cases[] = {
        {{.ram = 1}, "more than 0 ranges of RAM, for which there is room"},
        {{.cpus = 1}, "more than 299 CPUs, for which there is room"},
        {{.mmio = 1}, "more than 499 device ranges, for which there is room"},
        {{.reserved = 2}, "more than 199 reserved ranges, for which there is room"},
    };
    static uint64_t room[16384];

    (void)state;
    large_tree();
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena = {(uint8_t *)room, sizeof(room), 0};

        if (i == 0)
            read_outline();
        else
            read_outline_of(dtb.data);
        outline.size.ram -= cases[i].less.ram;
        outline.size.cpus -= cases[i].less.cpus;
        outline.size.mmio -= cases[i].less.mmio;
        outline.size.reserved -= cases[i].less.reserved;
        assert_int_equal(fdt_mem_machine(&outline, &arena, &m, &d), ERR_NOMEM);
        assert_string_equal(d.text, cases[i].reason);
    }
}

static void test_a_machine_moves_with_its_arena(void **state)
{
    static uint64_t before[16384], after[16384];
    struct arena arena = {(uint8_t *)before, sizeof(before), 0};
    struct arena_move move;

    (void)state;
    dtb_fake_begin_reserving(&dtb, 0x100000, 0x2000);
    dtb_fake_counts(&dtb, 1, 1);
    string("model", "board");
    memory();
    node("reserved-memory");
    dtb_fake_counts(&dtb, 1, 1);
    reserve(0x5000, 0x1000);
    end();
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    end();
    read_outline();
    assert_int_equal(fdt_mem_machine(&outline, &arena, &m, &d), ERR_OK);
    move = arena_move(&arena, (uint8_t *)after, sizeof(after));
    memset(before, 0xff, sizeof(before));
    machine_moved(&m, &move);
    assert_range(m.ram[0], 0x40000000, 0x1000000);
    assert_region(&m.reserved[0], "memreserve", 0x100000, 0x2000);
    assert_region(&m.reserved[1], "r", 0x5000, 0x1000);
    assert_region(&m.mmio[0], "pl011@9000000", 0x9000000, 0x1000);
    assert_string_equal(m.uart.path, "/pl011@9000000");
    assert_string_equal(m.model, "board");
    assert_string_equal(m.compatible, "");
}

/* --- Where -------------------------------------------------------------------------------- */

static void test_room_at_the_top(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    assert_room(3 * PAGE, NULL, 0, 0x40ffd000);
}

static void test_room_is_as_the_root_counts_and_in_what_is_enabled(void **state)
{
    (void)state;
    begin(2, 2);
    node("memory@1");
    string("device_type", "memory");
    cells("reg", 0, 0x800, 0, 0x2900, 1, 0, 0, 0x1800, 0, 0x10000, 0, 0x1000);
    end();
    node("soc");
    end();
    node("memory@2");
    string("device_type", "memory");
    string("status", "disabled");
    cells("reg", 2, 0, 0, 0x10000);
    end();
    node("buffer@3");
    cells("reg", 3, 0, 0, 0x10000);
    end();
    assert_room(PAGE, NULL, 0, UINT64_C(0x100000000));
    dtb_fake_begin(&dtb);
    dtb_fake_counts(&dtb, 2, 2);
    node("memory@1");
    string("device_type", "memory");
    string("status", "okay");
    cells("reg", 0, 0x800, 0, 0x2900, 1, 0, 0, 0x1800);
    end();
    assert_room(2 * PAGE, NULL, 0, 0x1000);
}

static void test_room_is_below_what_is_in_its_way(void **state)
{
    const struct range taken[] = {{0x40ff9000, 0x40ffa000}, {0x40ff7800, 0x40ff7801}};

    (void)state;
    /* In the order in which the place comes down, in the other one, and with gaps too small. */
    begin_reserved();
    reserve(0x40fff000, 0x1000);
    reserve(0x40ffd000, 0x1000);
    reserve(0x40ffb000, 0x1000);
    end();
    assert_room(2 * PAGE, NULL, 0, 0x40ff9000);
    begin_reserved();
    reserve(0x40ffb000, 0x1000);
    reserve(0x40ffd000, 0x1000);
    reserve(0x40fff000, 0x1000);
    end();
    assert_room(2 * PAGE, taken, 2, 0x40ff5000);
    begin_reserved();
    reserve(0x40ffb000, 0x1000);
    reserve(0x40ffd000, 0x1000);
    reserve(0x40fff000, 0x1000);
    end();
    assert_room(PAGE, taken, 2, 0x40ffe000);
}

/* The whole list counts as the CPU does, with cells of its own, and also where it is disabled. */
static void test_room_heeds_every_kind_of_reservation(void **state)
{
    (void)state;
    dtb_fake_begin_reserving(&dtb, 0x40fff800, 0x10);
    dtb_fake_counts(&dtb, 1, 1);
    node("chosen");
    cells("linux,initrd-start", 0x40ffe000);
    cells("linux,initrd-end", 0, 0x40ffe001);
    end();
    memory();
    node("other");
    end();
    node("reserved-memory");
    dtb_fake_counts(&dtb, 2, 2);
    string("status", "disabled");
    node("twice");
    string("status", "disabled");
    cells("reg", 0, 0x40ffd000, 0, 0x1000, 0, 0x40ffc000, 0, 0x1);
    end();
    node("pool"); /* placed at run time */
    cells("size", 0, 0x100000);
    end();
    end();
    node("behind");
    cells("reg", 0x40ffb000, 0x1000);
    end();
    assert_room(PAGE, NULL, 0, 0x40ffb000);
}

static void test_room_in_the_next_bank(void **state)
{
    (void)state;
    begin_reserved();
    reserve(0x40000000, 0x1000000);
    end();
    node("memory@8000");
    string("device_type", "memory");
    cells("reg", 0x8000, 0x4000);
    end();
    assert_room(2 * PAGE, NULL, 0, 0xa000);
}

static void test_no_room(void **state)
{
    const struct range all = {0, UINT64_MAX}, low = {0x40000000, 0x40fff001};

    (void)state;
    begin_reserved();
    reserve(0x40000000, 0x1000000);
    end();
    assert_no_room(PAGE, NULL, 0, ERR_NOMEM, "no free RAM for 4096 bytes of tables of the machine");
    begin(1, 1);
    memory();
    assert_no_room(PAGE, &all, 1, ERR_NOMEM, "no free RAM for 4096 bytes of tables of the machine");
    begin(1, 1);
    memory();
    assert_no_room(PAGE, &low, 1, ERR_NOMEM, "no free RAM for 4096 bytes of tables of the machine");
    begin(1, 1);
    memory();
    assert_no_room(0x1001000, NULL, 0, ERR_NOMEM,
                   "no free RAM for 16781312 bytes of tables of the machine");
    begin(1, 1);
    assert_no_room(PAGE, NULL, 0, ERR_NOTFOUND, "no enabled memory node with a size");
    begin(1, 1);
    node("memory");
    string("device_type", "memory");
    cells("reg", 0x1000, 0);
    end();
    assert_no_room(PAGE, NULL, 0, ERR_NOTFOUND, "no enabled memory node with a size");
}

/* Pages that are reserved or taken in any order: it is the highest free place. */
static void test_room_against_a_model(void **state)
{
    enum { PAGES = 60 };

    (void)state;
    srand(3);
    for (unsigned round = 0; round < 300; round++) {
        bool used[PAGES] = {false};
        unsigned bytes = PAGE * (1 + round % 3), expected = 0;
        struct range taken[8];

        begin(1, 1);
        node("memory");
        string("device_type", "memory");
        cells("reg", 0x40000000, PAGES * PAGE);
        end();
        node("reserved-memory");
        for (unsigned i = 0; i < round % 40; i++) {
            unsigned page = (unsigned)rand() % PAGES;

            used[page] = true;
            node("r");
            cells("reg", 0, 0x40000000 + PAGE * page, 0x800);
            end();
        }
        end();
        for (unsigned i = 0; i < 8; i++) {
            unsigned page = (unsigned)rand() % PAGES;

            used[page] = true;
            taken[i] = (struct range){0x40000000 + PAGE * page, 0x40000001 + PAGE * page};
        }
        for (unsigned page = 0; page + bytes / PAGE <= PAGES; page++) {
            bool is_free = true;

            for (unsigned i = 0; i < bytes / PAGE; i++)
                is_free &= !used[page + i];
            if (is_free)
                expected = 0x40000000 + PAGE * page;
        }
        if (expected)
            assert_room(bytes, taken, 8, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_size_is_enough_and_less_is_refused),
        cmocka_unit_test(test_a_list_that_is_too_short_is_refused_by_name),
        cmocka_unit_test(test_a_machine_moves_with_its_arena),
        cmocka_unit_test(test_room_at_the_top),
        cmocka_unit_test(test_room_is_as_the_root_counts_and_in_what_is_enabled),
        cmocka_unit_test(test_room_is_below_what_is_in_its_way),
        cmocka_unit_test(test_room_heeds_every_kind_of_reservation),
        cmocka_unit_test(test_room_in_the_next_bank),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_room_against_a_model),
    };

    return cmocka_run_group_tests_name("fdt_room", tests, NULL, NULL);
}
