/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change of what is booted, in the middle of a boot: all of it or nothing. What has been done and
 * still holds stays done; the rest is stale, and boot does it again.
 *
 *     change_begin, then change m->slots, m->config, m->dtb_use, m->bootargs, then change_plan
 */
#ifndef ELFMON_MONITOR_BOOT_CHANGE_H
#define ELFMON_MONITOR_BOOT_CHANGE_H

#include "monitor/base/bits.h"
#include "monitor/monitor.h"

#define CHANGE_ALL_ROLES MASK(FIT_OTHER - 1, 0)

struct change {
    unsigned roles; /* bit n: enum fit_role n has another image now; to be set by the caller */
    bool forced;    /* a plan that cannot be made any more is no error; set by the caller */
    bool matching;  /* a kernel that does not match the machine is one; set by the caller */
    struct monitor_progress progress;
    struct diag problem;
    enum dtb_use dtb_use;
    struct bootargs bootargs;
    char config[FIT_NAME_BYTES];
};

/** Note how things are. ERR_STATE where cores already wait for the plan as it is. */
int change_begin(struct monitor *m, struct change *c, struct diag *d);

/**
 * Move what is in the plan's way, and files that were just received, to a free place, and plan
 * again. Where that fails, and did not fail for the same reason before, everything is as it was.
 * @fresh  bits of enum upload_slot: where received files lie now
 */
int change_plan(struct monitor *m, struct change *c, unsigned fresh, struct diag *d);

/**
 * Have the images of the payload's configuration @config in force, but for what is uploaded; it
 * stays until there is another payload.
 */
int change_config(struct monitor *m, const char *config, struct diag *d);

/** Have everything as it was at change_begin. */
void change_undo(struct monitor *m, struct change *c);

#endif
