/* SPDX-License-Identifier: Apache-2.0 */
/* Memory in use: what no plan and no upload may write over. */
#ifndef ELFMON_MONITOR_BOOT_BUSY_H
#define ELFMON_MONITOR_BOOT_BUSY_H

#include "monitor/boot/choice.h"
#include "monitor/shell/script.h"

/**
 * Ranges of our own in a list of what is in use: the image, its DTB and tables, what is to be
 * booted, scripts, and, while a change is tried, what was before and what moves.
 */
enum {
    BUSY_OWN_RANGES =
        12 + SCRIPT_DEPTH_MAX + 3 * UPLOAD_SLOT_COUNT + 3 * FIT_OTHER + 2 * PLAN_ROLE_COUNT,
};

/** The entries that such a list needs on a machine with @reserved reserved ranges. */
unsigned busy_entries(unsigned reserved);

/** Fill @set with what stays where it is: the monitor, its DTB, what the machine reserves. */
int busy_own(const struct board *board, struct regions *set, struct diag *d);

/** Add what the machine reserves. */
int busy_reserved(const struct board *board, struct regions *set, struct diag *d);

/**
 * Add what is needed until it has been loaded: payload, uploads and their record, plain copies,
 * added mappings, and the scripts that run, of which @script is the innermost.
 */
int busy_sources(const struct board *board, const struct choice *c, const struct script *script,
                 struct regions *set, struct diag *d);

/** Add the destinations of the plan, as far as nothing is there already. */
int busy_plan(const struct choice *c, struct regions *set, struct diag *d);

/**
 * The largest free range of RAM that neither the plan nor anything in use touches: where files are
 * received. ERR_NOMEM where there is none.
 */
int busy_room(const struct board *board, const struct choice *c, struct range *out, struct diag *d);

#endif
