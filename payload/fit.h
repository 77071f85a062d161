/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of Flattened Image Trees with external or internal data.
 * Source: Flat Image Tree specification 0.8; U-Boot doc/usage/fit/source_file_format. */
#ifndef ELFMON_PAYLOAD_FIT_H
#define ELFMON_PAYLOAD_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/base/reader.h"
#include "payload/digest.h"
#include "payload/protocol.h"
#include "payload/sel4.h"

enum {
    FIT_NAME_BYTES = 256, /* of a node's name: boards' have 42 characters and more */
    FIT_WORD_BYTES = 32,  /* of a type, an os, a compression, an algorithm */
    FIT_TEXT_BYTES = 256,
};

/**
 * What an image is for: as the chosen configuration's property that names it says; for
 * loadables, and in a FIT without configurations, as the image's own name and type say.
 */
enum fit_role {
    FIT_KERNEL,
    FIT_APP, /* the root task: its name begins with "app", or type "standalone" and os "sel4" */
    FIT_DTB,
    FIT_INITRD,
    FIT_SCRIPT,
    FIT_MODULE, /* the kernel of Xen's first domain: a second one, among the loadables */
    FIT_OTHER,  /* also every image that the chosen configuration does not use */
};

struct fit_image {
    char name[FIT_NAME_BYTES];        /* its node's name */
    char description[FIT_TEXT_BYTES]; /* may be empty */
    char type[FIT_WORD_BYTES];
    char os[FIT_WORD_BYTES];
    char compression[FIT_WORD_BYTES]; /* "none" where absent */
    enum fit_role role;
    int node;          /* in the tree */
    struct bytes data; /* inside the FIT; never empty */
    unsigned recorded; /* bit n: the digest by enum digest_algo n */
    struct sha256
        digests[DIGEST_ALGO_COUNT];    /* shorter ones at the start; fit_open verifies none */
    char unknown_hash[FIT_WORD_BYTES]; /* algorithm of one that cannot be checked; "": none */
    struct protocol_rules rules;       /* of a kernel */
    struct sel4_facts facts; /* elfmon,* properties of a kernel; is_sel4 where there are any */
};

/** What elfmon-pack's options leave for the monitor; the elfmon,* properties of a configuration. */
struct fit_settings {
    int32_t autoboot_seconds;      /* -1: off; default FIT_AUTOBOOT_DEFAULT */
    int32_t idle_boot_seconds;     /* an idle shell goes on to boot after this; -1: never */
    uint64_t app_offset;           /* bytes between the DTB's end and the root task; 0: next page */
    char stop_key[FIT_WORD_BYTES]; /* the key or word that stops the countdown; "": any key */
    const char *bootargs;          /* in the tree, of any length; NULL where absent */
    const char *xen_bootargs;      /* likewise, for Xen itself */
};

enum { FIT_AUTOBOOT_DEFAULT = 3 };

/** A FIT, and what its chosen configuration uses; all other images are read from the tree on
 * demand. */
struct fit {
    struct bytes blob;   /* the tree and the external data behind it; size 0: no FIT is open */
    uint32_t tree_bytes; /* totalsize of the tree */
    char description[FIT_TEXT_BYTES];
    char config[FIT_NAME_BYTES]; /* the chosen configuration's node name; "" where there is none */
    struct fit_settings settings;
    int images_node, configs_node;      /* in the tree; configs_node -1: there is none */
    struct fit_image images[FIT_OTHER]; /* by role; those whose data has no size are not there */
};

/** How far fit_next has come; zero at the beginning. */
struct fit_cursor {
    unsigned role;
    int node;
};

/** The image that is used for @role, or NULL. */
const struct fit_image *fit_find(const struct fit *fit, enum fit_role role);

/**
 * Describe the next image of @fit: those in use by their role, then all others, as FIT_OTHER, in
 * the order of the tree. However many there are, each is read when it is asked for. Returns ERR_OK;
 * ERR_NOTFOUND behind the last one; where the next one is not sound, or overlaps one in use,
 * another error with the reason in @d, and only @out->name counts: the one after it may be asked
 * for.
 */
int fit_next(const struct fit *fit, struct fit_cursor *at, struct fit_image *out, struct diag *d);

/**
 * Check all images of @fit as fit_open does those in use: each is sound, and no byte belongs to two
 * of them. Errors as of fit_open.
 */
int fit_check(const struct fit *fit, struct diag *d);

/**
 * Compare @image's data with all its recorded digests. ERR_DIGEST where one differs,
 * ERR_UNSUPPORTED where all are of unknown algorithms; ERR_OK also where there is none.
 */
int fit_verify(const struct fit_image *image, struct diag *d);

/** The name of the next configuration. False behind the last one. @at is 0 at the beginning. */
bool fit_next_config(const struct fit *fit, int *at, char name[FIT_NAME_BYTES]);

#endif
