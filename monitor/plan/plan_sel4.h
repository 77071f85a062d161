/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for an seL4 kernel: docs/handover.md. */
#ifndef ELFMON_MONITOR_PLAN_PLAN_SEL4_H
#define ELFMON_MONITOR_PLAN_PLAN_SEL4_H

#include "monitor/plan/plan.h"

/** Fill @plan, which is zero, but for its protocol. Errors as plan_make's. */
int plan_sel4_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d);

#endif
