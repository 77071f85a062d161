/* SPDX-License-Identifier: Apache-2.0 */
/* Free RAM, found in a devicetree itself: for the tables that tell what is free. */
#ifndef ELFMON_MM_FDT_ROOM_H
#define ELFMON_MM_FDT_ROOM_H

#include "mm/fdt_outline.h"

/**
 * The highest place of @bytes (a multiple of 4096), itself at one, inside an enabled memory node,
 * that overlaps no child of /reserved-memory, no /memreserve/ entry, no initrd of /chosen and none
 * of the @taken_count ranges of @taken. ERR_NOTFOUND where no RAM is told, ERR_NOMEM where there is
 * no such place.
 */
int fdt_room_find(const struct fdt_outline *outline, uint64_t bytes, const struct range *taken,
                  unsigned taken_count, struct range *out, struct diag *d);

#endif
