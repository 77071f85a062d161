/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <string.h>

#include "monitor/monitor.h"

/** Words go out by console_write: they may be longer than console_printf takes at once. */
static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    bool newline = argc < 2 || strcmp(argv[1], "-n") != 0;
    int first = newline ? 1 : 2;

    (void)d;
    for (int i = first; i < argc; i++) {
        if (i > first) {
            console_write(&m->con, " ", 1);
        }
        console_write(&m->con, argv[i], strlen(argv[i]));
    }
    if (newline) {
        console_write(&m->con, "\r\n", 2);
    }
    return ERR_OK;
}

const struct cmd cmd_echo = {
    .name = "echo",
    .group = CMD_SCRIPT,
    .summary = "print words",
    .usage = "echo [-n] [WORD...]",
    .help = "  -n  no newline after them\n"
            "$? is the last status.\n"
            "Example: md 0x40000000 1 || echo status $?",
    .words_max = PARSE_WORDS_MAX,
    .run = run,
};
