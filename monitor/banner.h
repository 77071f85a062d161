/* SPDX-License-Identifier: Apache-2.0 */
/* The first lines that a user sees. */
#ifndef ELFMON_MONITOR_BANNER_H
#define ELFMON_MONITOR_BANNER_H

#include "monitor/monitor.h"

/** Version, machine, payload, and whether the two fit together. */
void banner_print(struct monitor *m);

#endif
