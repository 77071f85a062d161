/* SPDX-License-Identifier: Apache-2.0 */
/* Tab completion: commands, sub-commands and devicetree paths. */
#ifndef ELFMON_MONITOR_SHELL_COMPLETE_H
#define ELFMON_MONITOR_SHELL_COMPLETE_H

#include <stddef.h>

#include "monitor/shell/command.h"
#include "monitor/shell/console.h"

enum { COMPLETE_BYTES = 64 };

/** What may follow the word in front of the cursor. */
struct completion {
    const char *prefix; /* the part that candidates begin with */
    size_t prefix_length;
    size_t count;                    /* candidates */
    char common[COMPLETE_BYTES + 1]; /* what all candidates have behind the prefix */
    struct console *list;            /* where each candidate is printed; may be NULL */
};

/**
 * Find what completes the first @cursor bytes of @line, which is made of @commands. Where there is
 * one candidate only, out->common ends in the ' ' or '/' that goes behind it.
 * @fdt  the tree for paths; NULL: none
 */
void complete(const struct cmd *const *commands, const void *fdt, const char *line, size_t cursor,
              struct console *list, struct completion *out);

#endif
