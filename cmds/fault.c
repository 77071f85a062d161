/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <string.h>

#include "monitor/monitor.h"

/* In the order of enum arch_exception. */
static const char *const kinds[] = {"stack",     "execute",   "text",   "rodata",
                                    "undefined", "unaligned", "nested", NULL};

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    (void)m;
    if (argc != 2) {
        return diag_set(d, ERR_USAGE, "%s KIND", argc < 2 ? "missing" : "more than one");
    }
    for (unsigned i = 0; kinds[i]; i++) {
        if (strcmp(argv[1], kinds[i]) == 0) {
            arch_provoke((enum arch_exception)i);
            return diag_set(d, ERR_STATE, "no exception came: %s is possible here", argv[1]);
        }
    }
    return diag_set(d, ERR_USAGE, "unknown KIND '%.40s'", argv[1]);
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
    .run = run,
};
