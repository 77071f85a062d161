/* SPDX-License-Identifier: Apache-2.0 */
/* The payload behind the loader. */
#ifndef ELFMON_MONITOR_SOURCES_EMBEDDED_H
#define ELFMON_MONITOR_SOURCES_EMBEDDED_H

#include "monitor/monitor.h"

/** Where m->desc says that the payload lies behind the loader at @image; empty: there is none. */
struct range embedded_range(const struct monitor *m, paddr_t image);

/** Find m->payload by m->desc and the loader's place @image; empty where RAM does not hold it. */
void embedded_find(struct monitor *m, paddr_t image);

/**
 * Check the tree of m->payload against the digest in m->desc and open it as m->fit. Where there
 * is none or it is damaged, m->fit is empty and m->payload_problem says why.
 */
void embedded_open(struct monitor *m);

#endif
