/* SPDX-License-Identifier: Apache-2.0 */
/* Text in fixed buffers. */
#ifndef ELFMON_BASE_TEXT_H
#define ELFMON_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** Append @text to the string in @out of @room bytes. False where it was cut to fit. */
static inline bool text_append(char *out, size_t room, const char *text)
{
    size_t i = 0;

    while (out[i])
        i++;
    while (*text && i + 1 < room)
        out[i++] = *text++;
    out[i] = '\0';
    return *text == '\0';
}

/** Copy @text to @out of @room bytes (at least 1). False where it was cut to fit. */
static inline bool text_copy(char *out, size_t room, const char *text)
{
    out[0] = '\0';
    return text_append(out, room, text);
}

#endif
