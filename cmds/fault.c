/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include "monitor/base/text.h"
#include "monitor/monitor.h"

/* In the order of enum arch_exception. */
static const char kinds[] = "stack\0execute\0text\0rodata\0undefined\0unaligned\0nested\0";

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    int kind = text_find(kinds, argv[1]);

    (void)m;
    (void)argc;
    if (kind < 0) {
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[1]);
    }
    arch_provoke((enum arch_exception)kind);
    return diag_set(d, ERR_STATE, "no exception was taken: %s is allowed here", argv[1]);
}

const struct cmd cmd_fault = {
    .name = "fault",
    .group = CMD_SYSTEM,
    .summary = "cause an exception, to see how it is reported",
    .usage = "fault stack|execute|text|rodata|undefined|unaligned|nested",
    .help = "  stack      recurse into the guard page\n"
            "  execute    jump into writable memory\n"
            "  text       write to the monitor's code\n"
            "  rodata     write to its constants\n"
            "  undefined  an undefined instruction\n"
            "  unaligned  a misaligned exclusive load\n"
            "  nested     an exception on the exception stack\n"
            "Example: fault stack; echo still alive",
    .subcommands = kinds,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
