/* SPDX-License-Identifier: Apache-2.0 */
/* ymodem: receive files with their names and exact sizes, or send memory. */
#include "cmds/cmds.h"
#include "cmds/xfer.h"

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    return xfer_run(m, argc, argv, true, d);
}

const struct cmd cmd_ymodem = {
    .name = "ymodem",
    .group = CMD_MEMORY,
    .summary = "the same, with names and exact sizes",
    .usage = "ymodem ADDR [LIMIT] [-c|-g] [-t SECONDS] [sha256=HEX] | ymodem send ADDR SIZE "
             "[NAME] [-t SECONDS]",
    .help = "  -g   streaming: no answers; any damage ends it\n"
            "The rest is as for xmodem.\n"
            "Example: ymodem 0x48000000          (then, on the host: sb -k FILE)",
    .subcommands = "send\0",
    .words_min = 1,
    .words_max = 7,
    .run = run,
};
