/* SPDX-License-Identifier: Apache-2.0 */
/* xmodem: receive one file over the line, or send memory. */
#include "cmds/cmds.h"
#include "cmds/xfer.h"

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    return xfer_run(m, argc, argv, false, d);
}

const struct cmd cmd_xmodem = {
    .name = "xmodem",
    .group = CMD_MEMORY,
    .summary = "receive a file over the line, or send memory",
    .usage = "xmodem ADDR [LIMIT] [-c] [-t SECONDS] [sha256=HEX] | xmodem send ADDR SIZE "
             "[-t SECONDS]",
    .help =
        "  ADDR         where the file goes; LIMIT bytes at most (default: all that is free)\n"
        "  -c           checksums instead of CRC-16: they let some damage pass, sha256 does not\n"
        "  -t           how long to wait for the other side (default 60)\n"
        "  sha256=HEX   what the file's digest must be\n"
        "A YMODEM sender is understood too. Ctrl-C stops it before the first block, two Ctrl-X\n"
        "at any time.\n"
        "Example: xmodem 0x48000000          (then, on the host: sx -k FILE)",
    .subcommands = "send\0",
    .words_min = 1,
    .words_max = 7,
    .run = run,
};
