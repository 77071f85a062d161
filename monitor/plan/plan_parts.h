/* SPDX-License-Identifier: Apache-2.0 */
/* What the plans of all protocols are made of. Internal to monitor/plan*.c. */
#ifndef ELFMON_MONITOR_PLAN_PLAN_PARTS_H
#define ELFMON_MONITOR_PLAN_PLAN_PARTS_H

#include "monitor/plan/plan.h"

/** Fill @plan, which is zero, but for its protocol. */
int plan_sel4_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d);
int plan_linux_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d);

/** ERR_STATE where no RAM is known. */
int plan_need_ram(const struct plan_input *in, struct diag *d);

/** Let plan->chosen be @chosen with @in's bootargs, and find plan->dtb_bytes. */
void plan_complete_dtb(const struct plan_input *in, struct boot_plan *plan,
                       const struct fdt_chosen *chosen);

/** Have the DTB copied as it is; where it is to be completed, plan_write_dtb does it. */
void plan_add_dtb(const struct plan_input *in, struct boot_plan *plan);

/** Have @src copied to the destination of @role, and the rest of that zeroed. */
void plan_add_bytes(struct boot_plan *plan, enum plan_role role, struct bytes src);

/** Check @added, each for itself, for a kernel at EL @el: as pt_check, and ERR_UNSUPPORTED. */
int plan_check_added(const struct mappings *added, unsigned el, struct diag *d);

/** ERR_OVERLAP where one that was added is in the way of another mapping. */
int plan_check_overlap(const struct boot_plan *plan, struct diag *d);

/** @bytes in whole pages. */
static inline uint64_t plan_pages(uint64_t bytes)
{
    return align_up(bytes, PAGE_BYTES);
}

#endif
