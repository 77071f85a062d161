/* SPDX-License-Identifier: Apache-2.0 */
/* What a command is, and how one is found by its name. Each file of cmds/ defines one; cmds/table.c
 * lists them. */
#ifndef ELFMON_MONITOR_SHELL_COMMAND_H
#define ELFMON_MONITOR_SHELL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/base/err.h"

struct monitor;

enum cmd_group { CMD_INSPECT, CMD_BOOT, CMD_MEMORY, CMD_SYSTEM, CMD_SCRIPT, CMD_GROUP_COUNT };

struct cmd {
    const char *name;
    const char *summary;     /* a few words, for the list */
    const char *usage;       /* "dtb [PATH [PROP]] | dtb find TEXT | dtb check" */
    const char *help;        /* options and an example, several lines without leading newline */
    const char *subcommands; /* what may follow the name, as text_find takes it; may be NULL */
    uint8_t group;           /* enum cmd_group */
    uint8_t words_min, words_max; /* behind the name */
    bool completes_paths;         /* words beginning with '/' complete as DTB paths */
    bool completes_commands;      /* its words are another command's name and words */
    bool takes_width;             /* the name may end in .b, .w, .l or .q */
    /**
     * @argv[0] is the name as typed (with a width suffix, "md.b"), @argc - 1 words follow.
     * Returns ERR_OK, or an error whose reason is in @d (which ERR_INTERRUPTED finds there); the
     * shell prints "error: NAME: reason". On ERR_USAGE it appends the usage. A failing command
     * changes nothing.
     * A command that ran others returns their positive status, which has been reported already.
     */
    int (*run)(struct monitor *m, int argc, char **argv, struct diag *d);
};

/**
 * The command of @commands, which NULL ends, that is called @name ("md.b" finds md, where that
 * takes a width), or NULL.
 */
const struct cmd *command_find(const struct cmd *const *commands, const char *name);

/** The name of one of @commands that @name, which is none, may have been meant for; or NULL. */
const char *command_suggest(const struct cmd *const *commands, const char *name);

#endif
