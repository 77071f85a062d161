/* SPDX-License-Identifier: Apache-2.0 */
/* The boot plan as far as the host can know it. RAM and devicetree are the machine's, so the
 * monitor always plans again; what cannot work anywhere is refused here already. */
#ifndef ELFMON_HOST_ADVICE_H
#define ELFMON_HOST_ADVICE_H

#include "host/inputs.h"
#include "monitor/plan/plan.h"

/** Room that the plan keeps for a devicetree that nobody has seen yet. */
enum { ADVICE_DTB_BYTES = 64 * 1024 };

struct advice {
    bool ram_known; /* else one range is assumed that the plan is not refused for */
    struct machine machine;
    struct regions busy;   /* what the packed devicetree reserves */
    struct boot_plan plan; /* PROTOCOL_NONE where there is no kernel, or a part of it is to come */
};

/** Plan for the machine that the packed devicetree or else the kernel tells of. -1: reported. */
int advice_make(const struct inputs *in, struct advice *out);

/**
 * Where to load an image of @image_bytes: @linked, or, where that would overlap the plan, the first
 * 2 MiB boundary above the plan, else the nearest free one, where there is room.
 */
paddr_t advice_load_addr(const struct advice *advice, paddr_t linked, uint64_t image_bytes);

#endif
