/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources: every image that could be booted, where it is from and where it lies. What changes
 * them changes a copy, see monitor/boot/change.h.
 */
#ifndef ELFMON_MONITOR_SOURCES_SOURCES_H
#define ELFMON_MONITOR_SOURCES_SOURCES_H

#include "mm/mappings.h"
#include "monitor/sources/slots.h"
#include "payload/desc.h"
#include "payload/fit.h"

enum { BOOTARGS_BYTES = 1024 };

/** The kernel's command line, where it was set in the shell. */
struct bootargs {
    bool is_set;
    char text[BOOTARGS_BYTES];
};

/** An image, compressed or with slack, and the copy that is loaded instead. */
struct plain {
    struct bytes source, data; /* data.size 0: there is no copy */
    struct sha256 sha256;      /* of data, when it was made */
};

struct sources {
    struct payload_desc desc;    /* of the payload, as the loader was told */
    struct bytes payload;        /* the embedded FIT; size 0: none */
    char config[FIT_NAME_BYTES]; /* the payload's configuration that was asked for; "": default */
    struct fit fit;              /* the payload in force, embedded or uploaded */
    struct diag payload_problem; /* why it cannot be used; "" where it can */
    struct slot slots[UPLOAD_SLOT_COUNT];
    enum dtb_use dtb_use;
    struct bootargs bootargs;
    struct mappings mappings;      /* that `map add` has added to the boot tables */
    struct plain plain[FIT_OTHER]; /* by role */
    struct diag plain_problem;     /* why there is no plain copy of an image that needs one */
};

#endif
