/* SPDX-License-Identifier: Apache-2.0 */
/* Whole DTBs, and what they tell about the machine. Source: Devicetree Specification 0.4. */
#ifndef ELFMON_MM_FDT_MEM_H
#define ELFMON_MM_FDT_MEM_H

#include "mm/fdt_outline.h"
#include "monitor/base/reader.h"

/**
 * Check a whole DTB that lies in @blob (which may be larger than it): header, block alignment,
 * bounds, tags, names, nesting (at most 32 levels), property lengths.
 * On success *@size is the number of bytes in use, to which it can be packed by fdt_mem_copy.
 * ERR_TRUNCATED, ERR_FORMAT, ERR_ALIGN or ERR_UNSUPPORTED with the reason in @d.
 */
int fdt_mem_check(struct bytes blob, uint32_t *size, struct diag *d);

/**
 * Copy a checked DTB to @out with its slack squeezed out and @spare bytes left for edits.
 * ERR_NOMEM where @room is too small.
 */
int fdt_mem_copy(struct bytes blob, uint32_t spare, void *out, uint32_t room, struct diag *d);

/**
 * Fill @out from a checked DTB, with lists and names in @arena, which needs machine_bytes of
 * @outline->size. ERR_NOMEM where it has less; ERR_NOTFOUND where the DTB describes no memory (@out
 * has the rest, which is optional).
 *
 * RAM is what enabled /memory nodes tell: secure-only memory has status "disabled". A CPU counts
 * where it is enabled, MMIO where the device and all its buses are and its reg has a CPU address;
 * MMIO inside a range that is listed already is left out.
 */
int fdt_mem_machine(const struct fdt_outline *outline, struct arena *arena, struct machine *out,
                    struct diag *d);

#endif
