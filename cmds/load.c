/* SPDX-License-Identifier: Apache-2.0 */
/* load: carry out the plan's copies. */
#include <string.h>

#include "cmds/cmds.h"
#include "monitor/boot.h"

static const struct {
    const char *word;
    enum plan_role role;
} images[] = {{"kernel", PLAN_KERNEL}, {"dtb", PLAN_DTB}, {"app", PLAN_APP}};

static int parse_image(const char *word, enum plan_role *role, struct diag *d)
{
    for (unsigned i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
        if (!strcmp(word, images[i].word)) {
            *role = images[i].role;
            return ERR_OK;
        }
    }
    return diag_set(d, ERR_USAGE, "what is %.32s", word);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    enum plan_role role = PLAN_ROLE_COUNT;
    int err = ERR_OK;

    if (argc > 2)
        return diag_set(d, ERR_USAGE, "one image at a time, or all");
    if (argc == 2)
        err = parse_image(argv[1], &role, d);
    if (!err)
        err = boot_need_plan(m, d);
    if (err)
        return err;
    if (argc == 2 && range_is_empty(m->plan.ranges[role]))
        return diag_set(d, ERR_NOTFOUND, "there is no %s", plan_role_name(role));
    return boot_load(m, role, d);
}

static const char *const subcommands[] = {"kernel", "dtb", "app", NULL};

const struct cmd cmd_load = {
    .name = "load",
    .group = CMD_BOOT,
    .summary = "copy the images to where the plan wants them",
    .usage = "load [kernel|dtb|app]",
    .help = "All of them, or one. Digests are checked before anything is written.\n"
            "Example: load && md.b 0x40000000 32",
    .subcommands = subcommands,
    .run = run,
};
