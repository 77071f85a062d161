/* SPDX-License-Identifier: Apache-2.0 */
/* The files that go into a payload, read and checked with the monitor's own readers. */
#ifndef ELFMON_HOST_INPUTS_H
#define ELFMON_HOST_INPUTS_H

#include "host/options.h"
#include "monitor/base/reader.h"
#include "payload/sel4.h"

/** What goes into the FIT; size 0: not given. The ELFs are slim (host/elf_slim.h). */
struct inputs {
    const struct options *options;
    struct bytes kernel, app, dtb, script;
    struct sel4_facts facts; /* of the kernel as given, before anything was taken out of it */
    paddr_t kernel_base;     /* its lowest physical address */
};

/** Read and check everything that @options names. -1 on error, reported. */
int inputs_read(const struct options *options, struct inputs *out);

#endif
