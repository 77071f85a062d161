/* SPDX-License-Identifier: Apache-2.0 */
/* The payload behind the loader. */
#ifndef ELFMON_MONITOR_SOURCES_EMBEDDED_H
#define ELFMON_MONITOR_SOURCES_EMBEDDED_H

#include "mm/machine.h"
#include "monitor/sources/sources.h"

/** Where s->desc says that the payload lies behind the loader at @image; empty: there is none. */
struct range embedded_range(const struct sources *s, paddr_t image);

/**
 * Find s->payload by s->desc and the loader's place @image; empty where the RAM of @machine does
 * not hold it.
 */
void embedded_find(struct sources *s, const struct machine *machine, paddr_t image);

/** Compare the tree of s->payload with the digest in s->desc: ERR_DIGEST, ERR_FORMAT. */
int embedded_verify(const struct sources *s, struct diag *d);

/**
 * Check the tree of s->payload against the digest in s->desc and open it as s->fit. Where there
 * is none or it is damaged, s->fit is empty and s->payload_problem says why.
 */
void embedded_open(struct sources *s);

#endif
