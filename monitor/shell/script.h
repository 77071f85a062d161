/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts: lines for the shell, one after the other. */
#ifndef ELFMON_MONITOR_SHELL_SCRIPT_H
#define ELFMON_MONITOR_SHELL_SCRIPT_H

#include "monitor/monitor.h"

/**
 * Run the lines of @text, which stays where it is for as long as it runs, until one fails (as "a ||
 * b" does where both do) or Ctrl-C. Returns the last line's status, which has been reported, or
 * ERR_FORMAT where it is no text, ERR_NOMEM where scripts are too deep in each other,
 * ERR_INTERRUPTED.
 */
int script_run(struct monitor *m, struct bytes text, struct diag *d);

/** What is due when nobody stops it: the script, uploaded or the payload's, else `boot`, @quiet or
 * not. */
int script_autoboot(struct monitor *m, bool quiet);

#endif
