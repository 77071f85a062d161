/* SPDX-License-Identifier: Apache-2.0 */
/* The decision: the one place where images, the machine, its devicetree and the tables meet. Made
 * by the same code on the host (elfmon-pack, as advice) and on the target. */
#ifndef ELFMON_MONITOR_PLAN_PLAN_MAKE_H
#define ELFMON_MONITOR_PLAN_PLAN_MAKE_H

#include "monitor/plan/plan.h"

/**
 * Lay out everything and check it against the machine's RAM and @in->busy. Nothing is written to
 * any destination. On error @out->protocol is PROTOCOL_NONE and the reason, with the offending
 * value, is in @d.
 */
int plan_make(const struct plan_input *in, struct boot_plan *out, struct diag *d);

#endif
