/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <libfdt.h>
#include <string.h>

#include "cmds/dts.h"
#include "tests/fakes/console_fake.h"
#include "tests/fakes/dtb_fake.h"

static struct dtb_fake dtb;
static struct console_fake fake;
static struct console con;
static struct diag d;

static int reset(void **state)
{
    (void)state;
    console_fake_init(&fake, &con);
    return 0;
}

static void prints(const char *value, size_t size, const char *expected)
{
    struct bytes bytes = {(const uint8_t *)value, size};

    assert_int_equal(dts_print_property(&con, "p", bytes, 0), ERR_OK);
    assert_string_equal(console_fake_take(&fake), expected);
}

/* PRINTS("value", ...): the NUL behind the literal is no part of the value. */
#define PRINTS(value, expected) prints((value), sizeof(value) - 1, (expected))

static void test_empty(void **state)
{
    (void)state;
    PRINTS("", "p;\r\n");
}

static void test_strings(void **state)
{
    (void)state;
    PRINTS("okay\0", "p = \"okay\";\r\n");
    PRINTS("a\0", "p = \"a\";\r\n");
    PRINTS("arm,pl011\0arm,primecell\0", "p = \"arm,pl011\", \"arm,primecell\";\r\n");
    PRINTS("abc\0\0", "p = \"abc\", \"\";\r\n");
    PRINTS("\0ab\0", "p = \"\", \"ab\";\r\n");
    PRINTS("a\"b\\c\t\n\r\a\b\v\f\0", "p = \"a\\\"b\\\\c\\t\\n\\r\\a\\b\\v\\f\";\r\n");
    PRINTS(" ~%s\0", "p = \" ~%s\";\r\n");
}

static void test_what_is_no_string(void **state)
{
    (void)state;
    PRINTS("abc", "p = [61 62 63];\r\n");        /* no end */
    PRINTS("abcd", "p = <0x61626364>;\r\n");     /* no end */
    PRINTS("\0", "p = [00];\r\n");               /* more ends than characters */
    PRINTS("a\0\0", "p = [61 00 00];\r\n");      /* the same */
    PRINTS("a\0\0\0", "p = <0x61000000>;\r\n");  /* the same */
    PRINTS("ab\x7f\0", "p = <0x61627f00>;\r\n"); /* not printable */
    PRINTS("\x1b[m\0", "p = <0x1b5b6d00>;\r\n"); /* no escape sequence gets through */
    PRINTS("\xc3\xa4\0", "p = [c3 a4 00];\r\n"); /* not ASCII */
}

static void test_numbers(void **state)
{
    (void)state;
    PRINTS("\0\0\0\0", "p = <0x0>;\r\n");
    PRINTS("\0\0\0\1\xff\xff\xff\xff", "p = <0x1 0xffffffff>;\r\n");
    PRINTS("\x80\x00\x01", "p = [80 00 01];\r\n");
}

/* Longer than one print takes: nothing is cut. */
static void test_long_values(void **state)
{
    static uint8_t value[2000];
    const char *printed;

    (void)state;
    memset(value, 'x', sizeof(value) - 1);
    assert_int_equal(dts_print_property(&con, "p", (struct bytes){value, sizeof(value)}, 1),
                     ERR_OK);
    printed = console_fake_take(&fake);
    assert_int_equal(strlen(printed), strlen("\tp = \"\";\r\n") + sizeof(value) - 1);
    assert_int_equal(strspn(printed + strlen("\tp = \""), "x"), sizeof(value) - 1);
    memset(value, 0x11, sizeof(value));
    assert_int_equal(dts_print_property(&con, "p", (struct bytes){value, sizeof(value)}, 0),
                     ERR_OK);
    assert_int_equal(strlen(console_fake_take(&fake)),
                     strlen("p = <>;\r\n") + sizeof(value) / 4 * strlen("0x11111111 ") - 1);
}

static void make_tree(void)
{
    dtb_fake_begin_reserving(&dtb, 0x1000, 0x2000);
    dtb_fake_counts(&dtb, 1, 1);
    dtb_fake_node(&dtb, "chosen");
    dtb_fake_end(&dtb);
    dtb_fake_node(&dtb, "soc");
    dtb_fake_cells(&dtb, "ranges");
    dtb_fake_node(&dtb, "serial@9000000");
    dtb_fake_bytes(&dtb, "compatible", "arm,pl011\0arm,primecell", 24);
    dtb_fake_cells(&dtb, "reg", 0x9000000, 0x1000);
    dtb_fake_node(&dtb, "port");
    dtb_fake_bytes(&dtb, "mac", "\1\2\3\4\5\6", 6);
    dtb_fake_end(&dtb);
    dtb_fake_end(&dtb);
    dtb_fake_end(&dtb);
    (void)dtb_fake_finish(&dtb);
}

static void test_a_tree(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(dts_print_tree(&con, dtb.data, &d), ERR_OK);
    assert_string_equal(console_fake_take(&fake),
                        "/dts-v1/;\r\n"
                        "\r\n"
                        "/memreserve/ 0x0000000000001000 0x0000000000002000;\r\n"
                        "/ {\r\n"
                        "\t#address-cells = <0x1>;\r\n"
                        "\t#size-cells = <0x1>;\r\n"
                        "\r\n"
                        "\tchosen {\r\n"
                        "\t};\r\n"
                        "\r\n"
                        "\tsoc {\r\n"
                        "\t\tranges;\r\n"
                        "\r\n"
                        "\t\tserial@9000000 {\r\n"
                        "\t\t\tcompatible = \"arm,pl011\", \"arm,primecell\";\r\n"
                        "\t\t\treg = <0x9000000 0x1000>;\r\n"
                        "\r\n"
                        "\t\t\tport {\r\n"
                        "\t\t\t\tmac = [01 02 03 04 05 06];\r\n"
                        "\t\t\t};\r\n"
                        "\t\t};\r\n"
                        "\t};\r\n"
                        "};\r\n");
}

static void test_a_node(void **state)
{
    int node;

    (void)state;
    make_tree();
    node = fdt_path_offset(dtb.data, "/soc/serial/port");
    assert_int_equal(dts_print_node(&con, dtb.data, node, DTS_ALL_LEVELS, &d), ERR_OK);
    assert_string_equal(console_fake_take(&fake), "port {\r\n"
                                                  "\tmac = [01 02 03 04 05 06];\r\n"
                                                  "};\r\n");
}

static void test_levels(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(dts_print_node(&con, dtb.data, 0, 1, &d), ERR_OK);
    assert_string_equal(console_fake_take(&fake), "/ {\r\n"
                                                  "\t#address-cells = <0x1>;\r\n"
                                                  "\t#size-cells = <0x1>;\r\n"
                                                  "\r\n"
                                                  "\tchosen {\r\n"
                                                  "\t};\r\n"
                                                  "\r\n"
                                                  "\tsoc {\r\n"
                                                  "\t\tranges;\r\n"
                                                  "\r\n"
                                                  "\t\tserial@9000000 { /* ... */ };\r\n"
                                                  "\t};\r\n"
                                                  "};\r\n");
    assert_int_equal(dts_print_node(&con, dtb.data, fdt_path_offset(dtb.data, "/soc"), 2, &d),
                     ERR_OK);
    assert_non_null(strstr(console_fake_take(&fake), "\t\tport {\r\n\t\t\tmac = ["));
}

static void test_no_ops_are_not_there(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(fdt_nop_node(dtb.data, fdt_path_offset(dtb.data, "/soc/serial")), 0);
    assert_int_equal(fdt_nop_property(dtb.data, 0, "#size-cells"), 0);
    assert_int_equal(dts_print_node(&con, dtb.data, 0, DTS_ALL_LEVELS, &d), ERR_OK);
    assert_string_equal(console_fake_take(&fake), "/ {\r\n"
                                                  "\t#address-cells = <0x1>;\r\n"
                                                  "\r\n"
                                                  "\tchosen {\r\n"
                                                  "\t};\r\n"
                                                  "\r\n"
                                                  "\tsoc {\r\n"
                                                  "\t\tranges;\r\n"
                                                  "\t};\r\n"
                                                  "};\r\n");
}

static void test_ctrl_c_stops_the_tree(void **state)
{
    (void)state;
    make_tree();
    console_fake_type(&fake, "\x03");
    assert_int_equal(dts_print_tree(&con, dtb.data, &d), ERR_INTERRUPTED);
    assert_null(strstr(console_fake_take(&fake), "soc"));
}

static void test_ctrl_c_stops_a_value(void **state)
{
    static uint8_t value[4096];

    (void)state;
    console_fake_type(&fake, "\x03");
    assert_int_equal(dts_print_property(&con, "p", (struct bytes){value, sizeof(value)}, 0),
                     ERR_INTERRUPTED);
    assert_true(strlen(console_fake_take(&fake)) < 1000);
    memset(value, 'x', sizeof(value) - 1);
    assert_int_equal(dts_print_property(&con, "p", (struct bytes){value, sizeof(value)}, 0),
                     ERR_INTERRUPTED);
    assert_true(strlen(console_fake_take(&fake)) < 1000);
}

static void test_a_broken_tree_is_an_error(void **state)
{
    (void)state;
    make_tree();
    fdt_set_magic(dtb.data, 1);
    assert_int_equal(dts_print_node(&con, dtb.data, 0, DTS_ALL_LEVELS, &d), ERR_FORMAT);
    assert_string_equal(d.text, "magic 0x00000001 instead of 0xd00dfeed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_empty, reset),
        cmocka_unit_test_setup(test_strings, reset),
        cmocka_unit_test_setup(test_what_is_no_string, reset),
        cmocka_unit_test_setup(test_numbers, reset),
        cmocka_unit_test_setup(test_long_values, reset),
        cmocka_unit_test_setup(test_a_tree, reset),
        cmocka_unit_test_setup(test_a_node, reset),
        cmocka_unit_test_setup(test_levels, reset),
        cmocka_unit_test_setup(test_no_ops_are_not_there, reset),
        cmocka_unit_test_setup(test_ctrl_c_stops_the_tree, reset),
        cmocka_unit_test_setup(test_ctrl_c_stops_a_value, reset),
        cmocka_unit_test_setup(test_a_broken_tree_is_an_error, reset),
    };

    return cmocka_run_group_tests_name("dts", tests, NULL, NULL);
}
