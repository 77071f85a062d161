/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of transfers share: a monitor, what comes over its line, and what it prints. */
#ifndef ELFMON_TESTS_UNIT_TRANSFER_UNIT_H
#define ELFMON_TESTS_UNIT_TRANSFER_UNIT_H

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "cmds/cmds.h"
#include "tests/fakes/monitor_fake.h"
#include "tests/fakes/xmodem_fake.h"
#include "tests/unit/xmodem_text.h"

#define AT (ARCH_FAKE_BASE + 0x10000)

enum { MS = 1000, S = 1000 * MS };

static struct monitor_fake fake;
static struct monitor *const m = &fake.m;
static struct xmodem_stream tx;
static uint8_t content[4096];
static uint64_t now_us; /* of what is being scripted */
static const struct cmd *const commands[] = {&cmd_xmodem, &cmd_ymodem, &cmd_echo, NULL};

static inline int set_up(void **state)
{
    (void)state;
    monitor_fake_init(&fake, commands);
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 7 + i / 128);
    tx.size = 0;
    now_us = 0;
    return 0;
}

static inline uint8_t *memory(uint64_t address)
{
    return arch_fake.memory + (address - arch_fake.base);
}

static inline void text_later(uint64_t us, const char *text)
{
    now_us += us;
    console_fake_send(&fake.console, now_us, text, strlen(text));
}

static inline void assert_runs(const char *line, enum err status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline void assert_runs(const char *line, enum err status, const char *format, ...)
{
    char expected[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(expected, sizeof(expected), format, args);
    va_end(args);
    assert_int_equal(monitor_fake_run(&fake, line), -(int)status);
    assert_string_equal(console_fake_take(&fake.console), expected);
}

#endif
