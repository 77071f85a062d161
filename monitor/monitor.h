/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor as one value: made by main, handed to every command. */
#ifndef ELFMON_MONITOR_MONITOR_H
#define ELFMON_MONITOR_MONITOR_H

#include "monitor/board.h"
#include "monitor/boot/boot.h"
#include "monitor/shell/autoboot.h"
#include "monitor/shell/console.h"
#include "monitor/shell/shell.h"

struct monitor {
    struct board board;
    struct boot boot; /* sources, plan and progress */
    struct console con;
    struct shell shell;
    struct autoboot autoboot;
    uint64_t prompt_ticks; /* the CPU's counter when the first prompt was due; 0 before */
};

#endif
