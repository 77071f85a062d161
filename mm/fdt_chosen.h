/* SPDX-License-Identifier: Apache-2.0 */
/* What a boot loader writes into the devicetree that it hands over: /chosen, and memory.
 * Source: Devicetree Specification 0.4, "/chosen Node"; Linux Documentation/devicetree/usage-model;
 * Xen docs/misc/arm/device-tree/booting.txt. */
#ifndef ELFMON_MM_FDT_CHOSEN_H
#define ELFMON_MM_FDT_CHOSEN_H

#include <stdbool.h>

#include "monitor/base/range.h"

/** What is to be in /chosen; the rest of it, kaslr-seed and rng-seed too, stays as it is. */
struct fdt_chosen {
    const char *bootargs; /* NULL: those that are there */
    struct range initrd;  /* empty: what is there */
    struct range module;  /* Xen's first domain's kernel; empty: the kernel is not Xen, and these
                             are for itself; else bootargs and initrd are the domain's */
    const char *xen_bootargs; /* for Xen itself; NULL: those that are there */
    const struct range *ram; /* for a DTB without a memory node, which a kernel cannot do without */
    unsigned ram_count;
};

/** True where the checked DTB at @fdt has a node that describes memory. */
bool fdt_chosen_has_memory(const void *fdt);

/** The room that fdt_chosen_write needs at most; 0 where there is nothing to write. */
uint64_t fdt_chosen_spare(const struct fdt_chosen *chosen);

/** Write @chosen into a checked DTB with that much spare room. ERR_NOMEM or ERR_FORMAT. */
int fdt_chosen_write(void *fdt, const struct fdt_chosen *chosen, struct diag *d);

/** /chosen/bootargs of a checked DTB; "" where there are none. */
const char *fdt_chosen_bootargs(const void *fdt);

#endif
