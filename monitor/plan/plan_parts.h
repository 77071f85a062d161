/* SPDX-License-Identifier: Apache-2.0 */
/* What the plans of all protocols are made of. Internal to monitor/plan/. */
#ifndef ELFMON_MONITOR_PLAN_PLAN_PARTS_H
#define ELFMON_MONITOR_PLAN_PLAN_PARTS_H

#include "monitor/plan/plan.h"

/** ERR_STATE where no RAM is known. */
int plan_need_ram(const struct plan_input *in, struct diag *d);

/** Let plan->chosen be @chosen with @in's bootargs, and find plan->dtb_bytes. */
void plan_complete_dtb(const struct plan_input *in, struct boot_plan *plan,
                       const struct fdt_chosen *chosen);

/** Have the DTB copied as it is; where it is to be completed, plan_write_dtb does it. */
void plan_add_dtb(const struct plan_input *in, struct boot_plan *plan);

/** Have @src copied to the destination of @role, and the rest of that zeroed. */
void plan_add_bytes(struct boot_plan *plan, enum plan_role role, struct bytes src);

/** @bytes in whole pages. */
static inline uint64_t plan_pages(uint64_t bytes)
{
    return align_up(bytes, PAGE_BYTES);
}

#endif
