/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/console.h"

#include <stdarg.h>
#include <string.h>

#include "monitor/base/err.h"
#include "monitor/base/text.h"

enum {
    PRINT_BYTES = 512 + 1,
    WAIT_MAX_US = 1000000,
    LOOKS = 64, /* at an idle line before the time is looked at: far more than between two bytes */
};

void console_init(struct console *con, const struct console_ops *ops, void *context)
{
    memset(con, 0, sizeof(*con));
    con->ops = ops;
    con->context = context;
}

void console_write(struct console *con, const char *data, size_t size)
{
    if (size > 0) {
        con->ops->write(con->context, data, size);
    }
}

void console_printf(struct console *con, const char *format, ...)
{
    char text[PRINT_BYTES];
    const char *line = text;
    const char *end;
    va_list args;

    if (con->quiet) {
        return;
    }
    text[0] = '\0';
    va_start(args, format);
    (void)text_vadd(text, sizeof(text), format, args);
    va_end(args);
    while ((end = strchr(line, '\n')) != NULL) {
        console_write(con, line, (size_t)(end - line));
        console_write(con, "\r\n", 2);
        line = end + 1;
    }
    console_write(con, line, strlen(line));
}

uint64_t console_now_us(struct console *con)
{
    return con->ops->now_us(con->context);
}

/** @us from now on, or never where that passes 2^64 - 1. */
static uint64_t deadline(struct console *con, uint64_t us)
{
    uint64_t now = console_now_us(con);

    return us < UINT64_MAX - now ? now + us : UINT64_MAX;
}

/** Idle once, but not beyond @end. False where that has passed already. */
static bool wait_until(struct console *con, uint64_t end)
{
    uint64_t now = console_now_us(con);

    if (now >= end) {
        return false;
    }
    con->ops->wait(con->context, end - now < WAIT_MAX_US ? end - now : WAIT_MAX_US);
    return true;
}

static uint8_t ahead_take(struct console *con)
{
    uint8_t byte = con->ahead[con->ahead_head];

    con->ahead_head = (con->ahead_head + 1) % CONSOLE_AHEAD_BYTES;
    con->ahead_count--;
    return byte;
}

static void ahead_keep(struct console *con, uint8_t byte)
{
    if (con->ahead_count < CONSOLE_AHEAD_BYTES) {
        con->ahead_count++;
    } else {
        byte = CONSOLE_CTRL_C;
    }
    con->ahead[(con->ahead_head + con->ahead_count - 1) % CONSOLE_AHEAD_BYTES] = byte;
}

size_t console_read(struct console *con, uint8_t *to, size_t room, uint64_t timeout_us)
{
    size_t count = 0;
    uint64_t end;

    while (con->ahead_count > 0 && count < room) {
        to[count++] = ahead_take(con);
    }
    if (count == 0) {
        count = con->ops->read(con->context, to, room, LOOKS);
    }
    if (count > 0) {
        return count;
    }
    end = deadline(con, timeout_us);
    do {
        count = con->ops->read(con->context, to, room, LOOKS);
    } while (count == 0 && wait_until(con, end));
    return count;
}

int console_getc(struct console *con, uint64_t timeout_us)
{
    uint8_t byte;

    return console_read(con, &byte, 1, timeout_us) ? byte : ERR_TIMEOUT;
}

bool console_interrupted(struct console *con)
{
    uint8_t byte;

    while (con->ops->read(con->context, &byte, 1, 1)) {
        if (byte == CONSOLE_CTRL_C) {
            con->interrupted = true;
            con->ahead_count = 0;
        } else {
            ahead_keep(con, byte);
        }
    }
    return con->interrupted;
}

void console_keep(struct console *con, uint64_t us)
{
    uint64_t end = 0;
    uint8_t byte;

    do {
        while (con->ops->read(con->context, &byte, 1, 1)) {
            ahead_keep(con, byte);
            end = deadline(con, us);
        }
    } while (end > 0 && wait_until(con, end));
}

void console_clear_interrupt(struct console *con)
{
    con->interrupted = false;
}

int console_sleep(struct console *con, uint64_t us)
{
    uint64_t end = deadline(con, us);

    do {
        if (console_interrupted(con)) {
            return ERR_INTERRUPTED;
        }
    } while (wait_until(con, end));
    return ERR_OK;
}
