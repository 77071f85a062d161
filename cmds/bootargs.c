/* SPDX-License-Identifier: Apache-2.0 */
/* bootargs: show and change the kernel's command line. */
#include "monitor/sources/bootargs.h"

#include <string.h>

#include "cmds/cmds.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/change.h"
#include "monitor/monitor.h"

static void print(struct monitor *m)
{
    enum bootargs_source source;
    const char *text = bootargs_find(&m->boot.now->sources, m->boot.now->input.dtb, &source);

    console_printf(&m->con, "%s\nfrom the %s\n", text,
                   text_pick("shell\0payload\0devicetree", source));
}

/* The words with one blank between them; quotes keep more. */
static void join(struct bootargs *b, int argc, char **argv)
{
    b->text[0] = '\0';
    for (int i = 1; i < argc; i++)
        (void)text_add(b->text, sizeof(b->text), "%s%s", i > 1 ? " " : "", argv[i]);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    bool reset = argc > 1 && !strcmp(argv[1], "-d");
    struct change change;
    int err;

    if (argc == 1) {
        print(m);
        return ERR_OK;
    }
    if (reset && argc > 2)
        return diag_set(d, ERR_USAGE, "-d takes no more words");
    err = change_begin(&m->boot, &change, d);
    if (err)
        return err;
    change.roles = BIT(FIT_DTB);
    change.to->sources.bootargs.is_set = !reset;
    if (!reset)
        join(&change.to->sources.bootargs, argc, argv);
    return change_commit(&m->boot, &change, d);
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
