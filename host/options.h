/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of elfmon-pack: one table that getopt_long, the checks and --help share. */
#ifndef ELFMON_HOST_OPTIONS_H
#define ELFMON_HOST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "payload/protocol.h"
#include "payload/unpack.h"

enum out_format { OUT_ELF, OUT_BIN, OUT_FLASH, OUT_FIT };

/** A number that may be absent. */
struct opt_number {
    bool given;
    uint64_t value;
};

/** What a number of seconds is where it is not given; -1: off. */
enum { OPT_SECONDS_ABSENT = -2 };

/** Paths and texts are NULL where not given. */
struct options {
    const char *fit; /* a whole payload; then there are no other images */
    const char *loader, *kernel, *app, *dtb, *initrd, *script, *out;
    const char *bootargs, *stop_key;
    const char *module, *xen_bootargs; /* of Xen: its first domain's kernel, its own arguments */
    struct opt_number kernel_paddr, app_offset, load_addr, flash_size, cpus;
    enum protocol protocol; /* PROTOCOL_NONE: the kernel's content tells */
    struct opt_number load_to, entry, stack, enter_el;
    int32_t autoboot_seconds, idle_boot_seconds;
    enum unpack_kind compress; /* for kernel and root task */
    enum out_format format;
    bool verbose, facts, help, version;
};

/**
 * Fill @out from the command line and check that the options fit together.
 * On error -1, with one line on stderr.
 */
int options_parse(int argc, char **argv, struct options *out);

/** False where there is the loader alone. */
bool options_has_payload(const struct options *o);

void options_help(FILE *to);

#endif
