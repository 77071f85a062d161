/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/countdown.h"

enum { US_PER_SECOND = 1000000 };

/** The blank at the end covers what a longer number left there. */
static void show(const struct autoboot *ab, struct console *con)
{
    bool any = ab->word[0] == '\0';

    console_printf(con, "\rAutoboot in %d s, %s%s for the shell ", (int)ab->shown,
                   any ? "press any key" : "type ", ab->word);
}

/** Microseconds until the seconds left change. */
static uint64_t until_tick(const struct autoboot *ab, uint64_t now_us)
{
    uint64_t tick = ab->start_us + (uint64_t)(ab->seconds - ab->shown + 1) * US_PER_SECOND;

    return tick > now_us ? tick - now_us : 0;
}

enum autoboot_verdict autoboot_run(struct autoboot *ab, struct console *con)
{
    enum autoboot_verdict verdict;

    autoboot_start(ab, console_now_us(con));
    if (ab->seconds <= 0) {
        return ab->seconds == 0 ? AUTOBOOT_BOOT : AUTOBOOT_SHELL;
    }
    show(ab, con);
    do {
        int byte = console_getc(con, until_tick(ab, console_now_us(con)));

        verdict = byte < 0 ? AUTOBOOT_WAIT : autoboot_key(ab, (unsigned char)byte);
        if (verdict == AUTOBOOT_WAIT) {
            verdict = autoboot_time(ab, console_now_us(con));
        }
        if (verdict == AUTOBOOT_TICK) {
            show(ab, con);
        }
    } while (verdict == AUTOBOOT_WAIT || verdict == AUTOBOOT_TICK);
    console_printf(con, "\n");
    return verdict;
}
