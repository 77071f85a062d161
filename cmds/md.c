/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>

#include "cmds/memory.h"

enum { LINE_BYTES = 16, DEFAULT_BYTES = 64 };

/** The words of one line of output. */
struct line {
    vaddr_t start;
    unsigned width;
    unsigned count;
    uint64_t words[LINE_BYTES];
};

static int read_line(void *context)
{
    struct line *line = context;

    for (unsigned i = 0; i < line->count; i++) {
        line->words[i] = arch_peek(line->start + (uint64_t)i * line->width, line->width);
    }
    return ERR_OK;
}

static char printable(uint64_t byte)
{
    return byte >= ' ' && byte < 0x7f ? (char)byte : '.';
}

static void print_line(struct console *con, const struct line *line)
{
    char text[LINE_BYTES];
    unsigned size = 0;

    console_printf(con, "  0x%016" PRIx64 " ", line->start);
    for (unsigned i = 0; i < LINE_BYTES / line->width; i++) {
        if (i >= line->count) {
            console_printf(con, " %*s", (int)(2 * line->width), "");
            continue;
        }
        console_printf(con, " %0*" PRIx64, (int)(2 * line->width), line->words[i]);
        for (unsigned byte = 0; byte < line->width; byte++) {
            text[size++] = printable(line->words[i] >> 8 * byte & 0xff);
        }
    }
    console_printf(con, "  %.*s\n", (int)size, text);
}

static int dump(struct console *con, struct memory_span span, struct diag *d)
{
    const unsigned per_line = LINE_BYTES / span.width;

    for (uint64_t done = 0; done < span.count; done += per_line) {
        uint64_t left = span.count - done;
        struct line line = {
            .start = span.start + done * span.width,
            .width = span.width,
            .count = left < per_line ? (unsigned)left : per_line,
        };
        int rc = arch_guard(read_line, &line, d);

        if (rc != ERR_OK) {
            return rc;
        }
        print_line(con, &line);
        if (console_interrupted(con)) {
            return ERR_INTERRUPTED;
        }
    }
    return ERR_OK;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct memory_span span;
    int rc;

    rc = memory_span(argv[0], argv[1], argc == 3 ? argv[2] : NULL,
                     DEFAULT_BYTES / memory_width(argv[0]), &span, d);
    if (rc != ERR_OK) {
        return rc;
    }
    rc = dump(&m->con, span, d);
    if (rc == ERR_FAULT) {
        memory_suggest(m, argv[1], d);
    }
    return rc;
}

const struct cmd cmd_md = {
    .name = "md",
    .group = CMD_MEMORY,
    .summary = "show memory",
    .usage = "md[.b|.w|.l|.q] ADDR [COUNT]",
    .help = "  .b .w .l .q  words of 1, 2, 4 (default) or 8 bytes; ADDR is a multiple of it\n"
            "  COUNT        words (default: 64 bytes)\n"
            "Example: md.b 0x40000000 32",
    .words_min = 1,
    .words_max = 2,
    .takes_width = true,
    .run = run,
};
