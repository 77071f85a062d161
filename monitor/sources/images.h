/* SPDX-License-Identifier: Apache-2.0 */
/* The images of the boot: the one place that tells which image has which role. */
#ifndef ELFMON_MONITOR_SOURCES_IMAGES_H
#define ELFMON_MONITOR_SOURCES_IMAGES_H

#include "monitor/monitor.h"

/** The image that is in force for @role: what was uploaded, else the payload's, or NULL. */
const struct fit_image *images_find(const struct monitor *m, enum fit_role role);

/** Its bytes as they are to be loaded, unpacked; size 0: there are none. */
struct bytes images_data(const struct monitor *m, enum fit_role role);

/** Compare it with its digest: ERR_OK also where there is none. */
int images_verify(const struct monitor *m, enum fit_role role, struct diag *d);

/**
 * Open as m->fit the payload that is in force, uploaded or embedded. An error of an uploaded one,
 * with the reason in m->payload_problem; of the embedded one m->payload_problem alone tells.
 */
int images_open(struct monitor *m);

#endif
