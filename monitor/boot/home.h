/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's own map of memory: W^X for itself, all RAM, the known devices, nothing else. */
#ifndef ELFMON_MONITOR_BOOT_HOME_H
#define ELFMON_MONITOR_BOOT_HOME_H

#include "mm/machine.h"
#include "mm/pt_build.h"
#include "monitor/arch.h"

/** What the map is made for. */
struct home {
    paddr_t image;                 /* where the monitor's image lies, or will lie */
    const struct arch_part *parts; /* of the image */
    unsigned part_count;
    const struct range *ram; /* to be mapped at its own address, but for the image's place */
    unsigned ram_count;
    const struct machine *machine; /* devices and no-map ranges */
    struct range uart;             /* the console's, also without a DTB */
    bool el2;
};

/**
 * Build the map into @arena: the image's parts at their link address, each with its own
 * permissions; RAM without the image and without no-map ranges, read-write, never executable;
 * devices as Device-nGnRnE. *@skipped counts devices for which @arena was too small.
 * Returns the root's address in *@root, or an error of pt_map with the reason in @d.
 */
int home_build(const struct home *home, struct pt_arena *arena, paddr_t *root, unsigned *skipped,
               struct diag *d);

#endif
