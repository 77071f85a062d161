/* SPDX-License-Identifier: Apache-2.0 */
/* Where the CPU sees the devices of a devicetree. */
#include "tests/unit/fdt_machine_unit.h"

#include <stdio.h>

static void test_ranges_of_buses_in_buses(void **state)
{
    (void)state;
    begin(2, 2);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0x1000);
    end();
    node("outer");
    dtb_fake_counts(&dtb, 2, 1);
    cells("ranges", 0, 0, 0x10, 0, 0x1000, 1, 0, 0x20, 0, 0x1000);
    node("inner");
    dtb_fake_counts(&dtb, 1, 1);
    cells("ranges", 0x100, 1, 0x200, 0x100);
    node("inside@180");
    cells("reg", 0x180, 0x80);
    end();
    node("across@180");
    cells("reg", 0x180, 0x81);
    end();
    node("below@80");
    cells("reg", 0x80, 0x80);
    end();
    node("beyond@200");
    cells("reg", 0x200, 1);
    end();
    end();
    node("first@0");
    cells("reg", 0, 0x800, 0x800);
    end();
    node("second@1");
    cells("reg", 1, 0x800, 0x800, 1, 0x801, 0x800, 2, 0, 0x10);
    end();
    end();
    finish_ok();
    assert_int_equal(m.mmio_count, 3);
    assert_region(&m.mmio[0], "inside@180", UINT64_C(0x2000000280), 0x80);
    assert_region(&m.mmio[1], "first@0", UINT64_C(0x1000000800), 0x800);
    assert_region(&m.mmio[2], "second@1", UINT64_C(0x2000000800), 0x800);
}

static void test_what_is_no_mmio(void **state)
{
    (void)state;
    begin(2, 1);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0x1000);
    end();
    node("pcie@10000000"); /* the controller counts, what is behind it does not */
    dtb_fake_counts(&dtb, 3, 2);
    cells("reg", 0x40, 0x10000000, 0x10000000);
    cells("ranges", 0x2000000, 0, 0x10000000, 0, 0x10000000, 0, 0x2eff0000);
    node("pci@0");
    cells("reg", 0, 0, 0, 0, 0);
    end();
    node("ep@1");
    cells("reg", 0x2000000, 0, 0x10000000, 0, 0x1000);
    end();
    end();
    node("i2c@9000000");
    dtb_fake_counts(&dtb, 1, 0);
    cells("reg", 0, 0x9000000, 0x1000);
    node("sensor@48");
    cells("reg", 0x48);
    end();
    end();
    node("flash@0");
    cells("reg", 0, 0, 0x4000000, 0, 0x4000000, 0x4000000);
    dtb_fake_counts(&dtb, 1, 1);
    node("partition@0");
    cells("reg", 0, 0x40000);
    end();
    end();
    node("nothing@5");
    cells("reg", 0, 5, 0);
    end();
    node("off@9100000");
    string("status", "disabled");
    cells("reg", 0, 0x9100000, 0x1000);
    end();
    node("wraps@ff");
    cells("reg", 0xffffffff, 0xffffff00, 0x101);
    end();
    node("part@9000800"); /* inside i2c@9000000 */
    cells("reg", 0, 0x9000800, 0x800);
    end();
    node("short");
    cells("reg", 0, 0x9200000);
    end();
    node("absurd");
    dtb_fake_counts(&dtb, 0xffffffff, 0x80000000);
    empty("ranges");
    node("child@1");
    cells("reg", 1, 1, 1);
    end();
    end();
    node("unit@0"); /* cell counts of no cells */
    dtb_fake_counts(&dtb, 0, 0);
    cells("ranges", 1, 2, 3);
    node("child@1");
    cells("reg", 1);
    end();
    end();
    finish_ok();
    assert_int_equal(m.mmio_count, 4);
    assert_region(&m.mmio[0], "pcie@10000000", UINT64_C(0x4010000000), 0x10000000);
    assert_region(&m.mmio[1], "i2c@9000000", 0x9000000, 0x1000);
    assert_region(&m.mmio[2], "flash@0", 0, 0x4000000);
    assert_region(&m.mmio[3], "flash@0", 0x4000000, 0x4000000);
}

/* A list for each of them, names of their own, and ranges that share one. */
static void test_500_devices(void **state)
{
    char name[16];

    (void)state;
    begin(1, 1);
    memory();
    for (uint32_t i = 0; i < 500; i++) {
        (void)snprintf(name, sizeof(name), "virtio@%x", 0xa000000 + 0x400 * i);
        node(name);
        cells("reg", 0xa000000 + 0x400 * i, 0x100, 0xa000200 + 0x400 * i, 0x100);
        end();
    }
    finish_ok();
    assert_int_equal(m.mmio_count, 1000);
    assert_region(&m.mmio[0], "virtio@a000000", 0xa000000, 0x100);
    assert_region(&m.mmio[998], "virtio@a07cc00", 0xa07cc00, 0x100);
    assert_region(&m.mmio[999], "virtio@a07cc00", 0xa07ce00, 0x100);
    assert_ptr_equal(m.mmio[998].name, m.mmio[999].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_of_buses_in_buses),
        cmocka_unit_test(test_what_is_no_mmio),
        cmocka_unit_test(test_500_devices),
    };

    return cmocka_run_group_tests_name("fdt_mmio", tests, NULL, NULL);
}
