/* SPDX-License-Identifier: Apache-2.0 */
/* The steps from the plan to the kernel. Each prints what it does; `boot` does what is missing. */
#ifndef ELFMON_MONITOR_BOOT_BOOT_H
#define ELFMON_MONITOR_BOOT_BOOT_H

#include "monitor/monitor.h"

/** The devicetree to hand over, checked: an image, or the copy of the machine's. */
int boot_dtb(const struct monitor *m, struct bytes *out, struct diag *d);

/** The image that is loaded for @role; FIT_OTHER: none. */
enum fit_role boot_source(enum plan_role role);

/** Make m->plan anew from m->fit and m->machine; what had been done is forgotten. */
int boot_plan_make(struct monitor *m);

/** ERR_OK where there is a plan, else ERR_STATE with the reason. */
int boot_need_plan(const struct monitor *m, struct diag *d);

/** ERR_OK where the plan has boot tables, else ERR_STATE with the reason. */
int boot_need_tables(const struct monitor *m, struct diag *d);

/** Check digests, then carry out the copies of @role (PLAN_ROLE_COUNT: all). */
int boot_load(struct monitor *m, enum plan_role role, struct diag *d);

/** True where the destination of @role has its final content. */
bool boot_done(const struct monitor *m, enum plan_role role);

/** Build boot tables and trampoline in their place. */
int boot_map(struct monitor *m, struct diag *d);

/** Add @mapping to the plan and build the boot tables with it; on error they stay as they were. */
int boot_map_add(struct monitor *m, const struct plan_mapping *mapping, struct diag *d);

/**
 * Put the boot tables in force beside the monitor's own map, or take them out. They stay out where
 * the CPU, asked by AT, does not find the kernel's entry in them: ERR_FAULT or ERR_MISMATCH.
 */
int boot_mmu(struct monitor *m, bool on, struct diag *d);

/** Do what is still missing; then everything is as it will be at the jump. */
int boot_prepare(struct monitor *m, struct diag *d);

/** Start the other cores, with @force as many as there are, and leave for the kernel. Returns only
 * on an error. */
int boot_enter(struct monitor *m, bool force, struct diag *d);

#endif
