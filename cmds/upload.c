/* SPDX-License-Identifier: Apache-2.0 */
/* upload: what came over the line, and what is left of it after a reset. */
#include "monitor/sources/upload.h"
#include "cmds/cmds.h"
#include "cmds/uploads.h"
#include "monitor/base/text.h"

enum { LIST, KEEP, DROP };

static const char subcommands[] = "list\0keep\0drop\0";

static int list(struct monitor *m)
{
    bool any = false;

    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        if (m->boot.now->sources.slots[i].state == SLOT_EMPTY)
            continue;
        uploads_print(m, (enum upload_slot)i);
        any = true;
    }
    if (!any)
        console_printf(&m->con, "nothing is uploaded\n");
    return ERR_OK;
}

static int keep(struct monitor *m, enum upload_slot slot, struct diag *d)
{
    struct change c;
    unsigned kept;
    int err = change_begin(&m->boot, &c, d);

    if (!err)
        err = upload_keep(&c.to->sources, slot, &kept, d);
    return err ? err : uploads_use(m, &c, kept, d);
}

static int drop(struct monitor *m, enum upload_slot slot, struct diag *d)
{
    struct change c;
    int err = change_begin(&m->boot, &c, d);

    if (!err)
        err = upload_drop(&c.to->sources, slot, &c.roles, d);
    c.forced = true;
    return err ? err : change_commit(&m->boot, &c, d);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    int what = argc > 1 ? text_find(subcommands, argv[1]) : LIST;
    int slot = argc > 2 ? text_find(UPLOAD_SLOT_NAMES, argv[2]) : UPLOAD_ANY;

    if (what < 0 || slot < 0)
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[what < 0 ? 1 : 2]);
    if (what == LIST)
        return argc > 2 ? diag_set(d, ERR_USAGE, "list takes no word") : list(m);
    if (what == KEEP)
        return keep(m, (enum upload_slot)slot, d);
    return drop(m, (enum upload_slot)slot, d);
}

const struct cmd cmd_upload = {
    .name = "upload",
    .group = CMD_BOOT,
    .summary = "list, keep or drop what was uploaded",
    .usage = "upload [list|keep [SLOT]|drop [SLOT]]",
    .help =
        "  SLOT  kernel, app, dtb, initrd, script, module or payload; without it: all\n"
        "  keep  use the uploads that survived a reset\n"
        "  drop  forget the upload, and use the payload's image again\n"
        "An upload lies in RAM with a record and survives a reset, unless a kernel has written\n"
        "over it: its digest tells. A new payload takes the place of older uploads.\n"
        "Example: upload drop app",
    .subcommands = subcommands,
    .words_max = 2,
    .run = run,
};
