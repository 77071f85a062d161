/* SPDX-License-Identifier: Apache-2.0 */
/* The command loop: reads a line, runs its commands, prints their errors. */
#ifndef ELFMON_MONITOR_SHELL_SHELL_H
#define ELFMON_MONITOR_SHELL_SHELL_H

#include "monitor/shell/command.h"
#include "monitor/shell/console.h"
#include "monitor/shell/lineedit.h"
#include "monitor/shell/parse.h"

#define SHELL_PROMPT "elfmon> "

struct script;

struct shell {
    struct console *con;
    void *context;                     /* handed to every command */
    const void *fdt;                   /* the tree whose paths Tab completes; NULL: none */
    const struct cmd *const *commands; /* NULL-terminated, in the order of `help` */
    int status;                        /* $?: 0, or the negated enum err of the last command */
    int64_t idle_boot_seconds;   /* an empty prompt without a key goes on after this; -1: never */
    const struct script *script; /* the innermost that runs; NULL: none */
    struct lineedit edit;
};

/** At an empty line, without a devicetree and without an idle time. */
void shell_init(struct shell *sh, struct console *con, void *context,
                const struct cmd *const *commands);

/**
 * Run every command of @line; nothing of it where it is too long or malformed. Ctrl-C ends the
 * whole line. Returns the last status, as $? shows it.
 */
int shell_run_line(struct shell *sh, const char *line);

/**
 * Run one command; prints its error line. Returns what $? becomes. Scripts that a fault in it ended
 * do not run any more.
 */
int shell_run_command(struct shell *sh, int argc, char **argv);

/** Take one byte from the console: edits the line, completes it, or runs it and prompts again. */
void shell_feed(struct shell *sh, unsigned char byte);

/** Read and run lines; returns only where the idle time is up (ERR_TIMEOUT). */
int shell_loop(struct shell *sh);

#endif
