/* SPDX-License-Identifier: Apache-2.0 */
/* bootargs: show and change the kernel's command line. */
#include "monitor/bootargs.h"

#include <string.h>

#include "cmds/cmds.h"
#include "monitor/base/text.h"
#include "monitor/boot.h"

static void print(struct monitor *m)
{
    enum bootargs_source source;
    const char *text = bootargs_find(m, &source);

    console_printf(&m->con, "%s\nfrom the %s\n", text,
                   text_pick("shell\0payload\0devicetree", source));
}

/* Plan for what has been changed, or, where that cannot be, have it as @before. */
static int plan_again(struct monitor *m, const struct bootargs *before, struct diag *d)
{
    bool planned = m->plan.protocol != PLAN_NOTHING;
    int err = boot_plan_make(m);

    if (!err || !planned)
        return ERR_OK;
    err = diag_set(d, (enum err)err, "%s", m->plan_problem.text);
    m->bootargs = *before;
    (void)boot_plan_make(m);
    return err;
}

/* The words with one blank between them; quotes keep more. */
static void set(struct bootargs *b, int argc, char **argv)
{
    b->text[0] = '\0';
    for (int i = 1; i < argc; i++)
        (void)text_add(b->text, sizeof(b->text), "%s%s", i > 1 ? " " : "", argv[i]);
    b->is_set = true;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct bootargs before = m->bootargs;

    if (argc == 1) {
        print(m);
        return ERR_OK;
    }
    if (m->progress.mmu_on)
        return diag_set(d, ERR_STATE, "the boot tables are in force; use mmu off first");
    if (strcmp(argv[1], "-d") != 0)
        set(&m->bootargs, argc, argv);
    else if (argc > 2)
        return diag_set(d, ERR_USAGE, "-d takes no more words");
    else
        m->bootargs.is_set = false;
    return plan_again(m, &before, d);
}

const struct cmd cmd_bootargs = {
    .name = "bootargs",
    .group = CMD_BOOT,
    .summary = "show or change the kernel's command line",
    .usage = "bootargs [TEXT | -d]",
    .help = "TEXT, of one or more words, goes into /chosen of the devicetree that is handed over;\n"
            "'' leaves it empty. -d: the payload's again, or else the devicetree's own.\n"
            "Example: bootargs console=ttyAMA0 earlycon root=/dev/vda",
    .words_max = PARSE_WORDS_MAX - 1,
    .run = run,
};
