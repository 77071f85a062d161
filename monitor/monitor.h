/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's state: one value, made by main, handed to every command. */
#ifndef ELFMON_MONITOR_MONITOR_H
#define ELFMON_MONITOR_MONITOR_H

#include "mm/fdt_mem.h"
#include "mm/regions.h"
#include "monitor/arch.h"
#include "monitor/autoboot.h"
#include "monitor/console.h"
#include "monitor/plan.h"
#include "monitor/shell.h"
#include "payload/fit.h"

/** What leaves the machine; filled from drivers by main. */
struct monitor_board {
    /** Does not return where the firmware can do it; else ERR_UNSUPPORTED. */
    int (*reset)(void *context, struct diag *d);
    /** @code reaches the emulator's exit status where there is a way. */
    int (*poweroff)(void *context, int code, struct diag *d);
    void *context;
};

/** What has been done on the way to the kernel, in this order. */
struct monitor_progress {
    bool loaded[PLAN_ROLE_COUNT];
    bool mapped; /* boot tables built */
    bool mmu_on; /* boot tables in force */
};

struct monitor {
    struct console con;
    struct shell shell;
    struct arch_cpu cpu;
    struct monitor_board board;

    const void *fdt;         /* the copy of the machine's DTB; NULL where there is none */
    struct diag fdt_problem; /* why there is none */
    struct machine machine;  /* zero where there is no DTB */

    struct bytes payload;        /* embedded FIT; size 0: none */
    struct diag payload_problem; /* why it cannot be used; "" where it can */
    struct fit fit;

    struct regions busy; /* monitor, DTB copy, sources, reserved: what a plan must not touch */
    struct boot_plan plan;
    struct diag plan_problem; /* why there is no plan; "" where there is one */
    struct monitor_progress progress;
    struct autoboot autoboot;
};

#endif
