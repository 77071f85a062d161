/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELFMON_CMDS_MAP_WALK_H
#define ELFMON_CMDS_MAP_WALK_H

#include "monitor/monitor.h"

/** map walk [-b|-m] VA, with @argv[0] "walk". */
int map_walk(struct monitor *m, int argc, char **argv, struct diag *d);

#endif
