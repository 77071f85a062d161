/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for a kernel at physical addresses, entered with the MMU off: an ELF, KaaL's, or raw
 * bytes. docs/handover.md, "Kernels at physical addresses". */
#ifndef ELFMON_MONITOR_PLAN_PLAN_PHYSICAL_H
#define ELFMON_MONITOR_PLAN_PLAN_PHYSICAL_H

#include "monitor/plan/plan.h"

/** Fill @plan, which is zero but for its protocol. Errors as plan_make's. */
int plan_physical_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d);

#endif
