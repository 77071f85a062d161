/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "cmds/cmds.h"
#include "tests/fakes/monitor_fake.h"

static struct monitor_fake fake;
static unsigned boot_count;

static int run_boot(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)m;
    (void)argc;
    (void)argv;
    boot_count++;
    return diag_set(d, ERR_STATE, "no kernel");
}

static const struct cmd cmd_fake_boot = {
    .name = "boot", .group = CMD_BOOT, .summary = "leave", .usage = "boot", .run = run_boot};

static const struct cmd *const commands[] = {
    &cmd_fake_boot, &cmd_autoboot, &cmd_md,    &cmd_mw,     &cmd_help,
    &cmd_reset,     &cmd_poweroff, &cmd_echo,  &cmd_sleep,  &cmd_time,
    &cmd_cp,        &cmd_cmp,      &cmd_crc32, &cmd_sha256, NULL,
};

static int setup(void **state)
{
    (void)state;
    monitor_fake_init(&fake, commands);
    boot_count = 0;
    return 0;
}

static void assert_runs(const char *line, int status, const char *output)
{
    assert_int_equal(monitor_fake_run(&fake, line), status);
    assert_string_equal(console_fake_take(&fake.console), output);
}

static void assert_prints(const char *line, const char *part)
{
    assert_int_equal(monitor_fake_run(&fake, line), 0);
    assert_non_null(strstr(console_fake_take(&fake.console), part));
}

static void test_echo(void **state)
{
    char line[900] = "echo ";

    (void)state;
    assert_runs("echo", 0, "\r\n");
    assert_runs("echo a  'b  c' -n", 0, "a b  c -n\r\n");
    assert_runs("echo -n a", 0, "a");
    assert_runs("echo -n", 0, "");
    memset(line + 5, 'x', sizeof(line) - 6);
    line[sizeof(line) - 1] = '\0';
    assert_int_equal(monitor_fake_run(&fake, line), 0);
    assert_int_equal(strlen(console_fake_take(&fake.console)), sizeof(line) - 6 + 2);
}

static void test_sleep(void **state)
{
    static const struct {
        const char *line;
        uint64_t us;
    } cases[] = {
        {"sleep 0", 0},         {"sleep 2", 2000000},
        {"sleep 0.5", 500000},  {"sleep 1.000001", 1000001},
        {"sleep 0.0000019", 1}, {"sleep 3600.0", UINT64_C(3600000000)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fake.console.now_us = 0;
        assert_runs(cases[i].line, 0, "");
        assert_int_equal(fake.console.now_us, cases[i].us);
    }
}

static void test_sleep_refuses(void **state)
{
    (void)state;
    assert_runs("sleep", 1, "error: sleep: too few words; usage: sleep SECONDS\r\n");
    assert_runs("sleep 1 2", 1, "error: sleep: too many words; usage: sleep SECONDS\r\n");
    assert_runs("sleep x", 2, "error: sleep: not a number of seconds: 'x'\r\n");
    assert_runs("sleep ''", 2, "error: sleep: not a number of seconds: ''\r\n");
    assert_runs("sleep -1", 2, "error: sleep: not a number of seconds: '-1'\r\n");
    assert_runs("sleep .5", 2, "error: sleep: not a number of seconds: '.5'\r\n");
    assert_runs("sleep 1.", 2, "error: sleep: not a number of seconds: '1.'\r\n");
    assert_runs("sleep 1.5.5", 2, "error: sleep: not a number of seconds: '1.5.5'\r\n");
    assert_runs("sleep 1s", 2, "error: sleep: not a number of seconds: '1s'\r\n");
    assert_runs("sleep 3600.000001", 3, "error: sleep: 3600.000001 s is more than 3600 s\r\n");
    assert_runs("sleep 99999999999999999999999", 3,
                "error: sleep: 99999999999999999999999 s is more than 3600 s\r\n");
    assert_int_equal(fake.console.now_us, 0);
}

static void test_sleep_ends_at_ctrl_c(void **state)
{
    (void)state;
    console_fake_send(&fake.console, 700000, "\x03", 1);
    assert_runs("sleep 10", 15, "error: sleep: interrupted\r\n");
    assert_int_equal(fake.console.now_us, 700000);
}

static void test_time(void **state)
{
    (void)state;
    assert_runs("time sleep 1.5", 0, "time: 1500.000 ms, 1000 ticks\r\n");
    assert_runs("time mw 0 0", 14, "error: mw: fault at 0x0\r\ntime: 0.000 ms, 1000 ticks\r\n");
    assert_runs("time nothing", 10,
                "error: nothing: no such command, try help\r\ntime: 0.000 ms, 1000 ticks\r\n");
    assert_runs("time", 1, "error: time: too few words; usage: time COMMAND [WORD...]\r\n");
    assert_runs("time time echo", 1,
                "error: time: cannot time itself; usage: time COMMAND [WORD...]\r\n");
    console_fake_send(&fake.console, 2000000, "\x03", 1);
    assert_runs("time sleep 10; echo x", 15,
                "error: sleep: interrupted\r\ntime: 500.000 ms, 1000 ticks\r\n");
}

static void test_md(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        arch_fake.memory[i] = (uint8_t)(0x30 + i);
    }
    assert_runs("md 0x40000000", 0,
                "  0x0000000040000000  33323130 37363534 3b3a3938 3f3e3d3c  0123456789:;<=>?\r\n"
                "  0x0000000040000010  43424140 47464544 4b4a4948 4f4e4d4c  @ABCDEFGHIJKLMNO\r\n"
                "  0x0000000040000020  53525150 57565554 5b5a5958 5f5e5d5c  PQRSTUVWXYZ[\\]^_\r\n"
                "  0x0000000040000030  63626160 67666564 6b6a6968 6f6e6d6c  `abcdefghijklmno\r\n");
    assert_runs("md.b 0x40000001 3", 0,
                "  0x0000000040000001  31 32 33                                         123\r\n");
    assert_runs(
        "md.w 0x40000000 9", 0,
        "  0x0000000040000000  3130 3332 3534 3736 3938 3b3a 3d3c 3f3e  0123456789:;<=>?\r\n"
        "  0x0000000040000010  4140                                     @A\r\n");
    assert_runs("md.q 0x40000008 1", 0,
                "  0x0000000040000008  3f3e3d3c3b3a3938                   89:;<=>?\r\n");
    arch_fake.memory[0] = 0x7f;
    arch_fake.memory[1] = 0x1f;
    arch_fake.memory[2] = 0xff;
    assert_prints("md.b 0x40000000 4", "7f 1f ff 33 ");
    assert_prints("md.b 0x40000000 4", " ...3\r\n");
}

static void test_md_refuses(void **state)
{
    (void)state;
    assert_runs("md", 1, "error: md: too few words; usage: md[.b|.w|.l|.q] ADDR [COUNT]\r\n");
    assert_runs("md 0 1 2", 1,
                "error: md: too many words; usage: md[.b|.w|.l|.q] ADDR [COUNT]\r\n");
    assert_runs("md 0x40000002", 4, "error: md: 0x40000002 is not a multiple of 4\r\n");
    assert_runs("md.q 0x40000004", 4, "error: md: 0x40000004 is not a multiple of 8\r\n");
    assert_runs("md 0x40000000 0", 3, "error: md: the count is 0\r\n");
    assert_runs("md 0x40000000 zz", 2, "error: md: not a number: 'zz'\r\n");
    assert_runs("md 4000beef", 2,
                "error: md: not a number: 4000beef; did you mean 0x4000beef?\r\n");
    assert_runs("md.q 0x40000000 0x2000000000000000", 3,
                "error: md: 2305843009213693952 words of 8 bytes at 0x40000000 pass the end of "
                "the address space\r\n");
    assert_runs("md 0xfffffffffffffffc 2", 3,
                "error: md: 2 words of 4 bytes at 0xfffffffffffffffc pass the end of "
                "the address space\r\n");
    assert_int_equal(arch_fake.peek_count, 0);
}

static void test_cp(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++)
        arch_fake.memory[0x100 + i] = (uint8_t)(i + 1);
    assert_runs("cp 0x40000100 0x40200000 16", 0, "");
    assert_memory_equal(arch_fake.memory + 0x200000, arch_fake.memory + 0x100, 16);
    assert_runs("cp 0x40000100 0x40000104 16", 0, "");
    assert_memory_equal(arch_fake.memory + 0x104, arch_fake.memory + 0x200000, 16);
    assert_runs("cp 0x40000104 0x40000100 16", 0, "");
    assert_memory_equal(arch_fake.memory + 0x100, arch_fake.memory + 0x200000, 16);
}

static void test_cp_of_more_than_a_chunk_onto_itself(void **state)
{
    uint8_t *memory = arch_fake.memory;

    (void)state;
    for (unsigned i = 0; i < 0x200000; i++)
        memory[i] = (uint8_t)(i * 7 + i / 256);
    assert_runs("cp 0x40000000 0x40000003 0x180001", 0, "");
    for (unsigned i = 0; i < 0x180001; i++)
        assert_int_equal(memory[i + 3], (uint8_t)(i * 7 + i / 256));
}

static void test_cp_refuses(void **state)
{
    struct diag d;

    (void)state;
    assert_int_equal(regions_add(&monitor_fake_now(&fake.m)->busy,
                                 (struct range){0x40300000, 0x40400000}, REGION_MONITOR, "monitor",
                                 &d),
                     ERR_OK);
    arch_fake.memory[0x10] = 1;
    assert_int_equal(monitor_fake_run(&fake, "cp 0x40000000 0x402ff000 0x1001"), 5);
    assert_non_null(strstr(console_fake_take(&fake.console), "monitor"));
    assert_int_equal(arch_fake.memory[0x2ff010], 0);
    assert_runs("cp 0x40000000 0x40400000 16", 14, "error: cp: fault at 0x40400000\r\n");
    assert_runs("cp 0x40000000 0x40000100 0", 3, "error: cp: the count is 0\r\n");
    assert_runs("cp 0x40000000 0x40000100", 1,
                "error: cp: too few words; usage: cp FROM TO SIZE\r\n");
}

static void test_cmp(void **state)
{
    (void)state;
    assert_runs("cmp 0x40000000 0x40200000 2M", 0, "  2097152 bytes are the same\r\n");
    arch_fake.memory[0x180001] = 0xab;
    assert_runs("cmp 0x40000000 0x40200000 2M", 12,
                "error: cmp: byte 1572865 is 0xab at 0x40180001 and 0x00 at 0x40380001\r\n");
    assert_runs("cmp 0x40000000 0x3fffffff 2", 14, "error: cmp: fault at 0x3fffffff\r\n");
}

static void test_digests(void **state)
{
    (void)state;
    memcpy(arch_fake.memory, "123456789", 9);
    assert_runs("crc32 0x40000000 9", 0, "  cbf43926\r\n");
    assert_runs("sha256 0x40000000 9", 0,
                "  15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225\r\n");
    assert_runs("sha256 40000000 9", 14,
                "error: sha256: fault at 0x2625a00; did you mean 0x40000000?\r\n");
}

static void test_md_faults_behind_the_last_word(void **state)
{
    (void)state;
    assert_int_equal(monitor_fake_run(&fake, "md.b 0x403ffff0 17"), 14);
    assert_string_equal(strstr(console_fake_take(&fake.console), "error"),
                        "error: md: fault at 0x40400000\r\n");
}

static void test_md_suggests_hex_where_that_is_ram(void **state)
{
    (void)state;
    assert_runs("md 40000000", 14, "error: md: fault at 0x2625a00; did you mean 0x40000000?\r\n");
    assert_runs("mw 40000000 1", 14, "error: mw: fault at 0x2625a00; did you mean 0x40000000?\r\n");
    assert_runs("md 50000000", 14, "error: md: fault at 0x2faf080\r\n");
    assert_runs("md 0x20000000", 14, "error: md: fault at 0x20000000\r\n");
    assert_runs("md 20M", 14, "error: md: fault at 0x1400000\r\n");
}

static void test_md_stops_at_ctrl_c(void **state)
{
    (void)state;
    console_fake_type(&fake.console, "\x03");
    assert_runs("md 0x40000000 1M", 15,
                "  0x0000000040000000  00000000 00000000 00000000 00000000  "
                "................\r\nerror: md: interrupted\r\n");
}

static void assert_memory(const char *hex_of_16_bytes)
{
    char line[128];

    (void)strcpy(line, "  0x0000000040000000  ");
    strcat(line, hex_of_16_bytes);
    assert_prints("md.b 0x40000000 16", line);
}

static void test_mw(void **state)
{
    (void)state;
    assert_runs("mw.b 0x40000001 0xab", 0, "");
    assert_runs("mw.w 0x40000002 0xbeef", 0, "");
    assert_runs("mw 0x40000004 0x12345678", 0, "");
    assert_runs("mw.q 0x40000008 0xffffffffffffffff", 0, "");
    assert_memory("00 ab ef be 78 56 34 12 ff ff ff ff ff ff ff ff");
    assert_runs("mw.b 0x40000004 255 4", 0, "");
    assert_memory("00 ab ef be ff ff ff ff ff ff ff ff ff ff ff ff");
    assert_runs("mw.q 0x40000000 1 0x80000", 0, "");
    assert_int_equal(arch_fake.memory[ARCH_FAKE_BYTES - 8], 1);
}

static void test_mw_reads_nothing_where_one_word_is_written(void **state)
{
    (void)state;
    assert_runs("mw 0x40000ffc 1", 0, "");
    assert_int_equal(arch_fake.peek_count, 0);
    assert_int_equal(arch_fake.poke_count, 1);
}

static void test_mw_refuses_and_changes_nothing(void **state)
{
    static const uint8_t zeroes[ARCH_FAKE_BYTES];

    (void)state;
    assert_runs("mw 0x40000000", 1,
                "error: mw: too few words; usage: mw[.b|.w|.l|.q] ADDR VALUE [COUNT]\r\n");
    assert_runs("mw 0 1 2 3", 1,
                "error: mw: too many words; usage: mw[.b|.w|.l|.q] ADDR VALUE [COUNT]\r\n");
    assert_runs("mw.b 0x40000000 256", 3, "error: mw: 0x100 does not fit into 1 byte\r\n");
    assert_runs("mw.w 0x40000000 0x10000", 3, "error: mw: 0x10000 does not fit into 2 bytes\r\n");
    assert_runs("mw 0x40000000 4G", 3, "error: mw: 0x100000000 does not fit into 4 bytes\r\n");
    assert_runs("mw 0x40000001 1", 4, "error: mw: 0x40000001 is not a multiple of 4\r\n");
    assert_runs("mw 0x40000000 1 0", 3, "error: mw: the count is 0\r\n");
    assert_runs("mw 0x403ffffc 1 2", 14, "error: mw: fault at 0x40400000\r\n");
    assert_runs("mw.b 0x40000000 1 0x400001", 14, "error: mw: fault at 0x40400000\r\n");
    assert_runs("mw.b 0x40000ff0 1 0xffffffff", 14, "error: mw: fault at 0x40400000\r\n");
    assert_runs("mw 0x3ffffffc 1 2", 14, "error: mw: fault at 0x3ffffffc\r\n");
    assert_memory_equal(arch_fake.memory, zeroes, sizeof(zeroes));
}

static void test_mw_spares_the_monitor(void **state)
{
    struct regions *busy = &monitor_fake_now(&fake.m)->busy;

    (void)state;
    busy->entries[0] = (struct region){{0x40001000, 0x40002000}, REGION_DTB, "dtb"};
    busy->entries[1] = (struct region){{0x40100000, 0x40101000}, REGION_MONITOR, "monitor text"};
    busy->count = 2;
    assert_runs("mw 0x40001000 1", 0, "");
    assert_runs("mw 0x400ffffc 1", 0, "");
    assert_runs("mw 0x40101000 1", 0, "");
    assert_runs("mw 0x400ffffc 1 2", 5,
                "error: mw: 0x400ffffc-0x40100004 overlaps monitor text at "
                "0x40100000-0x40101000\r\n");
    assert_runs("mw.b 0x40100fff 1", 5,
                "error: mw: 0x40100fff-0x40101000 overlaps monitor text at "
                "0x40100000-0x40101000\r\n");
    assert_int_equal(arch_fake.poke_count, 3);
}

static void test_mw_stops_at_ctrl_c(void **state)
{
    (void)state;
    console_fake_type(&fake.console, "\x03");
    assert_runs("mw.b 0x40000000 1 1M", 15, "error: mw: interrupted at 0x40001000\r\n");
}

static void test_reset_and_poweroff(void **state)
{
    (void)state;
    assert_runs("reset now", 1, "error: reset: too many words; usage: reset\r\n");
    assert_int_equal(fake.reset_count, 0);
    assert_runs("reset", 0, "");
    assert_int_equal(fake.reset_count, 1);
    assert_runs("poweroff 256", 3, "error: poweroff: CODE 256 is more than 255\r\n");
    assert_runs("poweroff x", 2, "error: poweroff: not a number: 'x'\r\n");
    assert_runs("poweroff 1 2", 1, "error: poweroff: too many words; usage: poweroff [CODE]\r\n");
    assert_int_equal(fake.poweroff_code, -1);
    assert_runs("poweroff 255", 0, "RESULT 255\r\n");
    assert_int_equal(fake.poweroff_code, 255);
    assert_runs("poweroff", 0, "RESULT 0\r\n");
    assert_int_equal(fake.poweroff_code, 0);
}

static void test_autoboot(void **state)
{
    (void)state;
    assert_runs("autoboot 5; autoboot", 0, "autoboot: 5 s, any key stops\r\n");
    strcpy(fake.m.autoboot.word, "stop");
    assert_runs("autoboot", 0, "autoboot: 5 s, typing stop stops\r\n");
    assert_runs("autoboot off; autoboot", 0, "autoboot: off\r\n");
    assert_runs("autoboot run", 13, "error: autoboot: is off; set it first: autoboot SECONDS\r\n");
    assert_runs("autoboot 86401", 3, "error: autoboot: 86401 s is more than 86400 s\r\n");
    assert_runs("autoboot -1", 2, "error: autoboot: not a number: '-1'\r\n");
    assert_runs("autoboot 1 2", 1,
                "error: autoboot: too many words; usage: autoboot [SECONDS|off|run]\r\n");
    assert_int_equal(fake.m.autoboot.seconds, AUTOBOOT_OFF);
}

static void test_autoboot_run(void **state)
{
    (void)state;
    assert_runs("autoboot 0; autoboot run", 13, "error: boot: no kernel\r\n");
    assert_int_equal(boot_count, 1);
    console_fake_type(&fake.console, "x");
    assert_runs("autoboot 9", 0, "");
    console_fake_type(&fake.console, "x");
    assert_runs("autoboot run", 0, "\rAutoboot in 9 s, press any key for the shell \r\n");
    assert_int_equal(boot_count, 1);
}

static void test_help_lists_every_command_once(void **state)
{
    const char *output;

    (void)state;
    assert_int_equal(monitor_fake_run(&fake, "help"), 0);
    output = console_fake_take(&fake.console);
    for (const struct cmd *const *cmd = commands; *cmd; cmd++) {
        char line[128] = "\r\n  ";
        const char *found;

        strcat(line, (*cmd)->name);
        strcat(line, " ");
        found = strstr(output, line);
        assert_non_null(found);
        assert_null(strstr(found + 1, line));
    }
    assert_int_equal(strncmp(output, "Boot\r\n", 6), 0); /* no title of an empty group */
}

static void test_help_explains_one(void **state)
{
    (void)state;
    assert_runs("help sleep", 0,
                "sleep: wait\r\nusage: sleep SECONDS\r\n"
                "  SECONDS  up to 3600, also 0.5; Ctrl-C ends it\r\n"
                "Example: sleep 0.5\r\n");
    assert_prints("help md.b", "usage: md[.b|.w|.l|.q] ADDR [COUNT]\r\n");
    assert_runs("help ecko", 10, "error: help: no such command: ecko; did you mean echo?\r\n");
    assert_runs("help xyzzy", 10, "error: help: no such command: xyzzy\r\n");
    assert_runs("help a b", 1, "error: help: too many words; usage: help [COMMAND]\r\n");
}

/** Every command of the real table, also those that other tests cover. */
static void test_every_command_is_described(void **state)
{
    (void)state;
    for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++) {
        size_t length = strlen((*cmd)->name);

        assert_in_range(length, 1, 10);
        assert_in_range((*cmd)->group, 0, CMD_GROUP_COUNT - 1);
        assert_in_range(strlen((*cmd)->summary), 1, 66);
        assert_memory_equal((*cmd)->usage, (*cmd)->name, length);
        assert_non_null(strstr((*cmd)->help, "Example: "));
        assert_non_null((*cmd)->run);
        for (const struct cmd *const *other = cmd_table; other < cmd; other++) {
            assert_string_not_equal((*cmd)->name, (*other)->name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_echo, setup),
        cmocka_unit_test_setup(test_sleep, setup),
        cmocka_unit_test_setup(test_sleep_refuses, setup),
        cmocka_unit_test_setup(test_sleep_ends_at_ctrl_c, setup),
        cmocka_unit_test_setup(test_time, setup),
        cmocka_unit_test_setup(test_md, setup),
        cmocka_unit_test_setup(test_md_refuses, setup),
        cmocka_unit_test_setup(test_cp, setup),
        cmocka_unit_test_setup(test_cp_of_more_than_a_chunk_onto_itself, setup),
        cmocka_unit_test_setup(test_cp_refuses, setup),
        cmocka_unit_test_setup(test_cmp, setup),
        cmocka_unit_test_setup(test_digests, setup),
        cmocka_unit_test_setup(test_md_faults_behind_the_last_word, setup),
        cmocka_unit_test_setup(test_md_suggests_hex_where_that_is_ram, setup),
        cmocka_unit_test_setup(test_md_stops_at_ctrl_c, setup),
        cmocka_unit_test_setup(test_mw, setup),
        cmocka_unit_test_setup(test_mw_reads_nothing_where_one_word_is_written, setup),
        cmocka_unit_test_setup(test_mw_refuses_and_changes_nothing, setup),
        cmocka_unit_test_setup(test_mw_spares_the_monitor, setup),
        cmocka_unit_test_setup(test_mw_stops_at_ctrl_c, setup),
        cmocka_unit_test_setup(test_reset_and_poweroff, setup),
        cmocka_unit_test_setup(test_autoboot, setup),
        cmocka_unit_test_setup(test_autoboot_run, setup),
        cmocka_unit_test_setup(test_help_lists_every_command_once, setup),
        cmocka_unit_test_setup(test_help_explains_one, setup),
        cmocka_unit_test_setup(test_every_command_is_described, setup),
    };

    return cmocka_run_group_tests_name("cmds_basic", tests, NULL, NULL);
}
