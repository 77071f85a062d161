/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/shell.h"

#include <string.h>

#include "monitor/arch.h"
#include "monitor/shell/complete.h"

enum { US_PER_SECOND = 1000000 };

void shell_init(struct shell *sh, struct console *con, void *context,
                const struct cmd *const *commands)
{
    memset(sh, 0, sizeof(*sh));
    sh->con = con;
    sh->context = context;
    sh->commands = commands;
    sh->idle_boot_seconds = -1;
    lineedit_init(&sh->edit, con, SHELL_PROMPT);
}

/** Print the one line of a failure, whatever else is kept quiet. Returns the status. */
static int report(struct shell *sh, const char *name, int rc, const char *reason, const char *usage)
{
    bool quiet = sh->con->quiet;

    sh->con->quiet = false;
    console_printf(sh->con, "error: %.32s: %s%s%s\n", name, reason, usage ? "; usage: " : "",
                   usage ? usage : "");
    sh->con->quiet = quiet;
    sh->status = -rc;
    return sh->status;
}

static int report_unknown(struct shell *sh, const char *name)
{
    const char *near = name[0] != '\0' ? command_suggest(sh->commands, name) : NULL;
    struct diag d;
    int rc = diag_set(&d, ERR_NOTFOUND, "no such command, try help%s%s%s",
                      near ? "; did you mean " : "", near ? near : "", near ? "?" : "");

    return report(sh, name[0] != '\0' ? name : "''", rc, d.text, NULL);
}

/** One call of a command, for arch_guard. */
struct call {
    void *context;
    const struct cmd *cmd;
    int argc;
    char **argv;
    struct diag d;
};

static int run_call(void *context)
{
    struct call *call = context;
    int words = call->argc - 1;

    if (words < call->cmd->words_min || words > call->cmd->words_max) {
        return diag_set(&call->d, ERR_USAGE, "too %s words",
                        words < call->cmd->words_min ? "few" : "many");
    }
    return call->cmd->run(call->context, call->argc, call->argv, &call->d);
}

int shell_run_command(struct shell *sh, int argc, char **argv)
{
    struct call call = {
        sh->context, command_find(sh->commands, argv[0]), argc, argv, {"interrupted"}};
    const struct script *script = sh->script;
    int rc;

    if (!call.cmd) {
        return report_unknown(sh, argv[0]);
    }
    rc = arch_guard(run_call, &call, &call.d);
    sh->script = script;
    if (rc < 0) {
        return report(sh, call.cmd->name, rc, call.d.text,
                      rc == ERR_USAGE ? call.cmd->usage : NULL);
    }
    sh->status = rc;
    return rc;
}

static int report_long_line(struct shell *sh)
{
    struct diag d;
    int rc = diag_set(&d, ERR_NOMEM, "a line is at most %d characters; nothing of it was run",
                      PARSE_LINE_BYTES - 1);

    return report(sh, "shell", rc, d.text, NULL);
}

/** Parse all of @line before anything is run. */
static int check_line(const char *line, struct parse_command *scratch, struct diag *d)
{
    int rc;

    scratch->next = PARSE_ALWAYS;
    do {
        rc = parse_next(&line, 0, scratch, d);
    } while (rc > 0);
    return rc;
}

static bool is_skipped(enum parse_join join, int status)
{
    return (join == PARSE_IF_OK && status != 0) || (join == PARSE_IF_FAILED && status == 0);
}

int shell_run_line(struct shell *sh, const char *line)
{
    struct parse_command c;
    struct diag d;
    int rc;

    if (strlen(line) >= PARSE_LINE_BYTES) {
        return report_long_line(sh);
    }
    rc = check_line(line, &c, &d);
    if (rc != 0) {
        return report(sh, "shell", rc, d.text, NULL);
    }
    console_clear_interrupt(sh->con);
    c.next = PARSE_ALWAYS;
    while ((rc = parse_next(&line, sh->status, &c, &d)) > 0) {
        if (is_skipped(c.join, sh->status)) {
            continue;
        }
        if (sh->con->interrupted) {
            return report(sh, c.argv[0], ERR_INTERRUPTED, "interrupted", NULL);
        }
        if (shell_run_command(sh, c.argc, c.argv) == -ERR_INTERRUPTED) {
            break;
        }
        (void)console_interrupted(sh->con);
    }
    return rc < 0 ? report(sh, "shell", rc, d.text, NULL) : sh->status;
}

static void complete_line(struct shell *sh)
{
    struct lineedit *le = &sh->edit;
    struct completion c;

    complete(sh->commands, sh->fdt, le->line, le->cursor, NULL, &c);
    if (c.common[0] != '\0') {
        lineedit_insert(le, c.common);
    } else if (c.count > 1 && le->tab_again) {
        console_printf(sh->con, "\n");
        complete(sh->commands, sh->fdt, le->line, le->cursor, sh->con, &c);
        console_printf(sh->con, "\n");
        lineedit_redraw(le);
    } else {
        console_write(sh->con, "\a", 1);
    }
}

void shell_feed(struct shell *sh, unsigned char byte)
{
    switch (lineedit_feed(&sh->edit, byte)) {
    case LINEEDIT_MORE:
        return;
    case LINEEDIT_COMPLETE:
        complete_line(sh);
        return;
    case LINEEDIT_LINE:
        (void)shell_run_line(sh, sh->edit.line);
        break;
    case LINEEDIT_OVERFLOW:
        (void)report_long_line(sh);
        break;
    case LINEEDIT_CANCEL:
        break;
    }
    lineedit_begin(&sh->edit);
}

int shell_loop(struct shell *sh)
{
    lineedit_begin(&sh->edit);
    for (;;) {
        bool idle = sh->idle_boot_seconds >= 0 && sh->edit.length == 0;
        int byte = console_getc(sh->con, idle ? (uint64_t)sh->idle_boot_seconds * US_PER_SECOND
                                              : UINT64_MAX);

        if (byte < 0) {
            console_write(sh->con, "\r\n", 2);
            return ERR_TIMEOUT;
        }
        shell_feed(sh, (unsigned char)byte);
    }
}
