/* SPDX-License-Identifier: Apache-2.0 */
/* The command run: scripts, uploaded and in memory. */
#include "monitor/shell/script.h"
#include "tests/unit/upload_unit.h"

static void runs(const char *script, int status, const char *printed)
{
    const char *found;

    receive(0, UPLOAD_SCRIPT, "", text(script), 0);
    assert_taken(1);
    found = output("run script", status);
    if (strcmp(found, printed) != 0)
        fail_msg("'%s', not '%s'", found, printed);
}

static void test_script_runs_line_by_line(void **state)
{
    static char longest[PARSE_LINE_BYTES + 200] = "echo ";

    (void)state;
    prints("run", -ERR_NOTFOUND, "there is no script");
    prints("run it", -ERR_USAGE, "unexpected word: it");
    runs("echo a\necho b", 0, "a\r\nb\r\n");
    runs("echo a\r\n\r\n# c\r\n  echo b; echo $?\r\n", 0, "a\r\nb\r\n0\r\n");
    runs("nosuch\necho b", -ERR_NOTFOUND,
         "error: nosuch: no such command, try help\r\nscript: stopped at line 1\r\n");
    runs("echo a; nosuch || echo $?\necho b\n", 0,
         "a\r\nerror: nosuch: no such command, try help\r\n10\r\nb\r\n");
    runs("echo 'a\necho b", -ERR_FORMAT,
         "error: shell: quote ' is not closed\r\nscript: stopped at line 1\r\n");
    memset(longest + 5, 'x', sizeof(longest) - 6);
    receive(0, UPLOAD_SCRIPT, "", text(longest), 0);
    assert_taken(1);
    prints("run", -ERR_NOMEM, "a line is at most 1023 characters");
    runs("run", -ERR_NOMEM,
         "error: run: more than 3 nested scripts\r\nscript: stopped at line 1\r\n"
         "script: stopped at line 1\r\nscript: stopped at line 1\r\n");
    assert_null(m->shell.script);
}

static void test_ctrl_c_stops_a_script(void **state)
{
    (void)state;
    receive(0, UPLOAD_SCRIPT, "", text("echo a\nsleep 10\necho b"), 0);
    assert_taken(1);
    console_fake_send(&boot.fake.console, boot.fake.console.now_us + 5000000, "\3", 1);
    prints("run", -ERR_INTERRUPTED, "a\r\nerror: sleep: ");
    assert_null(m->shell.script);
}

static void test_script_in_memory(void **state)
{
    char *at = (char *)(uintptr_t)(ARCH_FAKE_BASE + MIB(1));

    (void)state;
    strcpy(at, "echo memory");
    prints("run 0x40100000 11", 0, "memory");
    prints("run 0x40100000 12", -ERR_FORMAT, "it has a NUL");
    prints("run 0x40100000", -ERR_USAGE, "unexpected word: 0x40100000");
    prints("run 0x40100000 x", -ERR_NUMBER, "not a number");
    prints("run 0xffffffffffffffff 2", -ERR_RANGE, "pass the end of the address space");
    prints("run 0x10 4", -ERR_FAULT, "fault at 0x10");
    assert_null(m->shell.script);
}

static size_t read_faults(void *context, uint8_t *to, size_t room, unsigned looks)
{
    (void)context;
    (void)to;
    (void)room;
    (void)looks;
    return m->shell.script ? (size_t)arch_peek(0xdead0000, 4) : 0;
}

/* In its text, in a line, or between two lines: a script that a fault ended does not run any more,
 * however many there were, and so the next one does. */
static void test_faults_end_scripts(void **state)
{
    char *at = (char *)(uintptr_t)(ARCH_FAKE_BASE + MIB(1));
    const struct console_ops *sound = m->con.ops;
    struct console_ops faulty = *sound;

    (void)state;
    faulty.read = read_faults;
    strcpy(at, "echo memory\nrun 0x10 4\necho not here");
    for (unsigned i = 0; i < 4; i++) {
        prints("run 0x10 4", -ERR_FAULT, "error: run: fault at 0x10\r\n");
        assert_string_equal(output("run 0x40100000 36", -ERR_FAULT),
                            "memory\r\nerror: run: fault at 0x10\r\n"
                            "script: stopped at line 2\r\n");
        m->con.ops = &faulty;
        assert_string_equal(output("run 0x40100000 36", -ERR_FAULT),
                            "error: run: fault at 0xdead0000\r\n");
        m->con.ops = sound;
        assert_null(m->shell.script);
    }
    assert_string_equal(output("run 0x40100000 11", 0), "memory\r\n");
}

/* Nothing may be received over a script that runs, though another took its slot. */
static void test_running_script_stays(void **state)
{
    static struct script running;
    struct range place, room;

    (void)state;
    receive(0, UPLOAD_SCRIPT, "", text("echo a"), 0);
    assert_taken(1);
    place = bytes_range(plain_bytes(&now()->sources, FIT_SCRIPT));
    running.text = plain_bytes(&now()->sources, FIT_SCRIPT);
    m->shell.script = &running;
    assert_int_equal(drop_uploads(UPLOAD_ANY), ERR_OK);
    assert_non_null(regions_overlap(&now()->busy, place));
    assert_int_equal(busy_room(&m->board, now(), &room, &why), ERR_OK);
    assert_false(range_overlaps(room, place));
    m->shell.script = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_script_runs_line_by_line, set_up),
        cmocka_unit_test_setup(test_ctrl_c_stops_a_script, set_up),
        cmocka_unit_test_setup(test_script_in_memory, set_up),
        cmocka_unit_test_setup(test_faults_end_scripts, set_up),
        cmocka_unit_test_setup(test_running_script_stays, set_up),
    };

    return cmocka_run_group_tests_name("cmd_run", tests, map_window, NULL);
}
