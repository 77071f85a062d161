/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of uploads: a page of RAM at a place that the DTB alone tells, which says what lies
 * where. A reset leaves RAM as it was, so that the next monitor finds the files again.
 */
#ifndef ELFMON_MONITOR_SOURCES_RECORD_H
#define ELFMON_MONITOR_SOURCES_RECORD_H

#include "mm/machine.h"
#include "mm/regions.h"
#include "monitor/sources/sources.h"

/**
 * The record's page; empty without RAM. It lies in the largest bank, an eighth of it below the top:
 * kernels are loaded low and begin to allocate high. Uploads lie below it, as long as there is
 * room.
 */
struct range record_page(const struct machine *machine);

/** True where there is something to be recorded. */
bool record_is_needed(const struct sources *s);

/**
 * Before the monitor moves: read the record that an earlier run has left, and add to @taken what it
 * lists. Each file that is in RAM and overlaps nothing else there is SLOT_OFFERED.
 */
void record_find(struct sources *s, const struct machine *machine, struct regions *taken);

/** Compare what is offered with its digest; what differs is SLOT_LOST. */
void record_check(struct sources *s);

/** What is offered is SLOT_LOST. */
void record_forget(struct sources *s);

/** Write to @page what is in the slots; where that is nothing, a record there is erased. */
void record_write(const struct sources *s, struct range page);

#endif
