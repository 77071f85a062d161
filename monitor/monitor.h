/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's state: one value, made by main, handed to every command. */
#ifndef ELFMON_MONITOR_MONITOR_H
#define ELFMON_MONITOR_MONITOR_H

#include "mm/fdt_mem.h"
#include "mm/regions.h"
#include "monitor/arch.h"
#include "monitor/plan/plan.h"
#include "monitor/shell/autoboot.h"
#include "monitor/shell/console.h"
#include "monitor/shell/shell.h"
#include "monitor/sources/bootargs.h"
#include "monitor/sources/slots.h"
#include "payload/desc.h"
#include "payload/fit.h"

/** How a byte may be received wrongly. */
enum line_error { LINE_FRAMING, LINE_PARITY, LINE_BREAK, LINE_OVERRUN, LINE_ERROR_COUNT };

/** What leaves the machine or wakes its cores; filled from drivers by main. */
struct monitor_board {
    /** Does not return where the firmware can do it; else ERR_UNSUPPORTED. */
    int (*reset)(struct monitor *m, struct diag *d);
    /** @code reaches the emulator's exit status where there is a way. */
    int (*poweroff)(struct monitor *m, int code, struct diag *d);
    /** PSCI: start the core @mpidr at @entry, MMU off. */
    int (*cpu_on)(struct monitor *m, uint64_t mpidr, paddr_t entry, struct diag *d);
    /** PSCI AFFINITY_INFO of the core @mpidr: 0 on, 1 off, 2 on its way, negative: an error. */
    int (*cpu_state)(struct monitor *m, uint64_t mpidr, int64_t *state, struct diag *d);
    /** Wait until everything printed has left. */
    void (*flush)(struct monitor *m);
    /** Bytes received with errors since the start, in the order of enum line_error. */
    const uint32_t *(*line_errors)(const struct monitor *m);
};

/** What has been done on the way to the kernel, in this order. */
struct monitor_progress {
    bool loaded[PLAN_ROLE_COUNT];
    bool mapped;            /* boot tables and trampoline built */
    bool mmu_on;            /* boot tables in force */
    uint64_t cores_started; /* bit n: core n waits, or was told to come */
    /* Done for images that have been replaced since, and to be done again. */
    bool stale[PLAN_ROLE_COUNT], stale_tables;
};

enum { SCRIPT_DEPTH_MAX = 3 };

/**
 * Ranges of our own in a list of what is in use: the image, its DTB and tables, what is to be
 * booted, scripts, and, while a change is tried, what was before and what moves.
 */
enum {
    BUSY_OWN_RANGES =
        10 + SCRIPT_DEPTH_MAX + 3 * UPLOAD_SLOT_COUNT + 3 * FIT_OTHER + 2 * PLAN_ROLE_COUNT,
};

/** A compressed image, or a DTB with slack, and what is loaded instead; data.size 0: none. */
struct unpacked {
    struct bytes source, data;
};

/* Large members come last: what has a small offset is reached in one instruction. */
struct monitor {
    struct console con;
    struct arch_cpu cpu;
    struct monitor_board board;
    struct monitor_progress progress;
    struct autoboot autoboot;
    uint64_t prompt_ticks;    /* the CPU's counter when the first prompt was due; 0 before */
    unsigned skipped_devices; /* for which the monitor's map had no room */

    paddr_t uart;             /* the console's registers */
    void *fdt;                /* the copy of the machine's DTB; NULL where there is none */
    struct bytes fdt_bytes;   /* the same, packed */
    struct payload_desc desc; /* of the payload, as the loader was told */
    struct bytes payload;     /* embedded FIT; size 0: none */

    struct diag fdt_problem;     /* why there is no fdt */
    struct diag payload_problem; /* why the payload cannot be used; "" where it can */
    struct diag plan_problem;    /* why there is no plan; "" where there is one */

    struct bootargs bootargs;
    struct diag unpack_problem; /* why a compressed image is not unpacked */

    char config[FIT_NAME_BYTES]; /* the payload's configuration that was asked for; "": default */
    struct plan_input input;     /* what the plan is made from */
    struct boot_plan plan;
    struct machine machine; /* nothing in it where there is no DTB */
    struct fit fit;
    struct shell shell;
    struct regions busy;    /* what a plan must not touch: monitor, DTB copy, payload, reserved */
    struct arena tables;    /* lists and names of machine and busy: in RAM, or in own_tables */
    struct range tables_at; /* that RAM, once everything has its place; empty: none */
    struct region own_tables[2][2 * BUSY_OWN_RANGES]; /* where no RAM is known */
    struct range at_reset[3]; /* what a reset writes again: image, payload and DTB as they came */
    enum dtb_use dtb_use;
    struct unpacked unpacked[FIT_OTHER]; /* by role */
    struct slot slots[UPLOAD_SLOT_COUNT];
    unsigned script_depth; /* of scripts that run each other */
    struct bytes scripts[SCRIPT_DEPTH_MAX];
    /* While a change is tried: what was before. */
    struct boot_plan plan_before;
    struct slot slots_before[UPLOAD_SLOT_COUNT];
};

#endif
