/* SPDX-License-Identifier: Apache-2.0 */
/* Text in fixed buffers. */
#ifndef ELFMON_BASE_TEXT_H
#define ELFMON_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Append @text to the string in @out of @room bytes. False where it was cut to fit. */
bool text_append(char *out, size_t room, const char *text);

/** Copy @text to @out of @room bytes (at least 1). False where it was cut to fit. */
bool text_copy(char *out, size_t room, const char *text);

/**
 * Append to the string in @out of @room bytes by the C library's vsnprintf. False where it was cut
 * to fit. On the target there is no floating point.
 */
bool text_add(char *out, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool text_vadd(char *out, size_t room, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/** String @index of @list, strings one behind the other. */
const char *text_pick(const char *list, unsigned index);

/** The index of @word in @list, strings one behind the other, the last one empty; or -1. */
int text_find(const char *list, const char *word);

/** The string of @names that stands where @key stands in @keys, or the one behind all of these. */
const char *text_name(const uint8_t *keys, unsigned count, unsigned key, const char *names);

/**
 * Write @bytes to @out of @room bytes in the largest unit that keeps it at 1 or more, with one
 * digit behind the point where that is not 0: "2.2 MiB", "4 KiB". TEXT_SIZE_BYTES hold any.
 */
void text_size(char *out, size_t room, uint64_t bytes);

enum { TEXT_SIZE_BYTES = 16 };

#endif
