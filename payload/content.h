/* SPDX-License-Identifier: Apache-2.0 */
/* What received bytes are, and where they end: XMODEM pads the last block and does not say by how
 * much. */
#ifndef ELFMON_PAYLOAD_CONTENT_H
#define ELFMON_PAYLOAD_CONTENT_H

#include "monitor/base/reader.h"

enum content_kind {
    CONTENT_UNKNOWN,
    CONTENT_ELF,   /* of any class and machine */
    CONTENT_FIT,   /* a tree with /images, and its external data */
    CONTENT_DTB,   /* any other tree */
    CONTENT_IMAGE, /* an arm64 Image */
    CONTENT_GZIP,
    CONTENT_LZ4,  /* a frame, or legacy */
    CONTENT_TEXT, /* printable, or UTF-8 */
    CONTENT_KIND_COUNT,
};

struct content {
    enum content_kind kind;
    size_t size; /* of the file: what was received without the padding */
};

/** "ELF", "devicetree", "text", ... */
const char *content_name(enum content_kind kind);

/**
 * Recognise @received, a file with up to a block of padding behind it. Padding is what ends it as
 * bytes 0x1a, except where the content itself says that they belong to it.
 * Returns ERR_OK, or ERR_TRUNCATED with the reason in @d where the content says that it is longer
 * than what was received. ERR_FORMAT where a FIT's tree is damaged.
 */
int content_find(struct bytes received, struct content *out, struct diag *d);

#endif
