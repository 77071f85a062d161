/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "cmds/cmds.h"
#include "tests/fakes/monitor_fake.h"

static struct monitor_fake fake;
static const struct cmd *const commands[] = {&cmd_go, NULL};

enum { CODE = 0x1000, NOP = 0xd503201f };

static int setup(void **state)
{
    const uint32_t nop = NOP;

    (void)state;
    monitor_fake_init(&fake, commands);
    fake.m.board.cpu.el = 2;
    memcpy(arch_fake.memory + CODE, &nop, sizeof(nop));
    return 0;
}

static const char *run(const char *line, int status)
{
    assert_int_equal(monitor_fake_run(&fake, line), status);
    return console_fake_take(&fake.console);
}

static void test_leaves_with_the_mmu_off(void **state)
{
    jmp_buf left;

    (void)state;
    arch_fake.leave = &left;
    if (setjmp(left) == 0) {
        (void)monitor_fake_run(&fake, "go 0x40001000 1 0x22 3K 4");
        fail();
    }
    assert_string_equal(console_fake_take(&fake.console),
                        "0x40001000 at EL2, MMU and caches off, x0 = 0x1\r\n");
    assert_int_equal(arch_fake.left.entry, 0x40001000);
    assert_int_equal(arch_fake.left.el, 2);
    assert_int_equal(arch_fake.left.mmu, 0);
    assert_int_equal(arch_fake.left.trampoline, 0);
    assert_int_equal(arch_fake.left.core_count, 1);
    assert_int_equal(arch_fake.left.x[0], 1);
    assert_int_equal(arch_fake.left.x[1], 0x22);
    assert_int_equal(arch_fake.left.x[2], 3072);
    assert_int_equal(arch_fake.left.x[3], 4);
    assert_int_equal(arch_fake.left.x[4], 0);
    assert_int_equal(arch_fake.flush_count, 1);
}

static void test_x0_is_the_dtb_unless_given(void **state)
{
    jmp_buf left;

    (void)state;
    arch_fake.leave = &left;
    if (setjmp(left) == 0) {
        (void)monitor_fake_run(&fake, "go 0x40001000");
        fail();
    }
    assert_non_null(strstr(console_fake_take(&fake.console), ", the DTB\r\n"));
    assert_int_equal(arch_fake.left.x[0], (uintptr_t)fake.m.board.fdt);
    assert_int_equal(arch_fake.left.x[1], 0);
}

static void test_calls_and_returns(void **state)
{
    (void)state;
    assert_string_equal(run("go -k 0x40001000 1 2 3 0x40", 0),
                        "0x40001000 at EL2, MMU and caches on, x0 = 0x1\r\nreturned 0x46\r\n");
    assert_int_equal(arch_fake.called, 0x40001000);
    assert_true(arch_fake.was_runnable);
    assert_false(arch_fake.runs_in_ram);
    assert_int_equal(arch_fake.flush_count, 1);
}

static void test_a_fault_in_what_is_called_comes_back(void **state)
{
    (void)state;
    arch_fake.call_faults = true;
    assert_non_null(strstr(run("go -k 0x40001000", -ERR_FAULT), "error: go: fault at 0x40001000"));
    assert_true(arch_fake.was_runnable);
    assert_false(arch_fake.runs_in_ram);
}

static void test_refuses(void **state)
{
    static const struct {
        const char *line;
        int err;
        const char *reason;
    } cases[] = {
        {"go -k", ERR_USAGE, "no ADDR; usage: go [-k] ADDR [X0 [X1 [X2 [X3]]]]"},
        {"go 1 2 3 4 5 6", ERR_USAGE, "too many words; usage: go [-k] ADDR [X0 [X1 [X2 [X3]]]]"},
        {"go 0x40001002", ERR_ALIGN, "0x40001002 is not a multiple of 4"},
        {"go 0", ERR_RANGE, "0x0 is not in RAM"},
        {"go 0x40400000", ERR_RANGE, "0x40400000 is not in RAM"},
        {"go 40001000", ERR_RANGE, "0x2625de8 is not in RAM; did you mean 0x40001000?"},
        {"go -k 40001000", ERR_RANGE, "0x2625de8 is not in RAM; did you mean 0x40001000?"},
        {"go 0xfffffffffffffffc", ERR_RANGE, "0xfffffffffffffffc is not in RAM"},
        {"go 0x40002000", ERR_FORMAT, "no code at 0x40002000: the first word is 0"},
        {"go 0x40003000", ERR_FORMAT, "no code at 0x40003000: an ELF begins there"},
        {"go 0x40200000", ERR_OVERLAP, "0x40200000 is in the monitor"},
        {"go 0x401ffffc", ERR_FORMAT, "no code at 0x401ffffc: the first word is 0"},
        {"go 0x40001000 1 x", ERR_NUMBER, "not a number: 'x'"},
        {"go x", ERR_NUMBER, "not a number: 'x'"},
    };
    const struct range monitor = {0x40200000, 0x40300000};

    (void)state;
    memcpy(arch_fake.memory + 0x3000, "\177ELF", 4);
    assert_int_equal(
        regions_add(&monitor_fake_now(&fake.m)->busy, monitor, REGION_MONITOR, "monitor", NULL), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *text = run(cases[i].line, -cases[i].err);

        assert_memory_equal(text, "error: go: ", 11);
        if (!strstr(text, cases[i].reason))
            fail_msg("%s: '%s' is not in %s", cases[i].line, cases[i].reason, text);
    }
    assert_int_equal(arch_fake.flush_count, 0);
}

static void test_ram_that_cannot_be_read(void **state)
{
    (void)state;
    fake.m.board.machine.ram[0].end += 0x1000;
    assert_string_equal(run("go 0x40400000", -ERR_FAULT),
                        "error: go: 0x40400000 cannot be read\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_leaves_with_the_mmu_off, setup),
        cmocka_unit_test_setup(test_x0_is_the_dtb_unless_given, setup),
        cmocka_unit_test_setup(test_calls_and_returns, setup),
        cmocka_unit_test_setup(test_a_fault_in_what_is_called_comes_back, setup),
        cmocka_unit_test_setup(test_refuses, setup),
        cmocka_unit_test_setup(test_ram_that_cannot_be_read, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
