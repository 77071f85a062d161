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
        (void)monitor_fake_run(&fake, "go 0x40001000 1 0x22 3K 4 5 6 7 8");
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
    assert_int_equal(arch_fake.left.x[4], 5);
    assert_int_equal(arch_fake.left.x[7], 8);
    assert_int_equal(arch_fake.left.sp, 0);
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

static void test_stack_and_level(void **state)
{
    jmp_buf left;

    (void)state;
    arch_fake.leave = &left;
    if (setjmp(left) == 0) {
        (void)monitor_fake_run(&fake, "go 0x40001000 el=1 1 sp=0x40100000 2");
        fail();
    }
    assert_string_equal(console_fake_take(&fake.console),
                        "0x40001000 at EL1, MMU and caches off, x0 = 0x1, SP = 0x40100000\r\n");
    assert_int_equal(arch_fake.left.el, 1);
    assert_int_equal(arch_fake.left.sp, 0x40100000);
    assert_int_equal(arch_fake.left.x[0], 1);
    assert_int_equal(arch_fake.left.x[1], 2);
    assert_int_equal(arch_fake.left.x[2], 0);
}

/* The window of memory is flash, then a device that is none. */
static void test_code_in_flash(void **state)
{
    jmp_buf left;

    (void)state;
    fake.m.board.machine.ram[0] = (struct range){0x80000000, 0x90000000};
    fake.m.board.machine.mmio_count = 2;
    fake.m.board.machine.mmio[0] = (struct machine_region){
        .range = {ARCH_FAKE_BASE, ARCH_FAKE_BASE + 0x2000}, .name = "flash@40000000"};
    fake.m.board.machine.mmio[1] = (struct machine_region){
        .range = {ARCH_FAKE_BASE + 0x2000, ARCH_FAKE_BASE + 0x3000}, .name = "flashing@40002000"};
    memcpy(arch_fake.memory + 0x2000, arch_fake.memory + CODE, 4);
    assert_non_null(strstr(run("go 0x40000000", -ERR_FORMAT), "no code at 0x40000000"));
    assert_non_null(strstr(run("go 0x40002000", -ERR_RANGE), "0x40002000 is not in RAM"));
    assert_non_null(strstr(run("go -k 0x40001000", -ERR_UNSUPPORTED),
                           "0x40001000 is in flash, where nothing can be called"));
    arch_fake.leave = &left;
    if (setjmp(left) == 0) {
        (void)monitor_fake_run(&fake, "go 0x40001000");
        fail();
    }
    assert_int_equal(arch_fake.left.entry, 0x40001000);
    assert_int_equal(arch_fake.left.el, 2);
    arch_fake.leave = NULL;
}

static void test_calls_and_returns(void **state)
{
    (void)state;
    assert_string_equal(run("go -k 0x40001000 1 2 3 0x40 5 6 7 8", 0),
                        "0x40001000 at EL2, MMU and caches on, x0 = 0x1\r\nreturned 0x60\r\n");
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
        {"go -k", ERR_USAGE, "no ADDR; usage: go [-k] ADDR [X0 ... X7] [sp=ADDR] [el=1]"},
        {"go 1 2 3 4 5 6 7 8 9 10", ERR_USAGE, "too many words; usage: go [-k] ADDR [X0 ... X7]"},
        {"go 1 2 3 4 5 6 7 8 9 10 11 12 13", ERR_USAGE, "usage: go [-k] ADDR [X0 ... X7]"},
        {"go -k 0x40001000 sp=0x40100000", ERR_USAGE, "-k calls it at this level, on this stack"},
        {"go -k 0x40001000 el=1", ERR_USAGE, "-k calls it at this level, on this stack"},
        {"go 0x40001000 sp=0x40100008", ERR_ALIGN, "sp: 0x40100008 is not a multiple of 16"},
        {"go 0x40001000 sp=", ERR_NUMBER, "not a number: ''"},
        {"go 0x40001000 sp=top", ERR_NUMBER, "not a number: 'top'"},
        {"go 0x40001000 el=2", ERR_UNSUPPORTED, "el=2: only el=1 can be asked for"},
        {"go 0x40001000 el=", ERR_UNSUPPORTED, "el=: only el=1 can be asked for"},
        {"go 0x40001000 el=10", ERR_UNSUPPORTED, "el=10: only el=1 can be asked for"},
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
        cmocka_unit_test_setup(test_stack_and_level, setup),
        cmocka_unit_test_setup(test_code_in_flash, setup),
        cmocka_unit_test_setup(test_calls_and_returns, setup),
        cmocka_unit_test_setup(test_a_fault_in_what_is_called_comes_back, setup),
        cmocka_unit_test_setup(test_refuses, setup),
        cmocka_unit_test_setup(test_ram_that_cannot_be_read, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
