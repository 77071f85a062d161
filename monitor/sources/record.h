/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of uploads: a page of RAM at a place that the DTB alone tells, which says what lies
 * where. A reset leaves RAM as it was, so that the next monitor finds the files again.
 */
#ifndef ELFMON_MONITOR_SOURCES_RECORD_H
#define ELFMON_MONITOR_SOURCES_RECORD_H

#include "monitor/monitor.h"

/**
 * The record's page; empty without RAM. It lies in the largest bank, an eighth of it below the top:
 * kernels are loaded low and begin to allocate high. Uploads lie below it, as long as there is
 * room.
 */
struct range record_page(const struct monitor *m);

/** True where there is something to be recorded. */
bool record_is_needed(const struct monitor *m);

/**
 * Before the monitor moves: read the record that an earlier run has left, and add to @taken what it
 * lists. Each file that is in RAM and overlaps nothing else there is SLOT_OFFERED.
 */
void record_find(struct monitor *m, struct regions *taken);

/** Compare what is offered with its digest; what differs is SLOT_LOST. */
void record_check(struct monitor *m);

/** What is offered is SLOT_LOST. */
void record_forget(struct monitor *m);

/** Write down what is in the slots; where that is nothing, the record is erased. */
void record_write(struct monitor *m);

#endif
