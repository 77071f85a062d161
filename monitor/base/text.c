/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/text.h"

#include <inttypes.h>
#include <string.h>

enum { NUMBER_BYTES = 20 /* digits of the largest number */ };

/* A buffer that is being written, and the arguments that are left. */
struct writer {
    char *at, *end; /* end: the place of the NUL */
    bool cut;
    va_list args;
};

/* What stands between % and the letter. */
struct conversion {
    bool left, zero, wide;
    int width, precision; /* precision -1: none */
};

/* The next argument: of 64 bits where @wide, else an int or unsigned. */
static uint64_t take(struct writer *w, bool wide)
{
    return wide ? va_arg(w->args, uint64_t) : va_arg(w->args, unsigned);
}

static void put(struct writer *w, char c)
{
    if (w->at < w->end)
        *w->at++ = c;
    else
        w->cut = true;
}

static void put_padded(struct writer *w, const struct conversion *c, const char *text, int size)
{
    int rest = c->width - size;

    if (c->zero && *text == '-') {
        put(w, *text++);
        size--;
    }
    for (; !c->left && rest > 0; rest--)
        put(w, c->zero ? '0' : ' ');
    while (size-- > 0)
        put(w, *text++);
    for (; rest > 0; rest--)
        put(w, ' ');
}

static void put_number(struct writer *w, const struct conversion *c, uint64_t value, char letter)
{
    int64_t number = c->wide ? (int64_t)value : (int)value;
    bool negative = letter == 'd' && number < 0;
    unsigned base = letter == 'x' ? 16 : 10;
    char digits[NUMBER_BYTES];
    char *first = digits + sizeof(digits);

    if (negative)
        value = -(uint64_t)number;
    do
        *--first = "0123456789abcdef"[value % base];
    while (value /= base);
    if (negative)
        *--first = '-';
    put_padded(w, c, first, (int)(digits + sizeof(digits) - first));
}

static void put_string(struct writer *w, const struct conversion *c, const char *text)
{
    int size = 0;

    while (size != c->precision && text[size])
        size++;
    put_padded(w, c, text, size);
}

/* Flags, width, precision and length at @format. Returns the letter's place. */
static const char *read_conversion(struct writer *w, const char *format, struct conversion *c)
{
    int *number = &c->width;

    for (;; format++) {
        char letter = *format;

        if (letter == '-')
            c->left = true;
        else if (letter == '0' && *number == 0)
            c->zero |= number == &c->width;
        else if (letter >= '0' && letter <= '9')
            *number = 10 * *number + (letter - '0');
        else if (letter == '*')
            *number = (int)take(w, false);
        else if (letter == 'l' || letter == 'z')
            c->wide = true;
        else if (letter != '.')
            return format;
        else
            *(number = &c->precision) = 0;
    }
}

/* The conversion at @format, behind its %. Returns what follows it. */
static const char *convert(struct writer *w, const char *format)
{
    struct conversion c = {.precision = -1};
    uint64_t value;

    format = read_conversion(w, format, &c);
    if (*format == 's') {
        put_string(w, &c, va_arg(w->args, const char *));
        return format + 1;
    }
    value = take(w, c.wide);
    if (*format == 'c')
        put(w, (char)value);
    else
        put_number(w, &c, value, *format);
    return format + 1;
}

bool text_vadd(char *out, size_t room, const char *format, va_list args)
{
    struct writer w = {.at = out + strlen(out), .end = out + room - 1};

    va_copy(w.args, args);
    while (*format) {
        if (*format++ == '%')
            format = convert(&w, format);
        else
            put(&w, format[-1]);
    }
    va_end(w.args);
    *w.at = '\0';
    return !w.cut;
}

bool text_add(char *out, size_t room, const char *format, ...)
{
    va_list args;
    bool whole;

    va_start(args, format);
    whole = text_vadd(out, room, format, args);
    va_end(args);
    return whole;
}

bool text_append(char *out, size_t room, const char *text)
{
    size_t i = strlen(out);

    while (*text && i + 1 < room)
        out[i++] = *text++;
    out[i] = '\0';
    return *text == '\0';
}

bool text_copy(char *out, size_t room, const char *text)
{
    out[0] = '\0';
    return text_append(out, room, text);
}

const char *text_pick(const char *list, unsigned index)
{
    while (index-- > 0)
        list += strlen(list) + 1;
    return list;
}

int text_find(const char *list, const char *word)
{
    for (int i = 0; *list; i++, list += strlen(list) + 1)
        if (strcmp(list, word) == 0)
            return i;
    return -1;
}

const char *text_name(const uint8_t *keys, unsigned count, unsigned key, const char *names)
{
    unsigned i = 0;

    while (i < count && keys[i] != key)
        i++;
    return text_pick(names, i);
}

void text_size(char *out, size_t room, uint64_t bytes)
{
    unsigned unit = 0;
    uint64_t tenths;

    while (bytes >> 10 * unit >= 1024)
        unit++;
    tenths = unit ? (bytes >> 10 * (unit - 1)) * 10 / 1024 : 10 * bytes;
    out[0] = '\0';
    (void)text_add(out, room, "%" PRIu64, tenths / 10);
    if (tenths % 10)
        (void)text_add(out, room, ".%u", (unsigned)(tenths % 10));
    (void)text_add(out, room, unit ? " %ciB" : " B", "BKMGTPE"[unit]);
}
