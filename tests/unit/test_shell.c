/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/shell/complete.h"
#include "tests/fakes/monitor_fake.h"

static struct monitor_fake fake;

/** Commands of the test: each run is noted as NAME(WORDS). */
static char ran[4096];

static void note(int argc, char **argv)
{
    strcat(ran, argv[0]);
    strcat(ran, "(");
    for (int i = 1; i < argc; i++) {
        strcat(ran, argv[i]);
        strcat(ran, i + 1 < argc ? " " : "");
    }
    strcat(ran, ")");
}

static int run_ok(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)m;
    (void)d;
    note(argc, argv);
    return ERR_OK;
}

static int run_fail(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)m;
    note(argc, argv);
    return diag_set(d, ERR_RANGE, "%s is too much", argc > 1 ? argv[1] : "nothing");
}

static int run_usage(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)m;
    note(argc, argv);
    return diag_set(d, ERR_USAGE, "missing X");
}

static int run_fault(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)m;
    (void)d;
    note(argc, argv);
    return (int)arch_peek(0xdead0000, 4);
}

static int run_inner(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)d;
    note(1, argv);
    return shell_run_command(&m->shell, argc - 1, argv + 1);
}

static int run_slow(struct monitor *m, int argc, char **argv, struct diag *d)
{
    note(argc, argv);
    return console_sleep(&m->con, 1000000) == ERR_OK ? ERR_OK
                                                     : diag_set(d, ERR_INTERRUPTED, "interrupted");
}

/** Ends in success although Ctrl-C came. */
static int run_deaf(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)console_sleep(&m->con, 1000000);
    return run_ok(m, argc, argv, d);
}

static const char subcommands[] = "find\0check\0cheer\0";

#define COMMAND(word, function) \
    .name = word, .usage = word " X", .words_max = PARSE_WORDS_MAX, .run = function

static const struct cmd ok = {COMMAND("ok", run_ok)};
static const struct cmd fail = {COMMAND("fail", run_fail)};
static const struct cmd usage = {COMMAND("usage", run_usage)};
static const struct cmd fault = {COMMAND("fault", run_fault)};
static const struct cmd inner = {COMMAND("inner", run_inner), .completes_commands = true};
static const struct cmd slow = {COMMAND("slow", run_slow)};
static const struct cmd deaf = {COMMAND("deaf", run_deaf)};
static const struct cmd wide = {COMMAND("wide", run_ok), .takes_width = true};
static const struct cmd tree = {COMMAND("tree", run_ok), .subcommands = subcommands,
                                .completes_paths = true};

static const struct cmd pair = {
    .name = "pair", .usage = "pair A [B]", .words_min = 1, .words_max = 2, .run = run_ok};

static const struct cmd *const commands[] = {&ok,   &fail, &usage, &fault, &inner, &slow,
                                             &deaf, &wide, &tree,  &pair,  NULL};

static int setup(void **state)
{
    (void)state;
    monitor_fake_init(&fake, commands);
    ran[0] = '\0';
    return 0;
}

/** Run @line and expect the notes of its commands, its status and its output. */
static void assert_runs(const char *line, const char *notes, int status, const char *output)
{
    ran[0] = '\0';
    assert_int_equal(monitor_fake_run(&fake, line), status);
    assert_int_equal(fake.m.shell.status, status);
    assert_string_equal(ran, notes);
    assert_string_equal(console_fake_take(&fake.console), output);
}

#define TOO_MUCH "error: fail: nothing is too much\r\n"

static void test_words_and_status(void **state)
{
    (void)state;
    assert_runs("ok a 'b c'", "ok(a b c)", 0, "");
    assert_runs("fail", "fail()", 3, TOO_MUCH);
    assert_runs("", "", 3, "");
    assert_runs(" # nothing", "", 3, "");
    assert_runs("ok $?", "ok(3)", 0, "");
    assert_runs("fail 9; ok $?; ok $?", "fail(9)ok(3)ok(0)", 0, "error: fail: 9 is too much\r\n");
}

static void test_operators_are_left_associative(void **state)
{
    (void)state;
    assert_runs("ok 1 && ok 2", "ok(1)ok(2)", 0, "");
    assert_runs("fail && ok 2", "fail()", 3, TOO_MUCH);
    assert_runs("ok 1 || ok 2", "ok(1)", 0, "");
    assert_runs("fail || ok 2", "fail()ok(2)", 0, TOO_MUCH);
    assert_runs("fail && ok 2 || ok 3", "fail()ok(3)", 0, TOO_MUCH);
    assert_runs("ok 1 || ok 2 && ok 3", "ok(1)ok(3)", 0, "");
    assert_runs("ok 1 && fail || ok 3", "ok(1)fail()ok(3)", 0, TOO_MUCH);
    assert_runs("fail && ok 2; ok 3", "fail()ok(3)", 0, TOO_MUCH);
    assert_runs("fail || fail && ok 3", "fail()fail()", 3, TOO_MUCH TOO_MUCH);
}

static void test_errors_are_one_line(void **state)
{
    (void)state;
    assert_runs("usage", "usage()", 1, "error: usage: missing X; usage: usage X\r\n");
    assert_runs("nonsense", "", 10, "error: nonsense: no such command, try help\r\n");
    assert_runs("''", "", 10, "error: '': no such command, try help\r\n");
    fake.m.con.quiet = true;
    assert_runs("fail", "fail()", 3, TOO_MUCH);
    assert_true(fake.m.con.quiet);
}

static void test_suggestions(void **state)
{
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        {"fial", "fail"},  {"fai", "fail"},  {"faill", "fail"}, {"fael", "fail"},
        {"ault", "fault"}, {"inn", "inner"}, {"kok", "ok"},     {"usgae", "usage"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(command_suggest(commands, cases[i].typed), cases[i].meant);
    }
    assert_null(command_suggest(commands, "fxxl"));
    assert_null(command_suggest(commands, "usagexx"));
    assert_null(command_suggest(commands, "saul"));
    assert_runs("fial", "", 10, "error: fial: no such command, try help; did you mean fail?\r\n");
}

static void test_find_by_name_and_width(void **state)
{
    (void)state;
    assert_ptr_equal(command_find(commands, "ok"), &ok);
    assert_ptr_equal(command_find(commands, "wide"), &wide);
    assert_ptr_equal(command_find(commands, "wide.b"), &wide);
    assert_ptr_equal(command_find(commands, "wide.q"), &wide);
    assert_null(command_find(commands, "wide."));
    assert_null(command_find(commands, "wide.x"));
    assert_null(command_find(commands, "wide.bb"));
    assert_null(command_find(commands, "ok.b"));
    assert_null(command_find(commands, "o"));
    assert_null(command_find(commands, "okk"));
    assert_null(command_find(commands, ""));
}

static void test_a_malformed_line_runs_nothing(void **state)
{
    (void)state;
    assert_runs("ok 1; ok 'x", "", 8, "error: shell: quote ' is not closed\r\n");
    assert_runs("ok 1 && ", "", 8, "error: shell: no command after &&\r\n");
    assert_runs("ok 1; ok 2 & ok 3", "", 8,
                "error: shell: a lone &: quote it, or did you mean &&?\r\n");
}

#define TOO_LONG "error: shell: a line is at most 1023 characters; nothing of it was run\r\n"

static void test_a_line_that_is_too_long_runs_nothing(void **state)
{
    char line[PARSE_LINE_BYTES + 1];

    (void)state;
    memset(line, ' ', sizeof(line));
    memcpy(line, "ok", 2);
    line[PARSE_LINE_BYTES] = '\0';
    assert_runs(line, "", 6, TOO_LONG);
    line[PARSE_LINE_BYTES - 1] = '\0';
    assert_runs(line, "ok()", 0, "");
}

static void test_a_fault_gives_the_prompt_back(void **state)
{
    (void)state;
    assert_runs("fault || ok $?", "fault()ok(14)", 0, "error: fault: fault at 0xdead0000\r\n");
}

static void test_an_inner_failure_is_reported_once(void **state)
{
    (void)state;
    assert_runs("inner fail", "inner()fail()", 3, TOO_MUCH);
}

static void test_ctrl_c_ends_the_whole_line(void **state)
{
    (void)state;
    console_fake_send(&fake.console, 500000, "\x03", 1);
    assert_runs("slow; ok || ok", "slow()", 15, "error: slow: interrupted\r\n");
    console_fake_send(&fake.console, 800000, "\x03", 1);
    assert_runs("deaf; ok", "deaf()", 15, "error: ok: interrupted\r\n");
    assert_runs("deaf; ok", "deaf()ok()", 0, "");
}

static void test_ctrl_c_of_before_does_not_count(void **state)
{
    (void)state;
    fake.m.con.interrupted = true;
    assert_runs("slow", "slow()", 0, "");
}

/** Type @keys into the shell's loop until it has been idle for a second. */
static const char *loop(const char *keys)
{
    fake.m.shell.idle_boot_seconds = 1;
    console_fake_type(&fake.console, keys);
    assert_int_equal(shell_loop(&fake.m.shell), ERR_TIMEOUT);
    return console_fake_take(&fake.console);
}

static void test_loop(void **state)
{
    (void)state;
    assert_string_equal(loop("ok 1\r\nfail\r"), SHELL_PROMPT
                        "ok 1\r\n" SHELL_PROMPT "fail\r\n" TOO_MUCH SHELL_PROMPT "\r\n");
    assert_string_equal(ran, "ok(1)fail()");
}

static void test_loop_cancel_and_overflow(void **state)
{
    char keys[PARSE_LINE_BYTES + 8];
    const char *output;

    (void)state;
    memset(keys, 'x', sizeof(keys));
    memcpy(keys + PARSE_LINE_BYTES, "\rok 2\r", 7);
    output = loop(keys);
    assert_non_null(strstr(output, "\a\r\n" TOO_LONG SHELL_PROMPT "ok 2\r\n" SHELL_PROMPT));
    assert_string_equal(ran, "ok(2)");
    assert_string_equal(loop("ok 3\x03"), SHELL_PROMPT "ok 3^C\r\n" SHELL_PROMPT "\r\n");
    assert_string_equal(ran, "ok(2)");
}

static void test_type_ahead_survives_a_running_command(void **state)
{
    (void)state;
    loop("slow\rok 1\r");
    assert_string_equal(ran, "slow()ok(1)");
}

static void test_idle_counts_from_the_last_key_on_an_empty_line(void **state)
{
    struct shell *sh = &fake.m.shell;

    (void)state;
    sh->idle_boot_seconds = 10;
    console_fake_send(&fake.console, 9000000, "x", 1);
    console_fake_send(&fake.console, 90000000, "\b", 1); /* a line begun is never left */
    assert_int_equal(shell_loop(sh), ERR_TIMEOUT);
    assert_int_equal(fake.console.now_us, 100000000);
    sh->idle_boot_seconds = 0;
    assert_int_equal(shell_loop(sh), ERR_TIMEOUT);
    assert_int_equal(fake.console.now_us, 100000000);
}

/** Type @keys on an empty line and expect @line, its end. */
static void assert_completes(const char *keys, const char *line)
{
    lineedit_begin(&fake.m.shell.edit);
    for (; *keys != '\0'; keys++) {
        shell_feed(&fake.m.shell, (unsigned char)*keys);
    }
    assert_string_equal(fake.m.shell.edit.line, line);
}

static void test_completes_commands(void **state)
{
    (void)state;
    assert_completes("o\t", "ok ");
    assert_completes("f\t", "fa");
    assert_completes("fai\t", "fail ");
    assert_completes("x\t", "x");
    assert_completes("\t", "");
    assert_completes("ok x; us\t", "ok x; usage ");
    assert_completes("ok&&us\t", "ok&&usage ");
    assert_completes("ok || us\t", "ok || usage ");
    assert_completes("ok us\t", "ok us");
    assert_completes("  us\t", "  usage ");
    assert_completes("ok 'a; us\t", "ok 'a; us");
    assert_completes("ok 'a'; us\t", "ok 'a'; usage ");
    assert_completes("inner us\t", "inner usage ");
    assert_completes("inner inner ok us\t", "inner inner ok us");
}

static void test_counts_words(void **state)
{
    (void)state;
    assert_runs("pair", "", 1, "error: pair: too few words; usage: pair A [B]\r\n");
    assert_runs("pair a", "pair(a)", 0, "");
    assert_runs("pair a b", "pair(a b)", 0, "");
    assert_runs("pair a b c", "", 1, "error: pair: too many words; usage: pair A [B]\r\n");
}

static void test_completes_subcommands(void **state)
{
    (void)state;
    assert_completes("tree f\t", "tree find ");
    assert_completes("tree c\t", "tree che");
    assert_completes("tree check f\t", "tree check f");
    assert_completes("inner tree fi\t", "inner tree find ");
    assert_completes("ok f\t", "ok f");
}

static void test_completes_paths(void **state)
{
    (void)state;
    assert_completes("tree /ch\t", "tree /chosen ");
    assert_completes("tree /c\t", "tree /c");
    assert_completes("tree /cp\t", "tree /cpus/");
    assert_completes("tree /cpus/\t", "tree /cpus/cpu@");
    assert_completes("tree /cpus/cpu@1\t", "tree /cpus/cpu@1 ");
    assert_completes("tree /cpus/cpu@1/\t", "tree /cpus/cpu@1/");
    assert_completes("tree /nothing/c\t", "tree /nothing/c");
    assert_completes("tree find /me\t", "tree find /memory@40000000 ");
    assert_completes("tree //ch\t", "tree //chosen ");
    assert_completes("ok /ch\t", "ok /ch");
    fake.m.shell.fdt = NULL;
    assert_completes("tree /ch\t", "tree /ch");
}

static void test_completes_in_the_middle_of_a_line(void **state)
{
    (void)state;
    assert_completes("tree /cp x\x02\x02\t", "tree /cpus/ x");
    assert_int_equal(fake.m.shell.edit.cursor, strlen("tree /cpus/"));
}

static void test_second_tab_lists(void **state)
{
    (void)state;
    (void)console_fake_take(&fake.console);
    assert_completes("fa\t", "fa");
    assert_string_equal(console_fake_take(&fake.console), SHELL_PROMPT "fa\a");
    shell_feed(&fake.m.shell, '\t');
    assert_string_equal(console_fake_take(&fake.console),
                        "\r\n  fail  fault\r\n" SHELL_PROMPT "fa");
    assert_completes("tree /cpus/\t\t", "tree /cpus/cpu@");
    assert_non_null(strstr(console_fake_take(&fake.console), "\r\n  cpu@0  cpu@1\r\n"));
}

static void test_every_byte_leaves_a_live_prompt(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            shell_feed(&fake.m.shell, (unsigned char)first);
            shell_feed(&fake.m.shell, (unsigned char)second);
            (void)console_fake_take(&fake.console);
        }
        shell_feed(&fake.m.shell, 0x03);
    }
    assert_runs("ok live", "ok(live)", 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_words_and_status, setup),
        cmocka_unit_test_setup(test_operators_are_left_associative, setup),
        cmocka_unit_test_setup(test_errors_are_one_line, setup),
        cmocka_unit_test_setup(test_suggestions, setup),
        cmocka_unit_test_setup(test_find_by_name_and_width, setup),
        cmocka_unit_test_setup(test_a_malformed_line_runs_nothing, setup),
        cmocka_unit_test_setup(test_a_line_that_is_too_long_runs_nothing, setup),
        cmocka_unit_test_setup(test_a_fault_gives_the_prompt_back, setup),
        cmocka_unit_test_setup(test_an_inner_failure_is_reported_once, setup),
        cmocka_unit_test_setup(test_ctrl_c_ends_the_whole_line, setup),
        cmocka_unit_test_setup(test_ctrl_c_of_before_does_not_count, setup),
        cmocka_unit_test_setup(test_loop, setup),
        cmocka_unit_test_setup(test_loop_cancel_and_overflow, setup),
        cmocka_unit_test_setup(test_type_ahead_survives_a_running_command, setup),
        cmocka_unit_test_setup(test_idle_counts_from_the_last_key_on_an_empty_line, setup),
        cmocka_unit_test_setup(test_completes_commands, setup),
        cmocka_unit_test_setup(test_counts_words, setup),
        cmocka_unit_test_setup(test_completes_subcommands, setup),
        cmocka_unit_test_setup(test_completes_paths, setup),
        cmocka_unit_test_setup(test_completes_in_the_middle_of_a_line, setup),
        cmocka_unit_test_setup(test_second_tab_lists, setup),
        cmocka_unit_test_setup(test_every_byte_leaves_a_live_prompt, setup),
    };

    return cmocka_run_group_tests_name("shell", tests, NULL, NULL);
}
