/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>

#include "monitor/monitor.h"

enum { CODE_MAX = 255 };

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    uint64_t code = 0;
    int rc = argc == 2 ? parse_number(argv[1], &code, d) : ERR_OK;

    if (rc != ERR_OK) {
        return rc;
    }
    if (code > CODE_MAX) {
        return diag_set(d, ERR_RANGE, "CODE %" PRIu64 " is more than %d", code, CODE_MAX);
    }
    console_printf(&m->con, "RESULT %d\n", (int)code);
    return m->board.ops->poweroff(&m->board, (int)code, d);
}

const struct cmd cmd_poweroff = {
    .name = "poweroff",
    .group = CMD_SYSTEM,
    .summary = "switch the machine off",
    .usage = "poweroff [CODE]",
    .help =
        "  CODE  0 to 255 (default 0): the line RESULT CODE and, with semihosting, the emulator's\n"
        "        exit status\n"
        "Example: poweroff 3",
    .words_max = 1,
    .run = run,
};
