/* SPDX-License-Identifier: Apache-2.0 */
/* The images of the boot: the one place that tells which image has which role. */
#ifndef ELFMON_MONITOR_SOURCES_IMAGES_H
#define ELFMON_MONITOR_SOURCES_IMAGES_H

#include "monitor/sources/sources.h"

/** The image that is in force for @role: what was uploaded, else the payload's, or NULL. */
const struct fit_image *images_find(const struct sources *s, enum fit_role role);

/** The payload in force: what was uploaded, else the embedded FIT; size 0: none. */
struct bytes images_payload(const struct sources *s);

/**
 * Open as s->fit the payload that is in force, uploaded or embedded, if it still has the digest
 * that it was received or packed with. An error of an uploaded one, with the reason in
 * s->payload_problem; of the embedded one s->payload_problem alone tells.
 */
int images_open(struct sources *s);

/**
 * Compare the payload in force with its digest: the tree's, which the loader has, or the one that
 * was taken when it was uploaded. ERR_DIGEST with the reason in @d; ERR_OK also where there is
 * none.
 */
int images_verify_payload(const struct sources *s, struct diag *d);

#endif
