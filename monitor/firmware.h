/* SPDX-License-Identifier: Apache-2.0 */
/* The ways out of the monitor: what firmware and emulator do when asked. */
#ifndef ELFMON_MONITOR_FIRMWARE_H
#define ELFMON_MONITOR_FIRMWARE_H

#include "monitor/board.h"

/** By PSCI as the DTB tells, semihosting, and the console's line (monitor/port.h). */
extern const struct board_ops firmware_ops;

/**
 * Where the monitor was started at EL3: do for the non-secure world what firmware would have done,
 * the GIC, the timer's frequency (@cpu is told) and no spin tables in @machine, and leave EL3.
 */
void firmware_leave_secure(struct machine *machine, struct arch_cpu *cpu);

#endif
