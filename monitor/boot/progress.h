/* SPDX-License-Identifier: Apache-2.0 */
/* What has been done on the way to the kernel. */
#ifndef ELFMON_MONITOR_BOOT_PROGRESS_H
#define ELFMON_MONITOR_BOOT_PROGRESS_H

#include "monitor/plan/plan.h"

/** Which steps of the plan are done, in this order. */
struct progress {
    bool loaded[PLAN_ROLE_COUNT];
    bool mapped;            /* boot tables and trampoline built */
    bool mmu_on;            /* boot tables in force */
    uint64_t cores_started; /* bit n: core n waits, or was told to come */
    /* Done for images that have been replaced since, and to be done again. */
    bool stale[PLAN_ROLE_COUNT], stale_tables;
};

#endif
