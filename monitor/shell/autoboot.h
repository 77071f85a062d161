/* SPDX-License-Identifier: Apache-2.0 */
/* The countdown, as a machine without I/O: time and keys in, verdicts out. */
#ifndef ELFMON_MONITOR_SHELL_AUTOBOOT_H
#define ELFMON_MONITOR_SHELL_AUTOBOOT_H

#include <stddef.h>
#include <stdint.h>

enum { AUTOBOOT_WORD_BYTES = 32, AUTOBOOT_OFF = -1 };

enum autoboot_verdict {
    AUTOBOOT_WAIT,
    AUTOBOOT_TICK /* another second has gone */,
    AUTOBOOT_BOOT,
    AUTOBOOT_SHELL
};

struct autoboot {
    int32_t seconds;                /* AUTOBOOT_OFF, or 0 and up */
    char word[AUTOBOOT_WORD_BYTES]; /* what stops it; "": any key */
    size_t matched;                 /* bytes of word seen so far */
    uint64_t start_us;
    int32_t shown; /* seconds left as last reported */
};

/** Begin at @now_us. */
void autoboot_start(struct autoboot *ab, uint64_t now_us);

/** The time is @now_us. TICK where seconds left (ab->shown) changed. */
enum autoboot_verdict autoboot_time(struct autoboot *ab, uint64_t now_us);

/** A byte came. SHELL where it, or it and those before it, are what stops the countdown. */
enum autoboot_verdict autoboot_key(struct autoboot *ab, unsigned char byte);

#endif
