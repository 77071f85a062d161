/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/shell/lineedit.h"
#include "tests/fakes/console_fake.h"

#define UP    "\033[A"
#define DOWN  "\033[B"
#define RIGHT "\033[C"
#define LEFT  "\033[D"

static struct console_fake fake;
static struct console con;
static struct lineedit le;

/** The terminal's current line, as what was printed leaves it. */
static struct screen {
    char text[2 * PARSE_LINE_BYTES];
    size_t cursor;
} screen;

static int setup(void **state)
{
    (void)state;
    console_fake_init(&fake, &con);
    lineedit_init(&le, &con, "> ");
    memset(&screen, 0, sizeof(screen));
    lineedit_begin(&le);
    return 0;
}

/** Carry out what was printed. It may use \r, \n, \b, \a, ESC [ K, ESC [ H and ESC [ 2 J. */
static void update_screen(void)
{
    const char *p = console_fake_take(&fake);

    for (; *p != '\0'; p++) {
        if (*p == '\n' || strncmp(p, "\033[2J", 4) == 0) {
            memset(&screen, 0, sizeof(screen));
            p += *p == '\n' ? 0 : 3;
        } else if (*p == '\r' || strncmp(p, "\033[H", 3) == 0) {
            screen.cursor = 0;
            p += *p == '\r' ? 0 : 2;
        } else if (*p == '\b') {
            assert_true(screen.cursor > 0);
            screen.cursor--;
        } else if (strncmp(p, "\033[K", 3) == 0) {
            memset(screen.text + screen.cursor, 0, sizeof(screen.text) - screen.cursor);
            p += 2;
        } else if (*p != '\a') {
            assert_true(*p >= ' ');
            screen.text[screen.cursor++] = *p;
        }
    }
}

/** Type @keys; each must leave the terminal with prompt, line and cursor as they are. */
static enum lineedit_event feed(const char *keys)
{
    enum lineedit_event event = LINEEDIT_MORE;
    char expected[PARSE_LINE_BYTES + 2];

    for (; *keys != '\0'; keys++) {
        event = lineedit_feed(&le, (unsigned char)*keys);
        assert_int_equal(strlen(le.line), le.length);
        assert_true(le.cursor <= le.length);
        update_screen();
        if (event == LINEEDIT_MORE) {
            (void)snprintf(expected, sizeof(expected), "> %s", le.line);
            assert_string_equal(screen.text, expected);
            assert_int_equal(screen.cursor, le.cursor + 2);
        }
    }
    return event;
}

/** Begin a line on an empty screen. */
static void begin(void)
{
    (void)console_fake_take(&fake);
    memset(&screen, 0, sizeof(screen));
    lineedit_begin(&le);
    update_screen();
}

/** Type @keys on an empty line and expect @line with the cursor at @cursor. */
static void assert_edits(const char *keys, const char *line, size_t cursor)
{
    begin();
    assert_int_equal(feed(keys), LINEEDIT_MORE);
    assert_string_equal(le.line, line);
    assert_int_equal(le.cursor, cursor);
}

/** Type and enter @line, then begin the next one. */
static void enter(const char *line)
{
    feed(line);
    assert_int_equal(feed("\r"), LINEEDIT_LINE);
    begin();
}

static void test_typing_and_enter(void **state)
{
    (void)state;
    assert_string_equal(console_fake_take(&fake), "> ");
    begin();
    assert_int_equal(feed("help md"), LINEEDIT_MORE);
    assert_int_equal(feed("\r"), LINEEDIT_LINE);
    assert_string_equal(le.line, "help md");
    assert_string_equal(screen.text, "");
}

static void test_cr_lf_and_crlf_are_one_enter(void **state)
{
    (void)state;
    assert_int_equal(feed("\r"), LINEEDIT_LINE);
    begin();
    assert_int_equal(feed("\n"), LINEEDIT_MORE);
    assert_int_equal(feed("\n"), LINEEDIT_LINE);
    begin();
    assert_int_equal(feed("\n"), LINEEDIT_LINE);
    begin();
    assert_int_equal(feed("\r"), LINEEDIT_LINE);
}

static void test_moving(void **state)
{
    static const char *const homes[] = {"\x01", "\033[H", "\033OH", "\033[1~", "\033[7~"};
    static const char *const ends[] = {"\x05", "\033[F", "\033OF", "\033[4~", "\033[8~"};
    char keys[64];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(keys, sizeof(keys), "bc%sa", homes[i]);
        assert_edits(keys, "abc", 1);
        (void)snprintf(keys, sizeof(keys), "bc%sa%sd", homes[i], ends[i]);
        assert_edits(keys, "abcd", 4);
    }
    assert_edits("ac" LEFT "b", "abc", 2);
    assert_edits("ac\x02"
                 "b",
                 "abc", 2);
    assert_edits("ac\033ODb\033OCd", "abcd", 4);
    assert_edits("ab" LEFT LEFT LEFT "x" RIGHT RIGHT RIGHT "y", "xaby", 4);
    assert_edits("b\x01"
                 "a\x06"
                 "c",
                 "abc", 3);
}

static void test_moving_by_word(void **state)
{
    (void)state;
    assert_edits("one two\033b", "one two", 4);
    assert_edits("one  two  \033b\033b", "one  two  ", 0);
    assert_edits("one two\x01\033f", "one two", 3);
    assert_edits("one two\x01\033f\033f\033f", "one two", 7);
    assert_edits("one two\033[1;5D\033[1;3D\033[1;5C", "one two", 3);
}

static void test_erasing(void **state)
{
    (void)state;
    assert_edits("abc\b", "ab", 2);
    assert_edits("abc\x7f\x7f\x7f\x7f", "", 0);
    assert_edits("abc" LEFT "\b", "ac", 1);
    assert_edits("abc" LEFT LEFT "\033[3~", "ac", 1);
    assert_edits("abc" LEFT LEFT "\x04", "ac", 1);
    assert_edits("abc\033[3~\x04", "abc", 3);
    assert_edits("\x04\b\033[3~", "", 0);
}

static void test_kill_and_yank(void **state)
{
    (void)state;
    assert_edits("\x19", "", 0);
    assert_edits("one two\x17", "one ", 4);
    assert_edits("one two  \x17\x17", "", 0);
    assert_edits("one two\033b\x0b", "one ", 4);
    assert_edits("one two\033b\x15", "two", 0);
    assert_edits("one two\033b\x0b\x19\x19", "one twotwo", 10);
    assert_edits("one two\x01\x15\x05\x0b\x19", "one twotwo",
                 10); /* nothing killed, nothing lost */
}

static void test_yank_never_overflows(void **state)
{
    (void)state;
    for (int i = 0; i < 600; i++) {
        feed("x");
    }
    feed("\x15\x19\x19");
    assert_int_equal(le.length, 600);
}

static void test_history(void **state)
{
    (void)state;
    enter("one");
    enter("two");
    assert_edits(UP, "two", 3);
    assert_edits(UP UP, "one", 3);
    assert_edits(UP UP UP, "one", 3);
    assert_edits(UP UP DOWN, "two", 3);
    assert_edits("new" UP DOWN, "new", 3);
    assert_edits("new" UP UP DOWN DOWN DOWN, "new", 3);
    assert_edits(DOWN, "", 0);
    assert_edits("\x10\x10\x0e", "two", 3);
    assert_edits("\033OA\033OA\033OB", "two", 3);
    assert_edits(UP "x" UP DOWN, "two", 3); /* a changed line is a new one when it is entered */
}

static void test_history_keeps_no_neighbours_twice_and_no_empty_lines(void **state)
{
    (void)state;
    enter("one");
    enter("two");
    enter("two");
    enter("");
    assert_edits(UP UP, "one", 3);
    enter("");
    enter("one");
    assert_edits(UP UP UP, "one", 3);
}

static void test_history_drops_the_oldest(void **state)
{
    char line[32];
    unsigned count = 0;

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(line, sizeof(line), "line number %u", i);
        enter(line);
    }
    for (unsigned i = 999; le.history_position > 0; i--, count++) {
        feed(UP);
        (void)snprintf(line, sizeof(line), "line number %u", i);
        assert_string_equal(le.line, line);
    }
    assert_int_equal(count, LINEEDIT_HISTORY_BYTES / sizeof("line number 999"));
}

static void test_history_of_longest_lines(void **state)
{
    (void)state;
    for (int n = 0; n < 6; n++) {
        for (int i = 0; i < PARSE_LINE_BYTES - 1; i++) {
            char key[2] = {(char)('a' + n), '\0'};

            assert_int_equal(lineedit_feed(&le, (unsigned char)key[0]), LINEEDIT_MORE);
        }
        assert_int_equal(lineedit_feed(&le, '\r'), LINEEDIT_LINE);
        lineedit_begin(&le);
    }
    assert_int_equal(le.history_bytes, LINEEDIT_HISTORY_BYTES);
    assert_int_equal(le.history[0], 'c');
}

static void test_ctrl_c_drops_the_line(void **state)
{
    (void)state;
    feed("abc" LEFT);
    assert_int_equal(lineedit_feed(&le, 0x03), LINEEDIT_CANCEL);
    assert_string_equal(console_fake_take(&fake), "c^C\r\n");
    lineedit_begin(&le);
    assert_string_equal(le.line, "");
    update_screen();
    assert_edits(UP, "", 0); /* not remembered */
}

static void test_ctrl_l_and_redraw(void **state)
{
    (void)state;
    assert_edits("abc" LEFT "\x0c", "abc", 2);
}

static void test_tab_asks_for_completion(void **state)
{
    (void)state;
    assert_int_equal(feed("a\t"), LINEEDIT_COMPLETE);
    assert_false(le.tab_again);
    assert_int_equal(feed("\t"), LINEEDIT_COMPLETE);
    assert_true(le.tab_again);
    feed("b");
    assert_int_equal(feed("\t"), LINEEDIT_COMPLETE);
    assert_false(le.tab_again);
    lineedit_insert(&le, "cd ");
    update_screen();
    assert_edits("x", "x", 1);
}

static void test_insert_in_the_middle(void **state)
{
    (void)state;
    feed("ad" LEFT);
    lineedit_insert(&le, "bc");
    update_screen();
    assert_string_equal(le.line, "abcd");
    assert_string_equal(screen.text, "> abcd");
    assert_int_equal(screen.cursor, 5);
}

static void fill(size_t count)
{
    while (count-- > 0) {
        assert_int_equal(lineedit_feed(&le, 'x'), LINEEDIT_MORE);
    }
}

static void test_the_longest_line(void **state)
{
    (void)state;
    fill(PARSE_LINE_BYTES - 1);
    assert_int_equal(lineedit_feed(&le, '\r'), LINEEDIT_LINE);
    assert_int_equal(strlen(le.line), PARSE_LINE_BYTES - 1);
}

static void test_a_longer_line_is_refused(void **state)
{
    (void)state;
    fill(PARSE_LINE_BYTES);
    assert_int_equal(lineedit_feed(&le, '\b'), LINEEDIT_MORE); /* what was lost stays lost */
    assert_int_equal(lineedit_feed(&le, '\r'), LINEEDIT_OVERFLOW);
    lineedit_begin(&le);
    assert_int_equal(lineedit_feed(&le, '\r'), LINEEDIT_LINE);
    assert_int_equal(le.history_bytes, 0);
}

static void test_a_longer_line_rings_once(void **state)
{
    const char *p;
    unsigned bells = 0;

    (void)state;
    fill(PARSE_LINE_BYTES + 100);
    for (p = console_fake_take(&fake); *p != '\0'; p++) {
        bells += *p == '\a';
    }
    assert_int_equal(bells, 1);
}

static void test_a_longer_line_can_be_killed(void **state)
{
    (void)state;
    fill(PARSE_LINE_BYTES + 5);
    assert_int_equal(lineedit_feed(&le, 0x15), LINEEDIT_MORE);
    assert_int_equal(lineedit_feed(&le, 'a'), LINEEDIT_MORE);
    assert_int_equal(lineedit_feed(&le, '\r'), LINEEDIT_LINE);
    assert_string_equal(le.line, "a");
}

static void test_bytes_that_are_ignored(void **state)
{
    (void)state;
    assert_int_equal(lineedit_feed(&le, 0), LINEEDIT_MORE);
    for (unsigned byte = 0x80; byte < 0x100; byte++) {
        assert_int_equal(lineedit_feed(&le, (unsigned char)byte), LINEEDIT_MORE);
    }
    assert_int_equal(le.length, 0);
    assert_string_equal(console_fake_take(&fake), "> ");
}

static void test_broken_escapes_cost_one_byte_at_most(void **state)
{
    (void)state;
    assert_edits("\033xab", "ab", 2);
    assert_edits("\033\033[Aab", "ab", 2);
    assert_edits("\033[\033[Dab", "ab", 2);
    assert_edits("a\033\bb", "b", 1);
    assert_edits("\033[99999999999999999999~ab", "ab", 2);
    assert_edits("\033[200~ab\033[201~", "ab", 2);
    assert_edits("\033[[Aab", "ab", 2);
    assert_edits("\033[?1;2cab", "ab", 2);
    assert_edits("\033[5~\033[6~\033[2~\033OPab", "ab", 2);
    assert_int_equal(feed("\033\r"), LINEEDIT_LINE);
    begin();
    feed("\033[1;");
    assert_int_equal(lineedit_feed(&le, 0x03), LINEEDIT_CANCEL);
}

static void test_random_bytes_keep_line_and_screen_in_step(void **state)
{
    (void)state;
    srand(1);
    begin();
    for (int i = 0; i < 50000; i++) {
        /* Mostly letters and editing keys; Enter and Ctrl-C now and then. */
        static const char keys[] =
            "abc  \b\x01\x02\x05\x06\x04\x0b\x15\x17\x19\x10\x0e\033[ABCD1;5~O";
        unsigned char byte = (unsigned char)rand();

        if (rand() % 8 != 0) {
            byte = (unsigned char)keys[(size_t)rand() % (sizeof(keys) - 1)];
        }
        if (byte != 0 && feed((char[]){(char)byte, '\0'}) != LINEEDIT_MORE) {
            begin();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_typing_and_enter, setup),
        cmocka_unit_test_setup(test_cr_lf_and_crlf_are_one_enter, setup),
        cmocka_unit_test_setup(test_moving, setup),
        cmocka_unit_test_setup(test_moving_by_word, setup),
        cmocka_unit_test_setup(test_erasing, setup),
        cmocka_unit_test_setup(test_kill_and_yank, setup),
        cmocka_unit_test_setup(test_yank_never_overflows, setup),
        cmocka_unit_test_setup(test_history, setup),
        cmocka_unit_test_setup(test_history_keeps_no_neighbours_twice_and_no_empty_lines, setup),
        cmocka_unit_test_setup(test_history_drops_the_oldest, setup),
        cmocka_unit_test_setup(test_history_of_longest_lines, setup),
        cmocka_unit_test_setup(test_ctrl_c_drops_the_line, setup),
        cmocka_unit_test_setup(test_ctrl_l_and_redraw, setup),
        cmocka_unit_test_setup(test_tab_asks_for_completion, setup),
        cmocka_unit_test_setup(test_insert_in_the_middle, setup),
        cmocka_unit_test_setup(test_the_longest_line, setup),
        cmocka_unit_test_setup(test_a_longer_line_is_refused, setup),
        cmocka_unit_test_setup(test_a_longer_line_rings_once, setup),
        cmocka_unit_test_setup(test_a_longer_line_can_be_killed, setup),
        cmocka_unit_test_setup(test_bytes_that_are_ignored, setup),
        cmocka_unit_test_setup(test_broken_escapes_cost_one_byte_at_most, setup),
        cmocka_unit_test_setup(test_random_bytes_keep_line_and_screen_in_step, setup),
    };

    return cmocka_run_group_tests_name("lineedit", tests, NULL, NULL);
}
