/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/console_fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Nobody waits this long for a byte that will never come, but in a test that is wrong. */
#define FOREVER_US UINT64_C(10000000000000)

static void fake_write(void *context, const char *data, size_t size)
{
    struct console_fake *fake = context;
    size_t room = sizeof(fake->output) - 1 - fake->output_size;

    size = size < room ? size : room;
    memcpy(fake->output + fake->output_size, data, size);
    fake->output_size += size;
    fake->output[fake->output_size] = '\0';
}

static bool has_input(const struct console_fake *fake, uint64_t at_us)
{
    return fake->input_next < fake->input_count && fake->input[fake->input_next].at_us <= at_us;
}

static size_t fake_read(void *context, uint8_t *to, size_t room, unsigned looks)
{
    struct console_fake *fake = context;
    size_t count = 0;

    for (; looks > 0 && count < room && has_input(fake, fake->now_us); count++) {
        to[count] = fake->input[fake->input_next++].byte;
    }
    return count;
}

static uint64_t fake_now_us(void *context)
{
    struct console_fake *fake = context;

    fake->now_us += fake->look_us;
    return fake->now_us;
}

static void fake_wait(void *context, uint64_t us)
{
    struct console_fake *fake = context;
    uint64_t end = fake->now_us + us;

    if (has_input(fake, fake->now_us)) {
        return;
    }
    fake->now_us = has_input(fake, end) ? fake->input[fake->input_next].at_us : end;
    if (fake->now_us > FOREVER_US) {
        (void)fputs("console_fake: waiting for input that never comes\n", stderr);
        abort();
    }
}

void console_fake_init(struct console_fake *fake, struct console *con)
{
    static const struct console_ops ops = {fake_write, fake_read, fake_now_us, fake_wait};

    memset(fake, 0, sizeof(*fake));
    console_init(con, &ops, fake);
}

void console_fake_send(struct console_fake *fake, uint64_t at_us, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++) {
        if (fake->input_count == CONSOLE_FAKE_INPUT) {
            (void)fputs("console_fake: more input than fits\n", stderr);
            abort();
        }
        fake->input[fake->input_count].at_us = at_us;
        fake->input[fake->input_count++].byte = bytes[i];
    }
}

void console_fake_type(struct console_fake *fake, const char *text)
{
    console_fake_send(fake, fake->now_us, text, strlen(text));
}

const char *console_fake_take(struct console_fake *fake)
{
    fake->output[fake->output_size] = '\0';
    fake->output_size = 0;
    return fake->output;
}
