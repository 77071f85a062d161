/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change of what is booted, in the middle of a boot: all of it or nothing.
 *
 *     change_begin, then edit c.to->sources, then change_commit
 *
 * A change works on a candidate: a copy of the sources, from which a plan is made. What is in force
 * is not touched, bytes that must move go to free memory, and so a change that fails, or faults, or
 * is not committed has never been. What has been done and still holds for the new plan stays done;
 * the rest is stale, and boot does it again.
 */
#ifndef ELFMON_MONITOR_BOOT_CHANGE_H
#define ELFMON_MONITOR_BOOT_CHANGE_H

#include "monitor/base/bits.h"
#include "monitor/boot/boot.h"

#define CHANGE_ALL_ROLES ((unsigned)MASK(FIT_OTHER - 1, 0))

struct change {
    struct choice *to;    /* the candidate; its sources are to be edited */
    unsigned roles;       /* bit n: enum fit_role n has another image now */
    unsigned fresh;       /* bit n: enum upload_slot n lies where it was received */
    bool forced;          /* a plan that cannot be made any more is no error */
    bool matching;        /* a kernel that does not match the machine is one */
    enum protocol wanted; /* and one that is entered in another way; PROTOCOL_NONE: any */
};

/** Let the candidate be as things are. ERR_STATE where cores already wait for the plan as it is. */
int change_begin(struct boot *b, struct change *c, struct diag *d);

/**
 * Move what is in the new plan's way, and files that were just received, to a free place, plan, and
 * have the candidate in force. Where there is no plan for it, and there was one before or another
 * reason, that is an error, and nothing has changed.
 */
int change_commit(struct boot *b, struct change *c, struct diag *d);

/**
 * Have the images of the payload's configuration @config in force, but for what is uploaded; it
 * stays until there is another payload. ERR_MISMATCH, and nothing has changed, where its kernel is
 * not entered as @wanted (PROTOCOL_NONE: any), or, if @matching, does not match the machine.
 */
int change_config(struct boot *b, const char *config, enum protocol wanted, bool matching,
                  struct diag *d);

/** Have @added in the boot tables, too. ERR_STATE where they are in force or there are none. */
int change_add_mapping(struct boot *b, const struct mapping *added, struct diag *d);

#endif
