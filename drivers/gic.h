/* SPDX-License-Identifier: Apache-2.0 */
/* Generic Interrupt Controller, as far as only secure software can set it up.
 * Source: Arm IHI 0048 (GICv2), Arm IHI 0069 (GICv3). */
#ifndef ELFMON_DRIVERS_GIC_H
#define ELFMON_DRIVERS_GIC_H

#include "monitor/base/range.h"

/** Accesses of 32 bits to secure physical memory; a read that faults gives 0. */
struct gic_access {
    uint32_t (*read)(paddr_t address);
    void (*write)(paddr_t address, uint32_t value);
};

/**
 * Give all interrupts to the non-secure world. @version is 2 or 3; @dist is the distributor, @cpu
 * the CPU interface (GICv2) or the first redistributor (GICv3).
 */
void gic_open(const struct gic_access *access, unsigned version, paddr_t dist, paddr_t cpu);

#endif
