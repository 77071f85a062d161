/* SPDX-License-Identifier: Apache-2.0 */
/* map show, and what the commands that show translation tables share. */
#ifndef ELFMON_CMDS_MAP_SHOW_H
#define ELFMON_CMDS_MAP_SHOW_H

#include "mm/pt_walk.h"
#include "monitor/monitor.h"

/** The boot tables of the half that @upper names, as built; see progress.mapped. */
struct pt_view map_boot_view(const struct monitor *m, bool upper);

/** What the CPU itself walks now in that half: the monitor's map and what joined it. */
struct pt_view map_live_view(const struct monitor *m, bool upper);

/** ERR_OK where the boot tables are built, else ERR_STATE. */
int map_need_tables(const struct monitor *m, struct diag *d);

/** "not built", "built, not in force", "in force". */
const char *map_boot_state(const struct monitor *m);

/** The line above those of map_print_run. */
void map_print_heading(struct console *con);

/** One mapping on a line. @name may be "". */
void map_print_run(struct console *con, const struct pt_run *run, const char *name);

/** map show [boot|monitor], with @argv[0] "show". */
int map_show(struct monitor *m, int argc, char **argv, struct diag *d);

#endif
