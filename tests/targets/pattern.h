/* SPDX-License-Identifier: Apache-2.0 */
/* Reproducible data that a loader cannot get right by accident: a 64-bit linear congruential
 * sequence (multiplier and increment of Knuth's MMIX). */
#ifndef ELFMON_TESTS_PATTERN_H
#define ELFMON_TESTS_PATTERN_H

#define PATTERN_SEED       0x0123456789abcdef
#define PATTERN_MULTIPLIER 6364136223846793005
#define PATTERN_INCREMENT  1442695040888963407

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/** The first word in [@word, @end) that is not what pattern_table put there, or NULL. */
static inline const uint64_t *pattern_first_bad(const uint64_t *word, const uint64_t *end)
{
    uint64_t expected = PATTERN_SEED;

    for (; word < end; word++) {
        expected = expected * PATTERN_MULTIPLIER + PATTERN_INCREMENT;
        if (*word != expected)
            return word;
    }
    return NULL;
}
#endif

#endif
