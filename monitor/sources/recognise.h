/* SPDX-License-Identifier: Apache-2.0 */
/* What a received file is, and what it is for. */
#ifndef ELFMON_MONITOR_SOURCES_RECOGNISE_H
#define ELFMON_MONITOR_SOURCES_RECOGNISE_H

#include "monitor/sources/slots.h"

enum { UPLOAD_NAME_BYTES = 64 };

/** A file as it arrived; of XMODEM with its padding. */
struct upload_file {
    enum upload_slot slot;
    char name[UPLOAD_NAME_BYTES]; /* "" where the protocol has none */
    struct bytes data;            /* where it was received; 8-byte aligned */
    bool size_known;              /* there is no padding */
    bool has_sha256;              /* to be compared with */
    struct sha256 sha256;
};

/**
 * Check @file as far as it can be on its own, cut the padding off its data, and choose its slot
 * where it is UPLOAD_ANY: by the file's name where that fits the content, else by the content.
 * @out becomes the image that it is.
 * @raw  a kernel may be any bytes, because the payload's is entered raw
 */
int recognise(struct upload_file *file, bool raw, struct fit_image *out, struct diag *d);

#endif
