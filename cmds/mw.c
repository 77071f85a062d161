/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>

#include "cmds/memory.h"
#include "monitor/base/bits.h"

/** Words to write without a look at Ctrl-C. */
enum { CHUNK_WORDS = 4096 };

struct fill {
    struct memory_span span;
    uint64_t value;
};

static int check_value(uint64_t value, unsigned width, struct diag *d)
{
    if (value > MASK(8 * width - 1, 0)) {
        return diag_set(d, ERR_RANGE, "0x%" PRIx64 " does not fit into %u byte%s", value, width,
                        width == 1 ? "" : "s");
    }
    return ERR_OK;
}

static int write_words(void *context)
{
    const struct fill *fill = context;

    for (uint64_t i = 0; i < fill->span.count; i++) {
        arch_poke(fill->span.start + i * fill->span.width, fill->span.width, fill->value);
    }
    return ERR_OK;
}

static int write_all(struct console *con, struct fill fill, struct diag *d)
{
    uint64_t left = fill.span.count;

    while (left > 0) {
        int rc;

        fill.span.count = left < CHUNK_WORDS ? left : CHUNK_WORDS;
        rc = arch_guard(write_words, &fill, d);
        if (rc != ERR_OK) {
            return rc;
        }
        left -= fill.span.count;
        fill.span.start += fill.span.count * fill.span.width;
        if (left > 0 && console_interrupted(con)) {
            return diag_set(d, ERR_INTERRUPTED, "interrupted at 0x%" PRIx64, fill.span.start);
        }
    }
    return ERR_OK;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct fill fill;
    int rc;

    rc = memory_span(argv[0], argv[1], argc == 4 ? argv[3] : NULL, 1, &fill.span, d);
    rc = rc == ERR_OK ? parse_number(argv[2], &fill.value, d) : rc;
    rc = rc == ERR_OK ? check_value(fill.value, fill.span.width, d) : rc;
    rc = rc == ERR_OK ? memory_check_target(m, &fill.span, d) : rc;
    if (rc != ERR_OK) {
        return rc;
    }
    rc = memory_probe(&fill.span, d);
    rc = rc == ERR_OK ? write_all(&m->con, fill, d) : rc;
    if (rc == ERR_FAULT) {
        memory_suggest(m, argv[1], d);
    }
    return rc;
}

const struct cmd cmd_mw = {
    .name = "mw",
    .group = CMD_MEMORY,
    .summary = "write memory",
    .usage = "mw[.b|.w|.l|.q] ADDR VALUE [COUNT]",
    .help = "  .b .w .l .q  words of 1, 2, 4 (default) or 8 bytes; ADDR is a multiple of it\n"
            "  COUNT        words (default 1), none of them in the monitor\n"
            "Example: mw.q 0x50000000 0xdeadbeef 512",
    .words_min = 2,
    .words_max = 3,
    .takes_width = true,
    .run = run,
};
