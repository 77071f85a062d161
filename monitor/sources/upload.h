/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads as edits of the sources: of a candidate's, see monitor/boot/change.h. */
#ifndef ELFMON_MONITOR_SOURCES_UPLOAD_H
#define ELFMON_MONITOR_SOURCES_UPLOAD_H

#include "monitor/sources/recognise.h"
#include "monitor/sources/sources.h"

/**
 * Recognise and check the @count files and let them take their slots. Fills in the slot of each
 * file.
 * @taken  bits of enum upload_slot: the slots that were taken
 */
int upload_take(struct sources *s, struct upload_file *files, unsigned count, unsigned *taken,
                struct diag *d);

/**
 * Let what has survived a reset in @slot (UPLOAD_ANY: all of it) take its slot; all that it must be
 * is checked again. ERR_NOTFOUND where there is nothing.
 */
int upload_keep(struct sources *s, enum upload_slot slot, unsigned *taken, struct diag *d);

/**
 * Have the slots in @taken in force: the newest devicetree, and of an uploaded FIT, whose digests
 * are checked, all images.
 * @roles  bits of enum fit_role: those that may have another image now
 */
int upload_use(struct sources *s, unsigned taken, unsigned *roles, struct diag *d);

/**
 * Forget what is in @slot (UPLOAD_ANY: everything): what the payload has is in force again.
 * ERR_NOTFOUND where there is nothing. @roles as above.
 */
int upload_drop(struct sources *s, enum upload_slot slot, unsigned *roles, struct diag *d);

#endif
