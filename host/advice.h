/* SPDX-License-Identifier: Apache-2.0 */
/* The boot plan as far as the host can know it. RAM and devicetree are the machine's, so the
 * monitor always plans again; what cannot work anywhere is refused here already. */
#ifndef ELFMON_HOST_ADVICE_H
#define ELFMON_HOST_ADVICE_H

#include "host/inputs.h"
#include "monitor/plan/plan.h"

/** Room that the plan keeps for a devicetree that nobody has seen yet. */
enum { ADVICE_DTB_BYTES = 64 * 1024 };

/** RAM from the kernel's base, where nothing tells how much there is. */
#define ADVICE_RAM_BYTES GIB(1)

struct advice {
    bool ram_known; /* else: ADVICE_RAM_BYTES are assumed */
    struct machine machine;
    struct regions busy;   /* what the packed devicetree reserves */
    struct boot_plan plan; /* PROTOCOL_NONE where there is no kernel */
};

/** Plan for the machine that the packed devicetree or else the kernel tells of. -1: reported. */
int advice_make(const struct inputs *in, struct advice *out);

/**
 * Where to load an image of @image_bytes: @linked, or, where that would overlap the plan and
 * there is room, the first 2 MiB boundary above the plan.
 */
paddr_t advice_load_addr(const struct advice *advice, paddr_t linked, uint64_t image_bytes);

#endif
