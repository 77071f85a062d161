/* SPDX-License-Identifier: Apache-2.0 */
/* The other cores, on their way to the kernel. */
#ifndef ELFMON_MONITOR_BOOT_SMP_H
#define ELFMON_MONITOR_BOOT_SMP_H

#include "monitor/board.h"
#include "monitor/boot/progress.h"
#include "monitor/shell/console.h"

/**
 * The core that the kernel knows as @number: 0 is the one this runs on, the others follow in the
 * DTB's order. NULL where there is none.
 */
const struct machine_cpu *smp_core(const struct board *board, unsigned number);

/** The parts that starting cores takes. */
struct smp {
    const struct board *board;
    const struct boot_plan *plan;
    struct progress *progress;
    struct console *clock;
};

/**
 * Start as many cores as the plan wants besides this one, each as its enable-method says, at the
 * trampoline's waiting place, and wait until each has said that it is there. Cores that wait there
 * already are not asked again.
 * ERR_MISMATCH where the machine has too few and that is not @force, ERR_UNSUPPORTED where there is
 * no way to start one, ERR_TIMEOUT where one does not come, or an error of the firmware, with the
 * core in @d.
 */
int smp_start(const struct smp *s, bool force, struct diag *d);

#endif
