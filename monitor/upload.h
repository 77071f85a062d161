/* SPDX-License-Identifier: Apache-2.0 */
/* Files that came over the serial line: checked as a whole, then part of the plan. */
#ifndef ELFMON_MONITOR_UPLOAD_H
#define ELFMON_MONITOR_UPLOAD_H

#include "monitor/monitor.h"

enum upload_slot {
    UPLOAD_KERNEL,
    UPLOAD_APP,
    UPLOAD_DTB,
    UPLOAD_INITRD,
    UPLOAD_SCRIPT,
    UPLOAD_PAYLOAD, /* a whole FIT */
    UPLOAD_SLOT_COUNT,
    UPLOAD_ANY = UPLOAD_SLOT_COUNT, /* to be told by the file's name, then by its content */
};

enum { UPLOAD_FILES_MAX = 8, UPLOAD_NAME_BYTES = 64 };

/** A file as it arrived; of XMODEM with its padding. */
struct upload_file {
    enum upload_slot slot;
    char name[UPLOAD_NAME_BYTES]; /* "" where the protocol has none */
    struct bytes data;            /* where it was received; 8-byte aligned */
    bool size_known;              /* there is no padding */
    bool has_sha256;              /* to be compared with */
    struct sha256 sha256;
};

/**
 * The largest free range of RAM that neither the plan nor anything in use touches: where files are
 * received. ERR_NOMEM where there is none.
 */
int upload_room(const struct monitor *m, struct range *out, struct diag *d);

/**
 * Recognise and check @files, all inside upload_room's range, let them take their slots and plan
 * again. All of them or none: on an error everything is as it was before, and what was in the slots
 * boots. Fills in the slot and the size of each file.
 */
int upload_take(struct monitor *m, struct upload_file *files, unsigned count, struct diag *d);

#endif
