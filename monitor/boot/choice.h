/* SPDX-License-Identifier: Apache-2.0 */
/* A choice of what is booted: sources and the plan that was made of them. */
#ifndef ELFMON_MONITOR_BOOT_CHOICE_H
#define ELFMON_MONITOR_BOOT_CHOICE_H

#include "monitor/board.h"
#include "monitor/plan/plan.h"
#include "monitor/sources/sources.h"

struct choice {
    struct sources sources;
    struct regions busy; /* what the plan must not touch: monitor, DTB copy, sources, reserved */
    struct plan_input input;
    struct boot_plan plan;
    struct diag problem; /* why there is no plan; "" where there is one */
};

/**
 * Make c->plan of c->sources, c->busy and @board. An error, with the reason in c->problem, leaves
 * no plan: its protocol is PROTOCOL_NONE.
 */
int choice_plan(const struct board *board, struct choice *c);

/** ERR_OK where there is a plan, else ERR_STATE with the reason. */
int choice_need_plan(const struct choice *c, struct diag *d);

/** ERR_OK where the plan enters its kernel as @wanted, or that is PROTOCOL_NONE; else ERR_MISMATCH.
 */
int choice_need_protocol(const struct choice *c, enum protocol wanted, struct diag *d);

/** The devicetree to hand over, checked: an image, or the copy of the machine's. */
int choice_dtb(const struct board *board, const struct sources *s, struct bytes *out,
               struct diag *d);

/** The image that is loaded for @role; FIT_OTHER: none. */
enum fit_role choice_image(enum plan_role role);

/** True where a destination of the plan overlaps @range. */
bool choice_overlaps(const struct choice *c, struct range range);

/**
 * Compare with its digest what is loaded for @role: an image, its plain copy, or the monitor's copy
 * of the machine's DTB. ERR_DIGEST, ERR_UNSUPPORTED.
 */
int choice_verify(const struct board *board, const struct choice *c, enum plan_role role,
                  struct diag *d);

#endif
