/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that change uploads share. */
#ifndef ELFMON_CMDS_UPLOADS_H
#define ELFMON_CMDS_UPLOADS_H

#include "monitor/boot/change.h"
#include "monitor/monitor.h"

/** Have the slots in @taken, bits of enum upload_slot that @c has filled, in force, and print them.
 */
int uploads_use(struct monitor *m, struct change *c, unsigned taken, struct diag *d);

/** A line on what is in @slot, which is not empty, and one on its digest. */
void uploads_print(struct monitor *m, enum upload_slot slot);

#endif
