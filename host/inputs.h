/* SPDX-License-Identifier: Apache-2.0 */
/* The files that go into a payload, read and checked with the monitor's own readers. */
#ifndef ELFMON_HOST_INPUTS_H
#define ELFMON_HOST_INPUTS_H

#include "host/options.h"
#include "monitor/base/reader.h"
#include "monitor/plan/plan.h"

/** What goes into the FIT; size 0: not given. The kernel is unpacked; of separate files the ELFs
 * are slim (host/elf_slim.h), but for KaaL's root task, whose file is handed over whole. */
struct inputs {
    const struct options *options;
    enum protocol protocol; /* PROTOCOL_NONE: no kernel */
    struct protocol_rules rules;
    struct bytes kernel, app, dtb, initrd, script, module;
    struct sel4_facts facts; /* of the kernel as given, before anything was taken out of it */
    struct range place;      /* physical memory it is built for; empty where it can be anywhere */
};

/** Read and check everything that @options names. -1 on error, reported. */
int inputs_read(const struct options *options, struct inputs *out);

/**
 * Fill in protocol, facts and place of @in->kernel, which comes from @path, by its content and
 * @in->rules. @packed: what a FIT says of it, or NULL. -1 on error, reported.
 */
int inputs_describe(const char *path, const struct sel4_facts *packed, struct inputs *in);

#endif
