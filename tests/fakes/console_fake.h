/* SPDX-License-Identifier: Apache-2.0 */
/* A console of scripted input and captured output. Time passes only while somebody waits. */
#ifndef ELFMON_TESTS_CONSOLE_FAKE_H
#define ELFMON_TESTS_CONSOLE_FAKE_H

#include "monitor/shell/console.h"

enum { CONSOLE_FAKE_INPUT = 16384, CONSOLE_FAKE_OUTPUT = 65536 };

struct console_fake {
    struct {
        uint64_t at_us;
        unsigned char byte;
    } input[CONSOLE_FAKE_INPUT]; /* in ascending order of time */
    size_t input_count, input_next;
    uint64_t now_us;
    uint64_t look_us;                 /* what a look at the clock takes */
    char output[CONSOLE_FAKE_OUTPUT]; /* NUL-terminated; what does not fit is dropped */
    size_t output_size;
};

/** Start empty at time 0, with @con on top. */
void console_fake_init(struct console_fake *fake, struct console *con);

/** Have @size bytes arrive at @at_us, which is no earlier than that of the input before. */
void console_fake_send(struct console_fake *fake, uint64_t at_us, const void *data, size_t size);

/** Have the characters of @text arrive now. */
void console_fake_type(struct console_fake *fake, const char *text);

/** What was printed since the last call. Valid until more is printed. */
const char *console_fake_take(struct console_fake *fake);

#endif
