/* SPDX-License-Identifier: Apache-2.0 */
/* RAM, and what of it the devicetree reserves. */
#include "tests/unit/fdt_machine_unit.h"

#include <stdio.h>

static void test_ram_is_sorted_and_merged(void **state)
{
    (void)state;
    begin(2, 2);
    node("memory@2");
    string("device_type", "memory");
    cells("reg", 1, 0, 0, 0x1000, 0, 0x8000, 0, 0x1000);
    end();
    node("memory");
    string("device_type", "memory");
    string("status", "okay");
    cells("reg", 0, 0x9000, 0, 0x1000, 0, 0, 0, 0x1000, 0, 0x7800, 0, 0x900);
    end();
    finish_ok();
    assert_int_equal(m.ram_count, 3);
    assert_range(m.ram[0], 0, 0x1000);
    assert_range(m.ram[1], 0x7800, 0x2800);
    assert_range(m.ram[2], UINT64_C(0x100000000), 0x1000);
}

/* Every order of four pieces, one of which touches two others, gives the same two ranges. */
static void test_ram_in_any_order(void **state)
{
    static const uint32_t pieces[4][2] = {
        {0x1000, 0x1000}, {0x3000, 0x1000}, {0x2000, 0x1000}, {0x9000, 0x1000}};

    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        unsigned slots[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};

        if ((1u << slots[0] | 1u << slots[1] | 1u << slots[2] | 1u << slots[3]) != 15)
            continue;
        begin(1, 1);
        node("memory@1000");
        string("device_type", "memory");
        cells("reg", pieces[slots[0]][0], pieces[slots[0]][1], pieces[slots[1]][0],
              pieces[slots[1]][1], pieces[slots[2]][0], pieces[slots[2]][1], pieces[slots[3]][0],
              pieces[slots[3]][1]);
        end();
        finish_ok();
        assert_int_equal(m.ram_count, 2);
        assert_range(m.ram[0], 0x1000, 0x3000);
        assert_range(m.ram[1], 0x9000, 0x1000);
    }
}

static void test_ram_that_does_not_count(void **state)
{
    (void)state;
    begin(2, 2);
    node("secram@e000000");
    string("device_type", "memory");
    string("status", "disabled");
    string("secure-status", "okay");
    cells("reg", 0, 0xe000000, 0, 0x1000000);
    end();
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0, 0xffffffff, 0xfffff000, 0, 0x2000, 1, 2, 3);
    end();
    node("buffer@80000000"); /* no device_type */
    cells("reg", 0, 0x80000000, 0, 0x1000);
    end();
    assert_int_equal(finish(), ERR_NOTFOUND);
    assert_string_equal(d.text, "no enabled memory node with a size");
    assert_int_equal(m.ram_count, 0);
    assert_int_equal(m.mmio_count, 1);
}

static void test_100_ranges_of_ram(void **state)
{
    (void)state;
    begin(1, 1);
    for (uint32_t i = 0; i < 100; i++) {
        node("memory");
        string("device_type", "memory");
        cells("reg", 0x10000 * i, 0x1000);
        end();
    }
    node("memory"); /* it joins two of them */
    string("device_type", "memory");
    cells("reg", 0x1000, 0xf000);
    end();
    finish_ok();
    assert_int_equal(m.ram_count, 99);
    assert_range(m.ram[0], 0, 0x11000);
    assert_range(m.ram[98], 0x630000, 0x1000);
}

static void test_reserved(void **state)
{
    (void)state;
    dtb_fake_begin_reserving(&dtb, 0x100000, 0x2000);
    dtb_fake_counts(&dtb, 2, 2);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0x1000000);
    end();
    node("reserved-memory");
    dtb_fake_counts(&dtb, 1, 1);
    empty("ranges");
    node("secmon@5000");
    cells("reg", 0x5000, 0x1000, 0x9000, 0x1000);
    empty("no-map");
    end();
    node("ramoops@7000");
    cells("reg", 0x7000, 0x1000);
    end();
    node("pool"); /* placed at run time */
    cells("size", 0x100000);
    end();
    node("off@8000");
    string("status", "disabled");
    cells("reg", 0x8000, 0x1000);
    end();
    end();
    finish_ok();
    assert_int_equal(m.reserved_count, 4);
    assert_region(&m.reserved[0], "memreserve", 0x100000, 0x2000);
    assert_false(m.reserved[0].no_map);
    assert_region(&m.reserved[1], "secmon@5000", 0x5000, 0x1000);
    assert_true(m.reserved[1].no_map);
    assert_region(&m.reserved[2], "secmon@5000", 0x9000, 0x1000);
    assert_region(&m.reserved[3], "ramoops@7000", 0x7000, 0x1000);
    assert_false(m.reserved[3].no_map);
    assert_int_equal(m.mmio_count, 0);
}

static void test_200_reserved_nodes(void **state)
{
    static const char longer[] =
        "a-name-that-is-longer-than-the-sixty-three-characters-of-once-is-kept";
    char name[100];

    (void)state;
    begin(1, 1);
    memory();
    node("reserved-memory"); /* without `ranges`: reserved all the same */
    dtb_fake_counts(&dtb, 1, 1);
    for (uint32_t i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof(name), "%s@%x", longer, 0x1000 * i);
        node(name);
        cells("reg", 0x1000 * i, 0x1000);
        end();
    }
    end();
    finish_ok();
    assert_int_equal(m.reserved_count, 200);
    for (uint32_t i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof(name), "%s@%x", longer, 0x1000 * i);
        assert_region(&m.reserved[i], name, 0x1000 * i, 0x1000);
    }
}

static void initrd(uint32_t from, uint32_t to)
{
    begin(1, 1);
    memory();
    node("chosen");
    cells("linux,initrd-start", from);
    cells("linux,initrd-end", 0, to);
    end();
    finish_ok();
}

static void test_initrd_is_reserved(void **state)
{
    (void)state;
    initrd(0x48000000, 0x48001234);
    assert_int_equal(m.initrd.start, 0x48000000);
    assert_int_equal(m.initrd.end, 0x48001234);
    assert_int_equal(m.reserved_count, 1);
    assert_region(&m.reserved[0], "initrd", 0x48000000, 0x1234);
    initrd(0x48000000, 0x48000000);
    assert_int_equal(m.reserved_count, 0);
    initrd(0x48000000, 0x47ffffff);
    assert_true(m.reserved_count == 0 && range_is_empty(m.initrd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ram_is_sorted_and_merged),
        cmocka_unit_test(test_ram_in_any_order),
        cmocka_unit_test(test_ram_that_does_not_count),
        cmocka_unit_test(test_100_ranges_of_ram),
        cmocka_unit_test(test_reserved),
        cmocka_unit_test(test_200_reserved_nodes),
        cmocka_unit_test(test_initrd_is_reserved),
    };

    return cmocka_run_group_tests_name("fdt_ram", tests, NULL, NULL);
}
