/* SPDX-License-Identifier: Apache-2.0 */
/* ymodem: receive files with their names and exact sizes, or send memory. */
#include "cmds/cmds.h"
#include "cmds/xfer.h"
#include "monitor/sources/slots.h"

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    return xfer_run(m, argc, argv, true, d);
}

const struct cmd cmd_ymodem = {
    .name = "ymodem",
    .group = CMD_BOOT,
    .summary = "receive files with names and exact sizes, or send memory",
    .usage = "ymodem [SLOT|ADDR [LIMIT]] [-c|-g] [-t SECONDS] [sha256=HEX] | ymodem send ADDR SIZE "
             "[NAME] [-t SECONDS]",
    .help = "  -g  streaming: no answers; any damage ends it\n"
            "The rest is as for xmodem; several files come without SLOT and ADDR only.\n"
            "Example: ymodem          (then, on the host: sb -k kernel.elf root-task.elf)",
    .subcommands = UPLOAD_SLOT_NAMES "send\0",
    .words_max = 7,
    .run = run,
};
