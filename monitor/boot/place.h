/* SPDX-License-Identifier: Apache-2.0 */
/* Who lies where: the DTB is found and copied away, monitor and payload leave the places that the
 * plan wants to write to. */
#ifndef ELFMON_MONITOR_BOOT_PLACE_H
#define ELFMON_MONITOR_BOOT_PLACE_H

#include "monitor/monitor.h"

/**
 * Look for a DTB at each of @count addresses in turn, where there need not be any memory, and read
 * m->machine from the first, with its tables in free RAM. *@found is empty where there is none;
 * m->fdt_problem says why there is none at the first address, or what is wrong with the one found.
 */
void place_find_dtb(struct monitor *m, const paddr_t *at, unsigned count, struct bytes *found);

/**
 * Move the monitor to the highest free memory and onto its runtime map, with the machine's tables
 * and a copy of @dtb (may be empty) as m->fdt below it, move the payload out of the plan's way,
 * list all of it in m->busy and make the plan. Without RAM known the monitor stays where it is. An
 * error, with the reason in @d, leaves it on the early map.
 */
int place_take(struct monitor *m, struct bytes dtb, struct diag *d);

/** Fill @set with what stays where it is: the monitor, its DTB, what the machine reserves. */
int place_list_own(const struct monitor *m, struct regions *set, struct diag *d);

/** Add what is needed until it has been loaded: payload, uploads and their record, scripts. */
int place_list_sources(const struct monitor *m, struct regions *set, struct diag *d);

/** The highest free place in any RAM, clear of @taken. ERR_NOMEM where there is none. */
int place_high(const struct monitor *m, const struct regions *taken, uint64_t size,
               struct range *out);

/** True where a destination of the plan overlaps @range. */
bool place_is_in_the_way(const struct monitor *m, struct range range);

#endif
