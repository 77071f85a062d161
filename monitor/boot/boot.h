/* SPDX-License-Identifier: Apache-2.0 */
/* The steps from the plan to the kernel. Each prints what it does; `boot` does what is missing. */
#ifndef ELFMON_MONITOR_BOOT_BOOT_H
#define ELFMON_MONITOR_BOOT_BOOT_H

#include "monitor/boot/choice.h"
#include "monitor/boot/progress.h"
#include "monitor/shell/console.h"
#include "monitor/shell/script.h"

/** A boot on its way. */
struct boot {
    const struct board *board;
    struct console *con;                /* where the steps are printed */
    const struct script *const *script; /* the innermost of the scripts that run */
    const struct choice *now;           /* the choice in force: one of these */
    struct choice choices[2];           /* the other one is the place for a candidate */
    struct progress progress;           /* of now->plan */
};

/** ERR_OK where the plan has boot tables, else ERR_STATE with the reason. */
int boot_need_tables(const struct boot *b, struct diag *d);

/** Check digests, then carry out the copies of @role (PLAN_ROLE_COUNT: all). */
int boot_load(struct boot *b, enum plan_role role, struct diag *d);

/** True where the destination of @role has its final content. */
bool boot_done(const struct boot *b, enum plan_role role);

/** Build boot tables and trampoline in their place. */
int boot_map(struct boot *b, struct diag *d);

/** ERR_OK where there are boot tables that may be built now, else ERR_STATE. */
int boot_need_mmu_off(const struct boot *b, struct diag *d);

/**
 * Put the boot tables in force beside the monitor's own map, or take them out. They stay out where
 * the CPU, asked by AT, does not find the kernel's entry in them: ERR_FAULT or ERR_MISMATCH.
 */
int boot_mmu(struct boot *b, bool on, struct diag *d);

/** Do what is still missing; then everything is as it will be at the jump. */
int boot_prepare(struct boot *b, struct diag *d);

/** Start the other cores, with @force as many as there are, and leave for the kernel. Returns only
 * on an error. */
int boot_enter(struct boot *b, bool force, struct diag *d);

#endif
