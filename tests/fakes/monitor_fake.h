/* SPDX-License-Identifier: Apache-2.0 */
/* A whole monitor on the fake console and the fake CPU, with a small devicetree. */
#ifndef ELFMON_TESTS_MONITOR_FAKE_H
#define ELFMON_TESTS_MONITOR_FAKE_H

#include "monitor/monitor.h"
#include "tests/fakes/arch_fake.h"
#include "tests/fakes/console_fake.h"
#include "tests/fakes/machine_fake.h"

struct monitor_fake {
    struct console_fake console;
    struct monitor m;
    struct machine_fake tables; /* of m.machine and m.busy */
    unsigned reset_count, cpu_on_count;
    int64_t cpu_state; /* what PSCI says of every core */
    uint32_t line_errors[LINE_ERROR_COUNT];
    int poweroff_code; /* -1: not called */
    uint64_t fdt_data[512];
};

/**
 * Start again with @commands. The machine has ARCH_FAKE_BYTES of RAM at ARCH_FAKE_BASE, lists of
 * MACHINE_FAKE_ENTRIES, and the nodes /chosen, /cpus/cpu@0, /cpus/cpu@1, /memory@40000000 and
 * /pl011@9000000; the board's functions are recorded and return ERR_OK.
 */
void monitor_fake_init(struct monitor_fake *fake, const struct cmd *const *commands);

/** The choice in force, to be changed as no command could. */
struct choice *monitor_fake_now(struct monitor *m);

/** Run @line in the shell; returns its status. What was printed before is forgotten. */
int monitor_fake_run(struct monitor_fake *fake, const char *line);

#endif
