/* SPDX-License-Identifier: Apache-2.0 */
/* Files that came over the serial line: checked as a whole, then part of the plan. */
#ifndef ELFMON_MONITOR_SOURCES_UPLOAD_H
#define ELFMON_MONITOR_SOURCES_UPLOAD_H

#include "monitor/monitor.h"

enum { UPLOAD_NAME_BYTES = 64 };

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
 * received. ERR_NOMEM where there is none; ERR_STATE where nothing can be changed any more.
 */
int upload_room(const struct monitor *m, struct range *out, struct diag *d);

/**
 * Recognise and check @files, all inside upload_room's range, move them to where they are out of
 * the way, let them take their slots and plan again. All of them or none: on an error everything is
 * as it was before, and what was in the slots boots. Fills in the slot and the data of each file,
 * and prints it with its digest.
 */
int upload_take(struct monitor *m, struct upload_file *files, unsigned count, struct diag *d);

/** Let what has survived a reset in @slot (UPLOAD_ANY: all of it) take its slot. */
int upload_keep(struct monitor *m, enum upload_slot slot, struct diag *d);

/** Forget what is in @slot (UPLOAD_ANY: everything): what the payload has is in force again. */
int upload_drop(struct monitor *m, enum upload_slot slot, struct diag *d);

/** "app", ... */
const char *upload_slot_name(enum upload_slot slot);

/** A line on what is in @slot, which is not empty, and one on its digest. */
void upload_print(struct monitor *m, enum upload_slot slot);

#endif
