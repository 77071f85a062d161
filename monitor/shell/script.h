/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts: lines for the shell, one after the other. */
#ifndef ELFMON_MONITOR_SHELL_SCRIPT_H
#define ELFMON_MONITOR_SHELL_SCRIPT_H

#include "monitor/base/reader.h"

struct shell;

enum { SCRIPT_DEPTH_MAX = 3 }; /* of scripts that run each other, for the sake of the stack */

/** A running script, and the script that runs it. */
struct script {
    struct bytes text;
    const struct script *outer; /* NULL: none */
};

/**
 * Run the lines of @text, which stays where it is for as long as it runs, until one fails (as "a ||
 * b" does where both do) or Ctrl-C. Returns the last line's status, which has been reported, or
 * ERR_FORMAT where it is no text, ERR_NOMEM where scripts are too deep in each other,
 * ERR_INTERRUPTED.
 * To be called by a command: only shell_run_command knows after a fault which scripts still run.
 */
int script_run(struct shell *sh, struct bytes text, struct diag *d);

#endif
