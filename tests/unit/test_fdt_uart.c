/* SPDX-License-Identifier: Apache-2.0 */
/* The console's UART in a devicetree, and the GIC that takes its interrupt. */
#include "tests/unit/fdt_machine_unit.h"

static void gic(const char *compatible)
{
    device("intc@8000000", compatible, 0x8000000, 0x10000);
    cells("phandle", 7);
    end();
}

static void test_gic(void **state)
{
    static const struct {
        const char *compatible;
        unsigned version;
    } kinds[] = {{"arm,cortex-a15-gic", 2},
                 {"arm,gic-400", 2},
                 {"arm,cortex-a7-gic", 2},
                 {"arm,cortex-a9-gic", 2},
                 {"arm,gic-v3", 3},
                 {"arm,gic-v4", 0},
                 {"arm,gic", 0},
                 {"arm,cortex-a15-gicx", 0}};

    (void)state;
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        begin(1, 1);
        memory();
        node("intc@8000000");
        string("compatible", kinds[i].compatible);
        cells("reg", 0x8000000, 0x10000, 0x8010000, 0x10000);
        end();
        finish_ok();
        assert_int_equal(m.gic_version, kinds[i].version);
        assert_true(m.gic_dist == (kinds[i].version ? 0x8000000 : 0));
        assert_true(m.gic_cpu == (kinds[i].version ? 0x8010000 : 0));
    }
}

static void test_gic_as_second_compatible(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("intc@0");
    dtb_fake_bytes(&dtb, "compatible", "maker,gic\0arm,gic-v3", 21);
    cells("reg", 0, 0x10000);
    end();
    gic("arm,gic-400"); /* the first counts */
    finish_ok();
    assert_int_equal(m.gic_version, 3);
    assert_true(m.gic_dist == 0);
    assert_true(m.gic_cpu == 0);
}

/* Two PL011s, the second one on a bus. @chosen_first puts /chosen before them. */
static void two_uarts(const char *stdout_path, bool chosen_first)
{
    begin(1, 1);
    memory();
    for (int i = 0; i < 2; i++) {
        if (chosen_first == (i == 0)) {
            node("aliases");
            string("serial0", "/soc/serial@201000");
            end();
            node("chosen");
            if (stdout_path)
                string("stdout-path", stdout_path);
            end();
        }
        if (i == 0) {
            device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
            end();
            node("soc");
            dtb_fake_counts(&dtb, 1, 1);
            cells("ranges", 0, 0x3f000000, 0x1000000);
            device("mini@215040", "brcm,bcm2835-aux-uart", 0x215040, 0x40);
            end();
            node("serial@201000");
            dtb_fake_bytes(&dtb, "compatible", "brcm,pl011\0arm,pl011\0arm,primecell", 35);
            cells("reg", 0x201000, 0x200);
            end();
            end();
        }
    }
    finish_ok();
    assert_true(m.uart.found);
    assert_int_equal(m.mmio_count, 3);
    assert_int_equal(m.ram_count, 1);
}

static void test_uart_of_stdout_path(void **state)
{
    static const char *const second[] = {
        "/soc/serial@201000", "/soc/serial@201000:115200n8", "serial0", "serial0:115200",
        "/soc/serial",        "//soc//serial@201000/"};
    static const char *const first[] = {NULL,
                                        "/pl011@9000000",
                                        "/pl011",
                                        "/soc/mini@215040",
                                        "serial1",
                                        "/soc/serial@20100",
                                        "/soc/serial@2010000",
                                        "/soc/seri",
                                        "/soc",
                                        "/soc/serial@201000/port",
                                        "/",
                                        "",
                                        ":115200"};

    (void)state;
    for (unsigned i = 0; i < 2 * sizeof(second) / sizeof(second[0]); i++) {
        two_uarts(second[i / 2], i % 2);
        assert_string_equal(m.uart.path, "/soc/serial@201000");
        assert_true(m.uart.base == 0x3f201000);
        assert_true(m.uart.size == 0x200);
    }
    for (unsigned i = 0; i < 2 * sizeof(first) / sizeof(first[0]); i++) {
        two_uarts(first[i / 2], i % 2);
        assert_string_equal(m.uart.path, "/pl011@9000000");
        assert_true(m.uart.base == 0x9000000);
        assert_true(m.uart.size == 0x1000);
    }
}

/* A node without a name of its own is not what an exhausted path names. */
static void test_stdout_path_of_the_root(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("chosen");
    string("stdout-path", "/");
    end();
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    end();
    device("@9040000", "arm,pl011", 0x9040000, 0x1000);
    end();
    finish_ok();
    assert_string_equal(m.uart.path, "/pl011@9000000");
}

static void test_disabled_uarts_do_not_count(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    device("pl011@9040000", "arm,pl011", 0x9040000, 0x1000);
    string("status", "disabled");
    end();
    node("off");
    dtb_fake_counts(&dtb, 1, 1);
    string("status", "disabled");
    empty("ranges");
    device("pl011@9050000", "arm,pl011", 0x9050000, 0x1000);
    string("status", "okay");
    end();
    end();
    node("bus"); /* no `ranges`: no CPU address */
    dtb_fake_counts(&dtb, 1, 1);
    device("pl011@9060000", "arm,pl011", 0x9060000, 0x1000);
    end();
    end();
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    string("status", "ok");
    end();
    finish_ok();
    assert_string_equal(m.uart.path, "/pl011@9000000");
    assert_int_equal(m.mmio_count, 1);
}

static void test_long_path(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    for (int i = 0; i < 5; i++) {
        node("a-bus-with-a-long-name");
        dtb_fake_counts(&dtb, 1, 1);
        empty("ranges");
    }
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    end();
    for (int i = 0; i < 5; i++)
        end();
    finish_ok();
    assert_string_equal(m.uart.path,
                        "/a-bus-with-a-long-name/a-bus-with-a-long-name/a-bus-with-a-long-name"
                        "/a-bus-with-a-long-name/a-bus-with-a-long-name/pl011@9000000");
    assert_true(m.uart.base == 0x9000000);
}

static void test_uart_interrupt(void **state)
{
    static const struct {
        uint32_t type, number;
        unsigned irq;
    } cases[] = {{0, 1, 33},  {0, 0, 32},  {0, 987, 1019}, {0, 988, 0}, {0, 0xffffffff, 0},
                 {1, 14, 30}, {1, 15, 31}, {1, 16, 0},     {2, 1, 0}};

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin(1, 1);
        cells("interrupt-parent", 7);
        memory();
        device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
        cells("interrupts", cases[i].type, cases[i].number, 4);
        end();
        gic("arm,gic-400");
        finish_ok();
        assert_int_equal(m.uart.irq, cases[i].irq);
    }
}

static void uart_interrupt_of(uint32_t root_parent, uint32_t own_parent, uint32_t cell_count,
                              unsigned expected)
{
    const uint32_t interrupts[] = {0, 5, 4, 0};

    begin(1, 1);
    if (root_parent)
        cells("interrupt-parent", root_parent);
    memory();
    gic("arm,gic-v3");
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    if (own_parent)
        cells("interrupt-parent", own_parent);
    dtb_fake_cell_list(&dtb, "interrupts", interrupts, cell_count);
    end();
    finish_ok();
    assert_int_equal(m.uart.irq, expected);
}

static void test_uart_interrupt_parent(void **state)
{
    (void)state;
    uart_interrupt_of(7, 0, 3, 37);
    uart_interrupt_of(0, 7, 3, 37);
    uart_interrupt_of(7, 0, 4, 37); /* GICv3 with partitions */
    uart_interrupt_of(3, 7, 3, 37);
    uart_interrupt_of(7, 3, 3, 0); /* another controller */
    uart_interrupt_of(0, 0, 3, 0);
    uart_interrupt_of(7, 0, 2, 0);
    uart_interrupt_of(7, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gic),
        cmocka_unit_test(test_gic_as_second_compatible),
        cmocka_unit_test(test_uart_of_stdout_path),
        cmocka_unit_test(test_stdout_path_of_the_root),
        cmocka_unit_test(test_disabled_uarts_do_not_count),
        cmocka_unit_test(test_long_path),
        cmocka_unit_test(test_uart_interrupt),
        cmocka_unit_test(test_uart_interrupt_parent),
    };

    return cmocka_run_group_tests_name("fdt_uart", tests, NULL, NULL);
}
