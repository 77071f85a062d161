/* SPDX-License-Identifier: Apache-2.0 */
/* Text in fixed buffers. */
#ifndef ELFMON_BASE_TEXT_H
#define ELFMON_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/**
 * Write @bytes to @out of @room bytes in the largest unit that keeps it at 1 or more, with one
 * digit behind the point where that is not 0: "2.2 MiB", "4 KiB". TEXT_SIZE_BYTES hold any.
 */
void text_size(char *out, size_t room, uint64_t bytes);

enum { TEXT_SIZE_BYTES = 16 };

#endif
