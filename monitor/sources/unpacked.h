/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed images, unpacked into free memory before the plan is made, and devicetrees without
 * their slack: all that comes later sees plain bytes. */
#ifndef ELFMON_MONITOR_SOURCES_UNPACKED_H
#define ELFMON_MONITOR_SOURCES_UNPACKED_H

#include "monitor/monitor.h"

/** True where @image, in force for @role, is to be unpacked; a kernel unpacks its initrd itself. */
bool unpacked_is_needed(const struct fit_image *image, enum fit_role role);

/** The unpacked bytes of @image, in force for @role; size 0: it is not unpacked. */
struct bytes unpacked_data(const struct monitor *m, const struct fit_image *image,
                           enum fit_role role);

/**
 * Check and unpack the compressed images in force that are not unpacked yet, to the highest places
 * clear of @taken, which gets these too. Where that fails m->unpack_problem says why.
 */
void unpacked_make(struct monitor *m, struct regions *taken);

/** Add where unpacked images lie. */
int unpacked_list(const struct monitor *m, struct regions *set, struct diag *d);

/** Compressed images that lay in @from lie at @to now. */
void unpacked_follow(struct monitor *m, struct bytes from, const uint8_t *to);

#endif
