/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal is only ever asked for three things: print, \b, and "erase to the end of line".
 * Its width need not be known. */
#include "monitor/shell/lineedit.h"

#include <string.h>

#define CTRL(letter) ((letter)&0x1f)
#define ERASE_REST   "\033[K"
#define CLEAR_SCREEN "\033[H\033[2J"

enum {
    KEY_ESCAPE = 0x1b,
    KEY_DELETE = 0x7f,
    MODIFIER_ALT = 3, /* xterm: ESC [ 1 ; 3 C */
    MODIFIER_CTRL = 5,
};

enum escape_state {
    ESCAPE_NONE,
    ESCAPE_START,  /* ESC */
    ESCAPE_CSI,    /* ESC [ and numbers */
    ESCAPE_SINGLE, /* ESC O: one more byte */
    ESCAPE_SKIP,   /* ESC [ [: one more byte of a function key */
};

static void put(struct lineedit *le, const char *text)
{
    console_write(le->con, text, strlen(text));
}

static void put_back(struct lineedit *le, size_t count)
{
    while (count-- > 0) {
        put(le, "\b");
    }
}

static void move_to(struct lineedit *le, size_t position)
{
    if (position < le->cursor) {
        put_back(le, le->cursor - position);
    } else {
        console_write(le->con, le->line + le->cursor, position - le->cursor);
    }
    le->cursor = position;
}

/** Print what lies behind the cursor, and return to it. */
static void put_rest(struct lineedit *le)
{
    put(le, le->line + le->cursor);
    put_back(le, le->length - le->cursor);
}

static bool insert(struct lineedit *le, const char *text, size_t size)
{
    char *at = le->line + le->cursor;

    if (size > sizeof(le->line) - 1 - le->length) {
        return false;
    }
    memmove(at + size, at, le->length - le->cursor + 1);
    memcpy(at, text, size);
    le->length += size;
    console_write(le->con, at, size);
    le->cursor += size;
    put_rest(le);
    return true;
}

static void type(struct lineedit *le, char byte)
{
    if (!insert(le, &byte, 1) && !le->overflow) {
        le->overflow = true;
        put(le, "\a");
    }
}

/** Take [@start, @end) out of the line; the cursor goes there. */
static void cut(struct lineedit *le, size_t start, size_t end)
{
    if (start >= end) {
        return;
    }
    move_to(le, start);
    memmove(le->line + start, le->line + end, le->length - end + 1);
    le->length -= end - start;
    put(le, ERASE_REST);
    put_rest(le);
    if (le->length == 0) {
        le->overflow = false;
    }
}

/** Cut, and keep what was cut for Ctrl-Y. */
static void kill_range(struct lineedit *le, size_t start, size_t end)
{
    if (start < end) {
        memcpy(le->kill, le->line + start, end - start);
        le->kill[end - start] = '\0';
        cut(le, start, end);
    }
}

static size_t word_left(const struct lineedit *le)
{
    size_t i = le->cursor;

    while (i > 0 && le->line[i - 1] == ' ') {
        i--;
    }
    while (i > 0 && le->line[i - 1] != ' ') {
        i--;
    }
    return i;
}

static size_t word_right(const struct lineedit *le)
{
    size_t i = le->cursor;

    while (i < le->length && le->line[i] == ' ') {
        i++;
    }
    while (i < le->length && le->line[i] != ' ') {
        i++;
    }
    return i;
}

/** Show @text in place of the line. */
static void replace(struct lineedit *le, const char *text)
{
    move_to(le, 0);
    le->length = strlen(text);
    memcpy(le->line, text, le->length + 1);
    put(le, ERASE_REST);
    move_to(le, le->length);
}

/** Where the history line in front of the one at @position begins. */
static size_t history_before(const struct lineedit *le, size_t position)
{
    if (position == 0) {
        return 0;
    }
    position--;
    while (position > 0 && le->history[position - 1] != '\0') {
        position--;
    }
    return position;
}

static void history_add(struct lineedit *le)
{
    size_t size = le->length + 1;
    size_t newest = history_before(le, le->history_bytes);

    if (le->length == 0 || (le->history_bytes > 0 && strcmp(le->history + newest, le->line) == 0)) {
        return;
    }
    while (le->history_bytes + size > sizeof(le->history)) {
        size_t oldest = strlen(le->history) + 1;

        le->history_bytes -= oldest;
        memmove(le->history, le->history + oldest, le->history_bytes);
    }
    memcpy(le->history + le->history_bytes, le->line, size);
    le->history_bytes += size;
}

static void history_older(struct lineedit *le)
{
    if (le->history_position == 0) {
        return;
    }
    if (le->history_position == le->history_bytes) {
        memcpy(le->saved, le->line, le->length + 1);
    }
    le->history_position = history_before(le, le->history_position);
    replace(le, le->history + le->history_position);
}

static void history_newer(struct lineedit *le)
{
    if (le->history_position == le->history_bytes) {
        return;
    }
    le->history_position += strlen(le->history + le->history_position) + 1;
    replace(le, le->history_position == le->history_bytes ? le->saved
                                                          : le->history + le->history_position);
}

static void move_left(struct lineedit *le)
{
    move_to(le, le->cursor > 0 ? le->cursor - 1 : 0);
}

static void move_right(struct lineedit *le)
{
    move_to(le, le->cursor < le->length ? le->cursor + 1 : le->length);
}

static void erase_left(struct lineedit *le)
{
    cut(le, le->cursor > 0 ? le->cursor - 1 : 0, le->cursor);
}

static void erase_right(struct lineedit *le)
{
    cut(le, le->cursor, le->cursor < le->length ? le->cursor + 1 : le->length);
}

static enum lineedit_event enter(struct lineedit *le)
{
    move_to(le, le->length);
    put(le, "\r\n");
    if (le->overflow) {
        return LINEEDIT_OVERFLOW;
    }
    history_add(le);
    return LINEEDIT_LINE;
}

static enum lineedit_event cancel(struct lineedit *le)
{
    move_to(le, le->length);
    put(le, "^C\r\n");
    return LINEEDIT_CANCEL;
}

/** Control characters that only edit. */
static void edit(struct lineedit *le, unsigned char byte)
{
    switch (byte) {
    case CTRL('A'):
        move_to(le, 0);
        break;
    case CTRL('B'):
        move_left(le);
        break;
    case CTRL('D'):
        erase_right(le);
        break;
    case CTRL('E'):
        move_to(le, le->length);
        break;
    case CTRL('F'):
        move_right(le);
        break;
    case CTRL('H'):
    case KEY_DELETE:
        erase_left(le);
        break;
    case CTRL('K'):
        kill_range(le, le->cursor, le->length);
        break;
    case CTRL('L'):
        put(le, CLEAR_SCREEN);
        lineedit_redraw(le);
        break;
    case CTRL('N'):
        history_newer(le);
        break;
    case CTRL('P'):
        history_older(le);
        break;
    case CTRL('U'):
        kill_range(le, 0, le->cursor);
        break;
    case CTRL('W'):
        kill_range(le, word_left(le), le->cursor);
        break;
    case CTRL('Y'):
        lineedit_insert(le, le->kill);
        break;
    default:
        break;
    }
}

static enum lineedit_event control(struct lineedit *le, unsigned char byte)
{
    le->escape = byte == KEY_ESCAPE ? ESCAPE_START : ESCAPE_NONE;
    switch (byte) {
    case '\r':
    case '\n':
        return enter(le);
    case CONSOLE_CTRL_C:
        return cancel(le);
    case '\t':
        return LINEEDIT_COMPLETE;
    default:
        edit(le, byte);
        return LINEEDIT_MORE;
    }
}

/** A key that does what a control character does: that of @controls at @key's place in @keys. */
static void press(struct lineedit *le, const char *keys, const char *controls, char key)
{
    const char *at = strchr(keys, key);

    if (at && key) {
        edit(le, (unsigned char)controls[at - keys]);
    }
}

/** The byte that ends ESC [ ... or ESC O: a cursor key. */
static void cursor_key(struct lineedit *le, unsigned char byte)
{
    static const char controls[] = {CTRL('P'), CTRL('N'), CTRL('F'),
                                    CTRL('B'), CTRL('A'), CTRL('E')};
    bool by_word = le->escape_value == MODIFIER_ALT || le->escape_value == MODIFIER_CTRL;

    if (by_word && (byte == 'C' || byte == 'D')) {
        move_to(le, byte == 'C' ? word_right(le) : word_left(le));
    } else {
        press(le, "ABCDHF", controls, (char)byte);
    }
}

/** ESC [ NUMBER ~: a key of the block above the arrows. */
static void numbered_key(struct lineedit *le)
{
    static const char controls[] = {CTRL('A'), CTRL('A'), CTRL('D'), CTRL('E'), CTRL('E')};

    if (le->escape_value < 10) {
        press(le, "17348", controls, (char)('0' + le->escape_value));
    }
}

static void escape_start(struct lineedit *le, unsigned char byte)
{
    le->escape_value = 0;
    le->escape = ESCAPE_NONE;
    switch (byte) {
    case '[':
        le->escape = ESCAPE_CSI;
        break;
    case 'O':
        le->escape = ESCAPE_SINGLE;
        break;
    case 'b':
        move_to(le, word_left(le));
        break;
    case 'f':
        move_to(le, word_right(le));
        break;
    default:
        break;
    }
}

static void escape_csi(struct lineedit *le, unsigned char byte)
{
    if (byte >= '0' && byte <= '9') {
        le->escape_value = le->escape_value * 10 + (unsigned)(byte - '0');
    } else if (byte == ';') {
        le->escape_value = 0;
    } else if (byte >= 0x40) {
        le->escape = byte == '[' ? ESCAPE_SKIP : ESCAPE_NONE;
        byte == '~' ? numbered_key(le) : cursor_key(le, byte);
    }
}

static void escape(struct lineedit *le, unsigned char byte)
{
    switch (le->escape) {
    case ESCAPE_START:
        escape_start(le, byte);
        break;
    case ESCAPE_CSI:
        escape_csi(le, byte);
        break;
    case ESCAPE_SINGLE:
        le->escape = ESCAPE_NONE;
        cursor_key(le, byte);
        break;
    default:
        le->escape = ESCAPE_NONE;
        break;
    }
}

enum lineedit_event lineedit_feed(struct lineedit *le, unsigned char byte)
{
    unsigned char before = le->last;

    le->last = byte;
    le->tab_again = byte == '\t' && before == '\t';
    if (byte == '\n' && before == '\r') {
        return LINEEDIT_MORE;
    }
    if (byte < ' ' || byte == KEY_DELETE) {
        return control(le, byte);
    }
    if (le->escape != ESCAPE_NONE) {
        escape(le, byte);
    } else if (byte < KEY_DELETE) {
        type(le, (char)byte);
    }
    return LINEEDIT_MORE;
}

void lineedit_init(struct lineedit *le, struct console *con, const char *prompt)
{
    memset(le, 0, sizeof(*le));
    le->con = con;
    le->prompt = prompt;
}

void lineedit_begin(struct lineedit *le)
{
    le->line[0] = '\0';
    le->length = 0;
    le->cursor = 0;
    le->overflow = false;
    le->escape = ESCAPE_NONE;
    le->history_position = le->history_bytes;
    put(le, le->prompt);
}

void lineedit_insert(struct lineedit *le, const char *text)
{
    (void)insert(le, text, strlen(text));
}

void lineedit_redraw(struct lineedit *le)
{
    put(le, le->prompt);
    console_write(le->con, le->line, le->cursor);
    put_rest(le);
}
