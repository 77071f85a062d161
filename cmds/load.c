/* SPDX-License-Identifier: Apache-2.0 */
/* load: carry out the plan's copies. */
#include "cmds/cmds.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"

/* In the order of enum plan_role. */
static const char images[] = "kernel\0dtb\0app\0initrd\0module\0";

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    int found = argc == 2 ? text_find(images, argv[1]) : PLAN_ROLE_COUNT;
    enum plan_role role = (enum plan_role)found;
    int err;

    if (found < 0)
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[1]);
    err = choice_need_plan(m->boot.now, d);
    if (err)
        return err;
    if (argc == 2 && range_is_empty(m->boot.now->plan.ranges[role]))
        return diag_set(d, ERR_NOTFOUND, "there is no %s", plan_role_name(role));
    return boot_load(&m->boot, role, d);
}

const struct cmd cmd_load = {
    .name = "load",
    .group = CMD_BOOT,
    .summary = "copy the images to their places in the plan",
    .usage = "load [kernel|dtb|app|initrd|module]",
    .help = "All of them, or one. Digests are checked before anything is written.\n"
            "Example: load && md.b 0x40000000 32",
    .subcommands = images,
    .words_max = 1,
    .run = run,
};
