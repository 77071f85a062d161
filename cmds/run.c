/* SPDX-License-Identifier: Apache-2.0 */
/* run: a script from the payload, an upload or memory. */
#include <string.h>

#include "cmds/cmds.h"
#include "monitor/base/range.h"
#include "monitor/monitor.h"
#include "monitor/shell/script.h"
#include "monitor/sources/images.h"
#include "monitor/sources/plain.h"

static int run_image(struct monitor *m, struct diag *d)
{
    int err;

    if (!images_find(&m->boot.now->sources, FIT_SCRIPT))
        return diag_set(d, ERR_NOTFOUND, "there is no script; xmodem script receives one");
    err = plain_verify(&m->boot.now->sources, FIT_SCRIPT, d);
    return err ? err : script_run(&m->shell, plain_bytes(&m->boot.now->sources, FIT_SCRIPT), d);
}

static int run_memory(struct monitor *m, char **argv, struct diag *d)
{
    uint64_t start, size = 0;
    struct range range;
    int err = parse_number(argv[1], &start, d);

    if (!err)
        err = parse_number(argv[2], &size, d);
    if (!err && range_make(start, size, &range))
        err = diag_set(d, ERR_RANGE, "%s bytes at %s pass the end of the address space", argv[2],
                       argv[1]);
    return err ? err : script_run(&m->shell, (struct bytes){arch_phys(start), (size_t)size}, d);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    if (argc == 3)
        return run_memory(m, argv, d);
    if (argc == 2 && strcmp(argv[1], "script") != 0)
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[1]);
    return run_image(m, d);
}

const struct cmd cmd_run = {
    .name = "run",
    .group = CMD_SCRIPT,
    .summary = "run a script",
    .usage = "run [script] | run ADDR SIZE",
    .help =
        "The uploaded script, else the payload's, or text in memory: each line as if typed.\n"
        "It stops at the first line that fails; a line that ends in `|| echo skipped` does not\n"
        "fail. Ctrl-C stops it. After the countdown, autoboot runs the script instead of boot.\n"
        "Example: xmodem script && run",
    .subcommands = "script\0",
    .words_max = 2,
    .run = run,
};
