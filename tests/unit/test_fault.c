/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "cmds/cmds.h"
#include "tests/fakes/arch_fake.h"
#include "tests/fakes/monitor_fake.h"

static struct monitor_fake fake;
static const struct cmd *const commands[] = {&cmd_fault, &cmd_help, NULL};

static int setup(void **state)
{
    (void)state;
    monitor_fake_init(&fake, commands);
    return 0;
}

static void assert_provokes(const char *line, enum arch_exception what)
{
    assert_int_equal(monitor_fake_run(&fake, line), -ERR_FAULT);
    assert_int_equal(arch_fake.provoked, what);
    assert_non_null(strstr(console_fake_take(&fake.console), "error: fault: fault at 0x0\r\n"));
}

static void test_every_kind(void **state)
{
    (void)state;
    assert_provokes("fault stack", ARCH_STACK_OVERFLOW);
    assert_provokes("fault execute", ARCH_EXECUTE_DATA);
    assert_provokes("fault text", ARCH_WRITE_TEXT);
    assert_provokes("fault rodata", ARCH_WRITE_RODATA);
    assert_provokes("fault undefined", ARCH_UNDEFINED);
    assert_provokes("fault unaligned", ARCH_UNALIGNED);
    assert_provokes("fault nested", ARCH_NESTED);
}

static void test_what_passes_is_an_error(void **state)
{
    (void)state;
    arch_fake.lets_pass = true;
    assert_int_equal(monitor_fake_run(&fake, "fault text"), -ERR_STATE);
    assert_string_equal(console_fake_take(&fake.console),
                        "error: fault: no exception was taken: text is allowed here\r\n");
}

static void test_usage(void **state)
{
    (void)state;
    assert_int_equal(monitor_fake_run(&fake, "fault"), -ERR_USAGE);
    assert_int_equal(monitor_fake_run(&fake, "fault stack text"), -ERR_USAGE);
    (void)console_fake_take(&fake.console);
    assert_int_equal(monitor_fake_run(&fake, "fault sta"), -ERR_USAGE);
    assert_non_null(strstr(console_fake_take(&fake.console), "unexpected word: sta; usage: fault"));
    assert_int_equal(arch_fake.fault_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_kind, setup),
        cmocka_unit_test_setup(test_what_passes_is_an_error, setup),
        cmocka_unit_test_setup(test_usage, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
