/* SPDX-License-Identifier: Apache-2.0 */
/* Who lies where: the DTB is found and copied away, monitor and payload leave the places that the
 * plan wants to write to. */
#ifndef ELFMON_MONITOR_PLACE_H
#define ELFMON_MONITOR_PLACE_H

#include "monitor/monitor.h"

/**
 * Look for a DTB at @hint (0: none), then at @fallback, and read m->machine from it. *@found is
 * empty where there is none; m->fdt_problem says why, or what is wrong with the one at @hint.
 */
void place_find_dtb(struct monitor *m, paddr_t hint, paddr_t fallback, struct bytes *found);

/**
 * Move the monitor to the highest free memory and onto its runtime map, copy @dtb (may be empty) to
 * m->fdt, move the payload out of the plan's way, list all of it in m->busy and make the plan.
 * Without RAM known the monitor stays where it is. An error, with the reason in @d, leaves it on
 * the early map.
 */
int place_take(struct monitor *m, struct bytes dtb, struct diag *d);

#endif
