/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <string.h>

#include "monitor/base/text.h"
#include "monitor/monitor.h"

/* In the order of enum cmd_group. */
static const char group_titles[] = "Look around\0Boot\0Memory\0System\0Scripts";

static void list_group(struct monitor *m, enum cmd_group group)
{
    bool titled = false;

    for (const struct cmd *const *cmd = m->shell.commands; *cmd; cmd++) {
        if ((*cmd)->group != group) {
            continue;
        }
        if (!titled) {
            console_printf(&m->con, "%s\n", text_pick(group_titles, group));
            titled = true;
        }
        console_printf(&m->con, "  %-10s %s\n", (*cmd)->name, (*cmd)->summary);
    }
}

static int list_all(struct monitor *m)
{
    for (unsigned group = 0; group < CMD_GROUP_COUNT; group++) {
        list_group(m, (enum cmd_group)group);
    }
    console_printf(&m->con, "help COMMAND tells more about one; Tab completes; Ctrl-C stops\n");
    return ERR_OK;
}

/** Line by line: a text may be longer than console_printf takes at once. */
static void print_text(struct console *con, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        console_printf(con, "%.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    const struct cmd *cmd;

    if (argc == 1) {
        return list_all(m);
    }
    cmd = command_find(m->shell.commands, argv[1]);
    if (!cmd) {
        const char *near = command_suggest(m->shell.commands, argv[1]);

        return diag_set(d, ERR_NOTFOUND, "no such command: %.32s%s%s%s", argv[1],
                        near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    console_printf(&m->con, "%s: %s\nusage: %s\n", cmd->name, cmd->summary, cmd->usage);
    print_text(&m->con, cmd->help);
    return ERR_OK;
}

const struct cmd cmd_help = {
    .name = "help",
    .group = CMD_SYSTEM,
    .summary = "list the commands, or explain one",
    .usage = "help [COMMAND]",
    .help =
        "A; B   A && B   A || B join commands, 'x' and \"x\" quote, # comments, $? is the last\n"
        "status, 0 for success. Numbers are decimal, hex with 0x; K, M, G multiply.\n"
        "Example: help md",
    .completes_commands = true,
    .words_max = 1,
    .run = run,
};
