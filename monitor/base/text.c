/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool text_vadd(char *out, size_t room, const char *format, va_list args)
{
    size_t used = strlen(out);
    int size = vsnprintf(out + used, room - used, format, args);

    return size >= 0 && (size_t)size < room - used;
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
