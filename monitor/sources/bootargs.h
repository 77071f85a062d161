/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's command line: the shell's, or else the payload's, or else the devicetree's own. */
#ifndef ELFMON_MONITOR_SOURCES_BOOTARGS_H
#define ELFMON_MONITOR_SOURCES_BOOTARGS_H

#include "monitor/sources/sources.h"

enum bootargs_source { BOOTARGS_SHELL, BOOTARGS_PAYLOAD, BOOTARGS_DTB };

/**
 * Those in force, where @dtb (size 0: none) is to be handed over, and, where @source is not NULL,
 * where they are from. Never NULL.
 */
const char *bootargs_find(const struct sources *s, struct bytes dtb, enum bootargs_source *source);

/** What is to be written into the DTB, in place of its own; NULL: its own stay. */
const char *bootargs_wanted(const struct sources *s);

#endif
