/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <libfdt.h>
#include <string.h>

#include "cmds/cmds.h"
#include "tests/fakes/dtb_fake.h"
#include "tests/fakes/monitor_fake.h"

static struct monitor_fake fake;
static struct dtb_fake dtb;
static const struct cmd *const commands[] = {&cmd_dtb, NULL};

static void make_tree(void)
{
    dtb_fake_begin(&dtb);
    dtb_fake_counts(&dtb, 1, 1);
    dtb_fake_string(&dtb, "model", "board");
    dtb_fake_node(&dtb, "aliases");
    dtb_fake_string(&dtb, "serial0", "/pl011@9000000");
    dtb_fake_end(&dtb);
    dtb_fake_node(&dtb, "cpus");
    dtb_fake_counts(&dtb, 1, 0);
    dtb_fake_node(&dtb, "cpu@0");
    dtb_fake_string(&dtb, "device_type", "cpu");
    dtb_fake_string(&dtb, "enable-method", "psci");
    dtb_fake_cells(&dtb, "reg", 0);
    dtb_fake_end(&dtb);
    dtb_fake_end(&dtb);
    dtb_fake_node(&dtb, "memory@40000000");
    dtb_fake_string(&dtb, "device_type", "memory");
    dtb_fake_cells(&dtb, "reg", 0x40000000, 0x1000000);
    dtb_fake_end(&dtb);
    dtb_fake_node(&dtb, "pl011@9000000");
    dtb_fake_bytes(&dtb, "compatible", "arm,pl011\0arm,primecell", 24);
    dtb_fake_cells(&dtb, "reg", 0x9000000, 0x1000);
    dtb_fake_end(&dtb);
    (void)dtb_fake_finish(&dtb);
}

/* Make the finished tree the machine's. */
static void use_tree(void)
{
    struct fdt_outline outline;
    const struct bytes blob = {dtb.data, sizeof(dtb.data)};

    fake.m.board.fdt = dtb.data;
    fake.m.board.fdt_problem.text[0] = '\0';
    assert_int_equal(fdt_outline_read(blob, &outline, NULL), ERR_OK);
    (void)fdt_mem_machine(&outline, &fake.tables.arena, &fake.m.board.machine,
                          &fake.m.board.fdt_problem);
}

static int reset(void **state)
{
    (void)state;
    monitor_fake_init(&fake, commands);
    make_tree();
    use_tree();
    return 0;
}

static void runs(const char *line, int status, const char *expected)
{
    assert_int_equal(monitor_fake_run(&fake, line), status);
    assert_string_equal(console_fake_take(&fake.console), expected);
}

static const char *output(const char *line, int status)
{
    assert_int_equal(monitor_fake_run(&fake, line), status);
    return console_fake_take(&fake.console);
}

static void test_whole_tree(void **state)
{
    const char *text = output("dtb", ERR_OK);

    (void)state;
    assert_true(strncmp(text, "/dts-v1/;\r\n\r\n/ {\r\n", 18) == 0);
    assert_non_null(strstr(text, "\tpl011@9000000 {\r\n"));
}

static void test_node(void **state)
{
    static const char cpu[] = "cpu@0 {\r\n"
                              "\tdevice_type = \"cpu\";\r\n"
                              "\tenable-method = \"psci\";\r\n"
                              "\treg = <0x0>;\r\n"
                              "};\r\n";

    (void)state;
    runs("dtb /cpus/cpu@0", ERR_OK, cpu);
    runs("dtb /cpus/cpu", ERR_OK, cpu);
    assert_true(strncmp(output("dtb serial0", ERR_OK), "pl011@9000000 {", 15) == 0);
    assert_true(strncmp(output("dtb /", ERR_OK), "/ {", 3) == 0);
    runs("dtb /nowhere", -ERR_NOTFOUND, "error: dtb: no node /nowhere\r\n");
    runs("dtb ''", -ERR_NOTFOUND, "error: dtb: no node \r\n");
}

static void test_property(void **state)
{
    (void)state;
    runs("dtb /cpus/cpu@0 enable-method", ERR_OK, "enable-method = \"psci\";\r\n");
    runs("dtb / '#size-cells'", ERR_OK, "#size-cells = <0x1>;\r\n");
    runs("dtb / model", ERR_OK, "model = \"board\";\r\n");
    runs("dtb / x", -ERR_NOTFOUND, "error: dtb: no property x in /\r\n");
    runs("dtb /x model", -ERR_NOTFOUND, "error: dtb: no node /x\r\n");
}

static void test_find(void **state)
{
    (void)state;
    runs("dtb find pl011", ERR_OK, "/pl011@9000000\r\n/pl011@9000000 compatible\r\n");
    runs("dtb find primecell", ERR_OK, "/pl011@9000000 compatible\r\n");
    runs("dtb find cpu", ERR_OK, "/cpus\r\n/cpus/cpu@0\r\n");
    runs("dtb find size", ERR_OK, "/ '#size-cells'\r\n/cpus '#size-cells'\r\n");
    runs("dtb find l011,", -ERR_NOTFOUND,
         "error: dtb: no name and no compatible contains l011,\r\n");
}

static void test_find_does_not_read_beyond_an_unterminated_compatible(void **state)
{
    (void)state;
    dtb_fake_begin(&dtb);
    dtb_fake_bytes(&dtb, "compatible", "abcd", 4);
    (void)dtb_fake_finish(&dtb);
    use_tree();
    runs("dtb find abcd", -ERR_NOTFOUND, "error: dtb: no name and no compatible contains abcd\r\n");
}

static void test_check(void **state)
{
    (void)state;
    runs("dtb check", ERR_OK,
         "  format    ok, version 17, 510 of 510 bytes\r\n"
         "  tree      6 nodes, 13 properties, 3 levels\r\n"
         "  model     board\r\n"
         "  memory    0x0000000040000000-0x0000000041000000\r\n"
         "  devices   1 range\r\n"
         "  cpus      1, 1 with an enable-method\r\n"
         "  psci      missing: no arm,psci node with method hvc or smc\r\n"
         "  uart      /pl011@9000000 at 0x9000000, interrupt 0 (unknown)\r\n"
         "  gic       missing: no GICv2 or GICv3 node\r\n");
}

static void test_check_of_a_full_machine(void **state)
{
    struct machine *m = &fake.m.board.machine;

    (void)state;
    m->reserved_count = 1;
    m->reserved[0] = (struct machine_region){{0x1000, 0x2000}, true, "secmon"};
    m->psci = PSCI_SMC;
    m->psci_0_2 = true;
    m->gic_version = 3;
    m->gic_dist = 0x8000000;
    m->gic_cpu = 0x80a0000;
    m->uart.irq = 33;
    assert_non_null(strstr(output("dtb check", ERR_OK),
                           "  reserved  0x0000000000001000-0x0000000000002000 secmon, no-map\r\n"
                           "  devices   1 range\r\n"
                           "  cpus      1, 1 with an enable-method\r\n"
                           "  psci      by smc, 0.2 or later\r\n"
                           "  uart      /pl011@9000000 at 0x9000000, interrupt 33\r\n"
                           "  gic       version 3, 0x8000000 and 0x80a0000\r\n"));
}

static void test_check_of_an_empty_machine(void **state)
{
    (void)state;
    dtb_fake_begin(&dtb);
    (void)dtb_fake_finish(&dtb);
    use_tree();
    fake.m.board.fdt_problem.text[0] = '\0';
    runs("dtb check", ERR_OK,
         "  format    ok, version 17, 72 of 72 bytes\r\n"
         "  tree      1 nodes, 0 properties, 1 levels\r\n"
         "  model     missing: no model or compatible\r\n"
         "  memory    missing: no enabled memory node\r\n"
         "  devices   0 ranges\r\n"
         "  cpus      missing: no enabled cpu node\r\n"
         "  psci      missing: no arm,psci node with method hvc or smc\r\n"
         "  uart      missing: no enabled arm,pl011 node\r\n"
         "  gic       missing: no GICv2 or GICv3 node\r\n");
}

static void test_check_of_a_broken_tree(void **state)
{
    (void)state;
    dtb.data[fdt_off_dt_struct(dtb.data) + 3] = 7;
    runs("dtb check", -ERR_FORMAT, "error: dtb: 0x00000007 at 0x38 is not a devicetree token\r\n");
}

static void test_usage(void **state)
{
    (void)state;
    assert_non_null(strstr(output("dtb find", -ERR_USAGE), "error: dtb: find takes a text; usage"));
    assert_non_null(strstr(output("dtb find a b", -ERR_USAGE), "error: dtb: too many words;"));
    assert_non_null(strstr(output("dtb check x", -ERR_USAGE), "error: dtb: check takes no word;"));
    assert_non_null(strstr(output("dtb / a b", -ERR_USAGE), "error: dtb: too many words;"));
}

static void test_no_tree(void **state)
{
    (void)state;
    fake.m.board.fdt = NULL;
    runs("dtb", -ERR_NOTFOUND, "error: dtb: no devicetree: none was handed over\r\n");
    (void)diag_set(&fake.m.board.fdt_problem, ERR_FORMAT, "bad magic");
    runs("dtb check", -ERR_NOTFOUND, "error: dtb: no devicetree: bad magic\r\n");
}

static void test_ctrl_c(void **state)
{
    (void)state;
    console_fake_type(&fake.console, "\x03");
    assert_non_null(strstr(output("dtb", -ERR_INTERRUPTED), "error: dtb: interrupted\r\n"));
    console_fake_type(&fake.console, "\x03");
    assert_non_null(strstr(output("dtb find e", -ERR_INTERRUPTED), "error: dtb: interrupted\r\n"));
    console_fake_type(&fake.console, "\x03");
    assert_non_null(strstr(output("dtb / model", -ERR_INTERRUPTED), "error: dtb: interrupted\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole_tree, reset),
        cmocka_unit_test_setup(test_node, reset),
        cmocka_unit_test_setup(test_property, reset),
        cmocka_unit_test_setup(test_find, reset),
        cmocka_unit_test_setup(test_find_does_not_read_beyond_an_unterminated_compatible, reset),
        cmocka_unit_test_setup(test_check, reset),
        cmocka_unit_test_setup(test_check_of_a_full_machine, reset),
        cmocka_unit_test_setup(test_check_of_an_empty_machine, reset),
        cmocka_unit_test_setup(test_check_of_a_broken_tree, reset),
        cmocka_unit_test_setup(test_usage, reset),
        cmocka_unit_test_setup(test_no_tree, reset),
        cmocka_unit_test_setup(test_ctrl_c, reset),
    };

    return cmocka_run_group_tests_name("cmd_dtb", tests, NULL, NULL);
}
