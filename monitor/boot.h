/* SPDX-License-Identifier: Apache-2.0 */
/* The steps from the plan to the kernel. Each prints what it does; `boot` does what is missing. */
#ifndef ELFMON_MONITOR_BOOT_H
#define ELFMON_MONITOR_BOOT_H

#include "monitor/monitor.h"

/** Make m->plan anew from m->fit and m->machine; what had been done is forgotten. */
int boot_plan_make(struct monitor *m);

/** ERR_OK where there is a plan, else ERR_STATE with the reason. */
int boot_need_plan(const struct monitor *m, struct diag *d);

/** Check digests, then carry out the copies of @role (PLAN_ROLE_COUNT: all). */
int boot_load(struct monitor *m, enum plan_role role, struct diag *d);

/** Build boot tables and trampoline in their place. */
int boot_map(struct monitor *m, struct diag *d);

/** Put the boot tables in force beside the monitor's own map, or take them out. */
int boot_mmu(struct monitor *m, bool on, struct diag *d);

/** Do what is still missing; then everything is as it will be at the jump. */
int boot_prepare(struct monitor *m, struct diag *d);

/** Start the other cores and leave for the kernel. Returns only on an error. */
int boot_enter(struct monitor *m, struct diag *d);

#endif
