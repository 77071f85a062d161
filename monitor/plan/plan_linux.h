/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for a Linux Image: docs/handover.md, "A Linux arm64 Image". */
#ifndef ELFMON_MONITOR_PLAN_PLAN_LINUX_H
#define ELFMON_MONITOR_PLAN_PLAN_LINUX_H

#include "monitor/plan/plan.h"

/** Fill @plan, which is zero, but for its protocol. Errors as plan_make's. */
int plan_linux_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d);

#endif
