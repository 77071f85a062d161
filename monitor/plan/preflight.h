/* SPDX-License-Identifier: Apache-2.0 */
/* Does the kernel fit the machine? The questions to ask before a jump that could end in silence. */
#ifndef ELFMON_MONITOR_PLAN_PREFLIGHT_H
#define ELFMON_MONITOR_PLAN_PREFLIGHT_H

#include "monitor/plan/plan.h"

enum { PREFLIGHT_TEXT_BYTES = 96 };

/** "0x40000000-0x80000000, 1 core, EL1, GICv2"; what is not known is said to be unknown. */
void preflight_describe_sel4(const struct sel4_facts *facts, char *out, size_t size);

/** The same of the machine that @in describes. */
void preflight_describe_machine(const struct plan_input *in, char *out, size_t size);

/** What the kernel of @plan, which is one, was built for: as above, or "Linux, 4 KiB pages, ...".
 */
void preflight_describe_kernel(const struct boot_plan *plan, char *out, size_t size);

/**
 * Compare RAM, number of cores, EL, PA size, GIC version and, for several cores, PSCI. ERR_OK, or
 * ERR_MISMATCH with what differs first, then both sides, in @d. Unknown facts match everything.
 */
int preflight_sel4(const struct sel4_facts *facts, const struct plan_input *in, struct diag *d);

/** The same for the kernel of @plan; of a Linux kernel its pages, byte order and bootargs. */
int preflight_check(const struct boot_plan *plan, const struct plan_input *in, struct diag *d);

#endif
