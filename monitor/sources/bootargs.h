/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's command line: the shell's, or else the payload's, or else the devicetree's own. */
#ifndef ELFMON_MONITOR_SOURCES_BOOTARGS_H
#define ELFMON_MONITOR_SOURCES_BOOTARGS_H

#include <stdbool.h>

#include "monitor/shell/parse.h"

struct monitor;

/** What was set in the shell. */
struct bootargs {
    bool is_set;
    char text[PARSE_LINE_BYTES]; /* as long as a line can be */
};

enum bootargs_source { BOOTARGS_SHELL, BOOTARGS_PAYLOAD, BOOTARGS_DTB };

/** Those in force and, where @source is not NULL, where they are from. Never NULL. */
const char *bootargs_find(const struct monitor *m, enum bootargs_source *source);

/** What is to be written into the DTB; NULL: its own stay. */
const char *bootargs_wanted(const struct monitor *m);

#endif
