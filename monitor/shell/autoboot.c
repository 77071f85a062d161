/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/autoboot.h"

#include <string.h>

enum { US_PER_SECOND = 1000000 };

void autoboot_start(struct autoboot *ab, uint64_t now_us)
{
    ab->matched = 0;
    ab->start_us = now_us;
    ab->shown = ab->seconds;
}

enum autoboot_verdict autoboot_time(struct autoboot *ab, uint64_t now_us)
{
    uint64_t gone = (now_us - ab->start_us) / US_PER_SECOND;

    if (ab->seconds < 0) {
        return AUTOBOOT_SHELL;
    }
    if (gone >= (uint64_t)ab->seconds) {
        return AUTOBOOT_BOOT;
    }
    if (ab->shown == ab->seconds - (int32_t)gone) {
        return AUTOBOOT_WAIT;
    }
    ab->shown = ab->seconds - (int32_t)gone;
    return AUTOBOOT_TICK;
}

/** The length of the longest beginning of @word, shorter than @size, that its first @size end in.
 */
static size_t border(const char *word, size_t size)
{
    size_t length = size - 1;

    while (memcmp(word, word + size - length, length) != 0) {
        length--;
    }
    return length;
}

enum autoboot_verdict autoboot_key(struct autoboot *ab, unsigned char byte)
{
    if (ab->word[0] == '\0') {
        return AUTOBOOT_SHELL;
    }
    while (ab->matched > 0 && (unsigned char)ab->word[ab->matched] != byte) {
        ab->matched = border(ab->word, ab->matched);
    }
    if ((unsigned char)ab->word[ab->matched] == byte) {
        ab->matched++;
    }
    return ab->word[ab->matched] == '\0' ? AUTOBOOT_SHELL : AUTOBOOT_WAIT;
}
