/* SPDX-License-Identifier: Apache-2.0 */
/* Who lies where: the DTB is found and copied away, monitor and payload leave the places that the
 * plan wants to write to. */
#ifndef ELFMON_MONITOR_BOOT_PLACE_H
#define ELFMON_MONITOR_BOOT_PLACE_H

#include "monitor/boot/boot.h"

/**
 * Look for a DTB at each of @count addresses in turn, where there need not be any memory, and read
 * board->machine from the first. *@found is empty where there is none; board->fdt_problem says why
 * there is none at the first address, or what is wrong with the one found.
 * @payload  where the payload lies, clear of which the machine's tables go
 */
void place_find_dtb(struct board *board, const paddr_t *at, unsigned count, struct range payload,
                    struct bytes *found);

/**
 * Move the monitor to the highest free memory and onto its runtime map, copy @dtb (may be empty) to
 * board->fdt, move the payload out of the plan's way, list all of it, and make the first plan.
 * Without RAM known the monitor stays where it is. An error, with the reason in @d, leaves it on
 * the early map.
 */
int place_take(struct board *board, struct boot *b, struct bytes dtb, struct diag *d);

#endif
