/* SPDX-License-Identifier: Apache-2.0 */
/* pattern BYTES: the sequence of pattern.h on stdout, little-endian; a multiple of 8. On the host,
 * because an assembler takes seconds for 64 MiB. */
#include "tests/targets/pattern.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    unsigned long long bytes = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t word = PATTERN_SEED;

    for (unsigned long long i = 0; i < bytes / sizeof(word); i++) {
        uint64_t out;

        word = word * PATTERN_MULTIPLIER + PATTERN_INCREMENT;
        out = htole64(word);
        if (fwrite(&out, sizeof(out), 1, stdout) != 1)
            return 1;
    }
    return fflush(stdout) ? 1 : 0;
}
