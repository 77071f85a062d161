/* SPDX-License-Identifier: Apache-2.0 */
/* xmodem: receive one file over the line, or send memory. */
#include "cmds/cmds.h"
#include "cmds/xfer.h"
#include "monitor/sources/slots.h"

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    return xfer_run(m, argc, argv, false, d);
}

const struct cmd cmd_xmodem = {
    .name = "xmodem",
    .group = CMD_BOOT,
    .summary = "receive a file over the line, or send memory",
    .usage = "xmodem [SLOT|ADDR [LIMIT]] [-c] [-t SECONDS] [sha256=HEX] | xmodem send ADDR SIZE "
             "[-t SECONDS]",
    .help =
        "  SLOT        kernel, app, dtb, initrd, script, module or payload: checked as a whole, "
        "then part\n"
        "              of the plan; without it, the file's name and content tell the slot\n"
        "  ADDR        raw bytes go there, LIMIT at most (default: all that is free)\n"
        "  -c          8-bit checksums instead of CRC-16: some damage passes them, none sha256=\n"
        "  -t          how long to wait for the other side (default 60)\n"
        "  sha256=HEX  what the digest must be\n"
        "YMODEM senders are understood too. Ctrl-C stops it before the first block, Ctrl-X twice\n"
        "at any time.\n"
        "Example: xmodem app          (then, on the host: sx -k root-task.elf)",
    .subcommands = UPLOAD_SLOT_NAMES "send\0",
    .words_max = 7,
    .run = run,
};
