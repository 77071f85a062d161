/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "monitor/shell/parse.h"

static struct parse_command command;
static struct diag d;

/**
 * Parse @line with $? = @status into "word|word" for each command, each with its join
 * (";", "&", "/") in front. Returns parse_next's last result.
 */
static int parse(const char *line, int status, char *out, size_t size)
{
    static const char joins[] = {
        [PARSE_ALWAYS] = ';', [PARSE_IF_OK] = '&', [PARSE_IF_FAILED] = '/'};
    size_t used = 0;
    int rc;

    out[0] = '\0';
    d.text[0] = '\0';
    command.next = PARSE_ALWAYS;
    while ((rc = parse_next(&line, status, &command, &d)) > 0) {
        assert_true(command.argc > 0);
        assert_null(command.argv[command.argc]);
        used += (size_t)snprintf(out + used, size - used, "%c", joins[command.join]);
        for (int i = 0; i < command.argc; i++) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? "|" : "",
                                     command.argv[i]);
        }
    }
    return rc;
}

static void assert_parses(const char *line, const char *expected)
{
    char out[4096];

    assert_int_equal(parse(line, 7, out, sizeof(out)), 0);
    assert_string_equal(out, expected);
}

static void assert_refused(const char *line, int rc, const char *reason)
{
    char out[4096];

    assert_int_equal(parse(line, 7, out, sizeof(out)), rc);
    assert_string_equal(d.text, reason);
}

static void test_words(void **state)
{
    (void)state;
    assert_parses("", "");
    assert_parses(" \t ", "");
    assert_parses("a", ";a");
    assert_parses("  a\tb  c ", ";a|b|c");
    assert_parses("a<b >c =d", ";a<b|>c|=d");
}

static void test_quotes(void **state)
{
    (void)state;
    assert_parses("'a b' \"c d\"", ";a b|c d");
    assert_parses("a'b c'd\"e f\"g", ";ab cde fg");
    assert_parses("'' \"\"", ";|");
    assert_parses("'\"' \"'\"", ";\"|'");
    assert_parses("a\\ b \\' \\\\ \\# \\; \\$?", ";a b|'|\\|#|;|$?");
    assert_parses("'a\\' \"a\\\"b\"", ";a\\|a\"b");
    assert_parses("'a;b' \"c&&d\" e\\|f", ";a;b|c&&d|e|f");
    assert_parses("'a\tb'", ";a\tb");
    assert_parses("caf\xc3\xa9", ";caf\xc3\xa9");
}

static void test_comments(void **state)
{
    (void)state;
    assert_parses("# a; b", "");
    assert_parses("a # b && c 'x", ";a");
    assert_parses("a#b '#' \\#c \"\"#d", ";a#b|#|#c|#d");
    assert_parses("a;#b", ";a");
}

static void test_status(void **state)
{
    char out[64];

    (void)state;
    assert_parses("$? x$?y \"$?\" '$?' $ $x ?$", ";7|x7y|7|$?|$|$x|?$");
    assert_int_equal(parse("$?", 0, out, sizeof(out)), 0);
    assert_string_equal(out, ";0");
    assert_int_equal(parse("$?", -2147483647 - 1, out, sizeof(out)), 0);
    assert_string_equal(out, ";-2147483648");
}

static void test_operators(void **state)
{
    (void)state;
    assert_parses("a;b", ";a;b");
    assert_parses("a&&b||c;d", ";a&b/c;d");
    assert_parses("a x && b y || c", ";a|x&b|y/c");
    assert_parses(";;a; ;b;", ";a;b");
}

static void test_malformed_lines(void **state)
{
    (void)state;
    assert_refused("a 'b", ERR_FORMAT, "quote ' is not closed");
    assert_refused("a \"b'", ERR_FORMAT, "quote \" is not closed");
    assert_refused("a \\", ERR_FORMAT, "nothing after the last \\");
    assert_refused("\"a\\", ERR_FORMAT, "nothing after the last \\");
    assert_refused("&& a", ERR_FORMAT, "no command before &&");
    assert_refused("a; || b", ERR_FORMAT, "no command before ||");
    assert_refused("a &&", ERR_FORMAT, "no command after &&");
    assert_refused("a || # b", ERR_FORMAT, "no command after ||");
    assert_refused("a && ; b", ERR_FORMAT, "no command after &&");
    assert_refused("a && || b", ERR_FORMAT, "no command after &&");
    assert_refused("a & b", ERR_FORMAT, "a lone &: quote it, or did you mean &&?");
    assert_refused("a |b", ERR_FORMAT, "a lone |: quote it, or did you mean ||?");
    assert_refused("a &", ERR_FORMAT, "a lone &: quote it, or did you mean &&?");
    assert_refused("a b\x1b", ERR_FORMAT, "control character 0x1b");
    assert_refused("a '\n'", ERR_FORMAT, "control character 0x0a");
    assert_refused("a \\\x7f", ERR_FORMAT, "control character 0x7f");
}

static void test_number_of_words(void **state)
{
    char line[256] = "";
    char out[256];

    (void)state;
    for (int i = 0; i < PARSE_WORDS_MAX; i++) {
        strcat(line, "x ");
    }
    assert_int_equal(parse(line, 0, out, sizeof(out)), 0);
    strcat(line, "x");
    assert_refused(line, ERR_NOMEM, "more than 32 words in one command");
}

static void test_text_that_grows_beyond_its_buffer(void **state)
{
    char line[2 * PARSE_LINE_BYTES];
    char out[4096];

    (void)state;
    for (size_t i = 0; i < 1022; i += 2) {
        memcpy(line + i, "$?", 3);
    }
    assert_int_equal(parse(line, -2147483647, out, sizeof(out)), ERR_NOMEM);
    assert_int_equal(parse(line, 17, out, sizeof(out)), 0);
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    assert_int_equal(parse(line, 0, out, sizeof(out)), 0);
    assert_int_equal(strlen(out), sizeof(line));
}

static void assert_number(const char *word, uint64_t expected)
{
    uint64_t value = ~expected;

    assert_int_equal(parse_number(word, &value, &d), ERR_OK);
    assert_int_equal(value, expected);
}

static void assert_no_number(const char *word, int rc, const char *reason)
{
    uint64_t value = 42;

    assert_int_equal(parse_number(word, &value, &d), rc);
    assert_string_equal(d.text, reason);
    assert_int_equal(value, 42);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_number("0", 0);
    assert_number("007", 7);
    assert_number("40000000", 40000000);
    assert_number("0x0", 0);
    assert_number("0xdeadBEEF", 0xdeadbeef);
    assert_number("0XfF", 255);
    assert_number("4K", 4096);
    assert_number("2m", 2 << 20);
    assert_number("0x10G", UINT64_C(16) << 30);
    assert_number("18446744073709551615", UINT64_MAX);
    assert_number("0xffffffffffffffff", UINT64_MAX);
    assert_number("0x00000000000000000000001", 1);
    assert_number("17179869183G", UINT64_C(17179869183) << 30);
}

static void test_words_that_are_no_numbers(void **state)
{
    (void)state;
    assert_no_number("", ERR_NUMBER, "not a number: ''");
    assert_no_number("x", ERR_NUMBER, "not a number: 'x'");
    assert_no_number("0x", ERR_NUMBER, "not a number: '0x'");
    assert_no_number("0xg", ERR_NUMBER, "not a number: '0xg'");
    assert_no_number("-1", ERR_NUMBER, "not a number: '-1'");
    assert_no_number("+1", ERR_NUMBER, "not a number: '+1'");
    assert_no_number(" 1", ERR_NUMBER, "not a number: ' 1'");
    assert_no_number("1 ", ERR_NUMBER, "not a number: '1 '");
    assert_no_number("1.5", ERR_NUMBER, "not a number: '1.5'");
    assert_no_number("1KK", ERR_NUMBER, "not a number: '1KK'");
    assert_no_number("K", ERR_NUMBER, "not a number: 'K'");
    assert_no_number("1T", ERR_NUMBER, "not a number: '1T'");
    assert_no_number("4000beef", ERR_NUMBER, "not a number: 4000beef; did you mean 0x4000beef?");
    assert_no_number("ff", ERR_NUMBER, "not a number: ff; did you mean 0xff?");
}

static void test_numbers_beyond_64_bits(void **state)
{
    (void)state;
    assert_no_number("18446744073709551616", ERR_RANGE,
                     "18446744073709551616 takes more than 64 bits");
    assert_no_number("0x10000000000000000", ERR_RANGE,
                     "0x10000000000000000 takes more than 64 bits");
    assert_no_number("17179869184G", ERR_RANGE, "17179869184G takes more than 64 bits");
    assert_no_number("99999999999999999999999999x", ERR_NUMBER,
                     "not a number: '99999999999999999999999999x'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_malformed_lines),
        cmocka_unit_test(test_number_of_words),
        cmocka_unit_test(test_text_that_grows_beyond_its_buffer),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_words_that_are_no_numbers),
        cmocka_unit_test(test_numbers_beyond_64_bits),
    };

    return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
