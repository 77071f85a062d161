/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>

#include "monitor/monitor.h"

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    uint64_t us, ticks;
    int status;

    /* Nested calls would only cost stack. */
    if (command_find(m->shell.commands, argv[1]) == &cmd_time) {
        return diag_set(d, ERR_USAGE, "cannot time itself");
    }
    us = console_now_us(&m->con);
    ticks = arch_counter();
    status = shell_run_command(&m->shell, argc - 1, argv + 1);
    ticks = arch_counter() - ticks;
    us = console_now_us(&m->con) - us;
    console_printf(&m->con, "time: %" PRIu64 ".%03u ms, %" PRIu64 " ticks\n", us / 1000,
                   (unsigned)(us % 1000), ticks);
    return status;
}

const struct cmd cmd_time = {
    .name = "time",
    .group = CMD_SCRIPT,
    .summary = "run a command and tell how long it took",
    .usage = "time COMMAND [WORD...]",
    .help = "Milliseconds and ticks of the counter; the status is COMMAND's.\n"
            "Example: time load",
    .words_min = 1,
    .words_max = PARSE_WORDS_MAX,
    .completes_commands = true,
    .run = run,
};
