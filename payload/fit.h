/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of Flattened Image Trees with external or internal data.
 * Source: Flat Image Tree specification 0.8; U-Boot doc/usage/fit/source_file_format. */
#ifndef ELFMON_PAYLOAD_FIT_H
#define ELFMON_PAYLOAD_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/base/reader.h"
#include "payload/digest.h"
#include "payload/sel4.h"

enum { FIT_IMAGES_MAX = 16, FIT_NAME_BYTES = 32, FIT_TEXT_BYTES = 256 };

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
    FIT_OTHER, /* also every image that the chosen configuration does not name */
};

struct fit_image {
    char name[FIT_NAME_BYTES];        /* its node's name */
    char description[FIT_TEXT_BYTES]; /* may be empty */
    char type[FIT_NAME_BYTES];
    char os[FIT_NAME_BYTES];
    char compression[FIT_NAME_BYTES]; /* "none" where absent */
    enum fit_role role;
    struct bytes data; /* inside the FIT */
    unsigned recorded; /* bit n: the digest by enum digest_algo n */
    struct sha256
        digests[DIGEST_ALGO_COUNT];    /* shorter ones at the start; fit_open verifies none */
    char unknown_hash[FIT_NAME_BYTES]; /* algorithm of one that cannot be checked; "": none */
    struct sel4_facts facts; /* elfmon,* properties of a kernel; is_sel4 where there are any */
};

/** What elfmon-pack's options leave for the monitor; the elfmon,* properties of a configuration. */
struct fit_settings {
    int32_t autoboot_seconds;      /* -1: off; default FIT_AUTOBOOT_DEFAULT */
    int32_t idle_boot_seconds;     /* an idle shell goes on to boot after this; -1: never */
    uint64_t app_offset;           /* bytes between the DTB's end and the root task; 0: next page */
    char stop_key[FIT_NAME_BYTES]; /* the key or word that stops the countdown; "": any key */
    const char *bootargs;          /* in the tree, of any length; NULL where absent */
};

enum { FIT_AUTOBOOT_DEFAULT = 3 };

struct fit {
    struct bytes blob;   /* the tree and the external data behind it */
    uint32_t tree_bytes; /* totalsize of the tree */
    char description[FIT_TEXT_BYTES];
    char config[FIT_NAME_BYTES]; /* the chosen configuration's node name; "" where there is none */
    struct fit_settings settings;
    unsigned image_count;
    struct fit_image images[FIT_IMAGES_MAX]; /* those of the configuration, then the others */
};

/** True where @blob begins with an intact tree that has a node /images. */
bool fit_is_fit(struct bytes blob);

/**
 * Check the structure of @blob and describe configuration @config (NULL: the default; where there
 * are no configurations, all images) in @out, which keeps pointing into @blob. Every image's data
 * lies inside @blob and overlaps neither the tree nor another image. Digests are recorded, not
 * verified: fit_verify does that. A devicetree with overlays is not supported.
 * @blob.data  8-byte aligned
 * Returns ERR_OK, ERR_FORMAT, ERR_TRUNCATED, ERR_UNSUPPORTED, ERR_NOTFOUND, ERR_ALIGN, ERR_RANGE,
 * ERR_OVERLAP or ERR_NOMEM with the reason in @d; on error @out->image_count is 0.
 */
int fit_open(struct bytes blob, const char *config, struct fit *out, struct diag *d);

/**
 * Compare @image's data with all its recorded digests. ERR_DIGEST where one differs,
 * ERR_UNSUPPORTED where all are of unknown algorithms; ERR_OK also where there is none.
 */
int fit_verify(const struct fit_image *image, struct diag *d);

/** The name of configuration @index, as far as it can be printed. False where there is none. */
bool fit_config_name(const struct fit *fit, unsigned index, char name[FIT_NAME_BYTES]);

/** The first image of @role, or NULL. */
const struct fit_image *fit_find(const struct fit *fit, enum fit_role role);

#endif
