/* SPDX-License-Identifier: Apache-2.0 */
/* The record in the loader that tells it of the payload behind it: the one binary interface
 * between elfmon-pack and the monitor besides the FIT itself. */
#ifndef ELFMON_PAYLOAD_DESC_H
#define ELFMON_PAYLOAD_DESC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "payload/digest.h"

#define PAYLOAD_DESC_MAGIC   UINT64_C(0x314e4f4d464c4531) /* "1ELFMON1", little-endian */
#define PAYLOAD_DESC_SECTION ".elfmon.payload"

/**
 * Little-endian, in the loader's section PAYLOAD_DESC_SECTION, written by elfmon-pack.
 * All zero but the magic in a loader without payload.
 */
struct payload_desc {
    uint64_t magic;
    uint64_t offset;    /* of the FIT from the loader's first byte; multiple of 4096 */
    uint64_t size;      /* of the FIT with its external data, in bytes; 0: none */
    uint64_t tree_size; /* of the tree alone: the bytes that tree_sha256 covers */
    struct sha256 tree_sha256;
};

static_assert(sizeof(struct payload_desc) == 64, "layout is shared by host and target");
static_assert(offsetof(struct payload_desc, tree_sha256) == 32, "layout is shared");

#endif
