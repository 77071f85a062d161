/* SPDX-License-Identifier: Apache-2.0 */
/* The countdown on the console. */
#ifndef ELFMON_MONITOR_SHELL_COUNTDOWN_H
#define ELFMON_MONITOR_SHELL_COUNTDOWN_H

#include "monitor/shell/autoboot.h"
#include "monitor/shell/console.h"

/**
 * Count down on one line and say how it ended: AUTOBOOT_BOOT, or AUTOBOOT_SHELL where it was
 * stopped or is off. What stopped it is consumed. 0 seconds: boots at once and prints nothing.
 */
enum autoboot_verdict autoboot_run(struct autoboot *ab, struct console *con);

#endif
