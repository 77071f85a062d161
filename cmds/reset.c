/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include "monitor/monitor.h"

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)argc;
    (void)argv;
    return m->board.ops->reset(&m->board, d);
}

const struct cmd cmd_reset = {
    .name = "reset",
    .group = CMD_SYSTEM,
    .summary = "reset the machine",
    .usage = "reset",
    .help = "Asks the firmware (PSCI SYSTEM_RESET).\n"
            "Example: reset",
    .run = run,
};
