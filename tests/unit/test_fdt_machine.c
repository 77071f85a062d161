/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as a whole, as its devicetree tells; test_fdt_ram.c, test_fdt_cpus.c, test_fdt_uart.c
 * and test_fdt_mmio.c have its parts. */
#include "tests/unit/fdt_machine_unit.h"

static void test_nothing_but_ram(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    finish_ok();
    assert_int_equal(m.ram_count, 1);
    assert_range(m.ram[0], 0x40000000, 0x1000000);
    assert_int_equal(m.reserved_count, 0);
    assert_int_equal(m.mmio_count, 0);
    assert_int_equal(m.cpu_count, 0);
    assert_false(m.uart.found);
    assert_int_equal(m.psci, PSCI_NONE);
    assert_int_equal(m.gic_version, 0);
    assert_string_equal(m.model, "");
    assert_string_equal(m.compatible, "");
    assert_true(range_is_empty(m.initrd));
}

static void test_names(void **state)
{
    char longer[200];

    (void)state;
    begin(1, 1);
    dtb_fake_bytes(&dtb, "compatible", "maker,board\0maker,soc", 22);
    memory();
    finish_ok();
    assert_string_equal(m.compatible, "maker,board");
    assert_string_equal(m.model, "maker,board");

    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    begin(1, 1);
    string("compatible", "maker,board");
    string("model", longer);
    memory();
    finish_ok();
    assert_string_equal(m.compatible, "maker,board");
    assert_string_equal(m.model, longer);
}

/* Texts that end without a NUL are no texts. */
static void test_texts_without_end(void **state)
{
    (void)state;
    begin(1, 1);
    dtb_fake_bytes(&dtb, "model", "board", 5);
    dtb_fake_bytes(&dtb, "compatible", "maker,board", 11);
    memory();
    node("aliases");
    dtb_fake_bytes(&dtb, "serial0", "/pl011", 6);
    end();
    node("chosen");
    string("stdout-path", "serial0");
    end();
    for (uint32_t i = 0; i < 2; i++) {
        device("pl011", "arm,pl011", 0x9000000 + 0x1000 * i, 0x1000);
        end();
    }
    node("memory@1");
    dtb_fake_bytes(&dtb, "device_type", "memory", 6);
    cells("reg", 0, 0x1000);
    end();
    node("psci");
    string("compatible", "arm,psci-0.2");
    dtb_fake_bytes(&dtb, "method", "hvc", 3);
    end();
    finish_ok();
    assert_string_equal(m.model, "");
    assert_string_equal(m.compatible, "");
    assert_true(range_is_empty(m.initrd));
    assert_true(m.uart.base == 0x9000000);
    assert_int_equal(m.psci, PSCI_NONE);
    assert_int_equal(m.ram_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_but_ram),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_texts_without_end),
    };

    return cmocka_run_group_tests_name("fdt_machine", tests, NULL, NULL);
}
