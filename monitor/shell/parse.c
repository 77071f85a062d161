/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/parse.h"

#include <stdbool.h>
#include <string.h>

#include "monitor/base/range.h"
#include "monitor/base/text.h"

/** Where the text of the words goes. */
struct writer {
    char *at;
    char *end;
};

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

static int put(struct writer *w, const char *text, size_t size, struct diag *d)
{
    if (size > (size_t)(w->end - w->at)) {
        return diag_set(d, ERR_NOMEM, "the words of one command take more than %d bytes",
                        2 * PARSE_LINE_BYTES);
    }
    memcpy(w->at, text, size);
    w->at += size;
    return ERR_OK;
}

static int put_status(struct writer *w, int status, struct diag *d)
{
    char text[12] = "";

    (void)text_add(text, sizeof(text), "%d", status);
    return put(w, text, strlen(text), d);
}

static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

/** Copy one word, without its quotes and with its terminator, and move *@cursor behind it. */
static int take_word(const char **cursor, int status, struct writer *w, struct diag *d)
{
    const char *p = *cursor;
    char quote = '\0';
    int rc = ERR_OK;

    for (; *p != '\0' && (quote != '\0' || strchr(" \t;&|", *p) == NULL) && rc == ERR_OK; p++) {
        if (quote == '\0' && (*p == '\'' || *p == '"')) {
            quote = *p;
        } else if (*p == quote) {
            quote = '\0';
        } else if (quote != '\'' && p[0] == '$' && p[1] == '?') {
            p++;
            rc = put_status(w, status, d);
        } else {
            if (quote != '\'' && *p == '\\' && *++p == '\0') {
                return diag_set(d, ERR_FORMAT, "nothing after the last \\");
            }
            if (is_control(*p)) {
                return diag_set(d, ERR_FORMAT, "control character 0x%02x", (unsigned)*p);
            }
            rc = put(w, p, 1, d);
        }
    }
    if (rc == ERR_OK && quote != '\0') {
        return diag_set(d, ERR_FORMAT, "quote %c is not closed", quote);
    }
    *cursor = p;
    return rc == ERR_OK ? put(w, "", 1, d) : rc;
}

/** Take the words up to the next operator, comment or end. */
static int take_words(const char **cursor, int status, struct parse_command *out, struct diag *d)
{
    struct writer w = {out->text, out->text + sizeof(out->text)};

    out->argc = 0;
    for (;;) {
        int rc;

        *cursor = skip_blanks(*cursor);
        if (**cursor == '#') {
            *cursor += strlen(*cursor);
        }
        if (**cursor == '\0' || strchr(";&|", **cursor) != NULL) {
            out->argv[out->argc] = NULL;
            return ERR_OK;
        }
        if (out->argc == PARSE_WORDS_MAX) {
            return diag_set(d, ERR_NOMEM, "more than %d words in one command", PARSE_WORDS_MAX);
        }
        out->argv[out->argc++] = w.at;
        rc = take_word(cursor, status, &w, d);
        if (rc != ERR_OK) {
            return rc;
        }
    }
}

/** Take what joins the next command. */
static int take_operator(const char **cursor, enum parse_join *join, struct diag *d)
{
    char c = **cursor;

    *join = PARSE_ALWAYS;
    if (c == '\0') {
        return ERR_OK;
    }
    ++*cursor;
    if (c == ';') {
        return ERR_OK;
    }
    if (**cursor != c) {
        return diag_set(d, ERR_FORMAT, "a lone %c: quote it, or did you mean %c%c?", c, c, c);
    }
    ++*cursor;
    *join = c == '&' ? PARSE_IF_OK : PARSE_IF_FAILED;
    return ERR_OK;
}

static const char *join_name(enum parse_join join)
{
    return join == PARSE_IF_OK ? "&&" : "||";
}

int parse_next(const char **cursor, int status, struct parse_command *out, struct diag *d)
{
    do {
        int rc;

        out->join = out->next;
        rc = take_words(cursor, status, out, d);
        if (rc == ERR_OK && out->argc == 0 && **cursor == '\0' && out->join == PARSE_ALWAYS) {
            return 0;
        }
        rc = rc == ERR_OK ? take_operator(cursor, &out->next, d) : rc;
        if (rc != ERR_OK) {
            return rc;
        }
        if (out->argc == 0 && out->join != PARSE_ALWAYS) {
            return diag_set(d, ERR_FORMAT, "no command after %s", join_name(out->join));
        }
        if (out->argc == 0 && out->next != PARSE_ALWAYS) {
            return diag_set(d, ERR_FORMAT, "no command before %s", join_name(out->next));
        }
    } while (out->argc == 0);
    return 1;
}

static int not_a_number(const char *word, struct diag *d)
{
    size_t hex_digits = strspn(word, "0123456789abcdefABCDEF");

    if (hex_digits > 0 && word[hex_digits] == '\0') {
        return diag_set(d, ERR_NUMBER, "not a number: %.40s; did you mean 0x%.40s?", word, word);
    }
    return diag_set(d, ERR_NUMBER, "not a number: '%.40s'", word);
}

/** The value of digit @c; what is none has a value above every base. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/** Bits to shift for a K, M or G at *@p, which is moved behind it. */
static unsigned take_suffix(const char **p)
{
    static const char units[] = "KkMmGg";
    const char *unit = **p != '\0' ? strchr(units, **p) : NULL;

    if (unit == NULL) {
        return 0;
    }
    ++*p;
    return 10 * (unsigned)((unit - units) / 2 + 1);
}

int parse_number(const char *word, uint64_t *out, struct diag *d)
{
    bool hex = word[0] == '0' && (word[1] | 0x20) == 'x';
    const char *p = word + (hex ? 2 : 0);
    unsigned base = hex ? 16 : 10;
    uint64_t value = 0;
    bool fits = true;

    if (digit_value(*p) >= base) {
        return not_a_number(word, d);
    }
    for (; digit_value(*p) < base; p++) {
        fits = fits && checked_mul(value, base, &value) == ERR_OK &&
               checked_add(value, digit_value(*p), &value) == ERR_OK;
    }
    fits = checked_mul(value, UINT64_C(1) << take_suffix(&p), &value) == ERR_OK && fits;
    if (*p != '\0') {
        return not_a_number(word, d);
    }
    if (!fits) {
        return diag_set(d, ERR_RANGE, "%.40s takes more than 64 bits", word);
    }
    *out = value;
    return ERR_OK;
}
