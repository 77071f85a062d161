/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts that end a WFI. Nothing is ever taken or acknowledged: PSTATE masks them, and a masked
 * one ends a WFI all the same.
 * Sources: Arm IHI 0048 (GICv2), Arm IHI 0069 (GICv3), "Programmers' Model". */
#ifndef ELFMON_DRIVERS_WAKEUP_H
#define ELFMON_DRIVERS_WAKEUP_H

#include <stdbool.h>
#include <stdint.h>

enum { WAKEUP_CHANGES_MAX = 16 };

struct wakeup {
    unsigned version; /* 2 or 3; with others there is nothing to do */
    uintptr_t dist;   /* distributor, mapped */
    uintptr_t cpu;    /* GICv2: CPU interface; GICv3: redistributors */

    /* Internal: what takes back the changes, last one first. */
    unsigned change_count;
    struct {
        uintptr_t at;
        uint32_t value;
    } changes[WAKEUP_CHANGES_MAX];
    uint64_t pmr, grpen;
};

/**
 * Let the shared interrupt @spi and the private one @ppi reach this core, both by their INTID. May
 * fault where there is no such controller.
 */
void wakeup_start(struct wakeup *w, unsigned spi, unsigned ppi);

/** Leave it as it was found. */
void wakeup_stop(struct wakeup *w);

#endif
