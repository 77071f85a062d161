/* SPDX-License-Identifier: Apache-2.0 */
/* Compressing images, and unpacking them with the monitor's own code. */
#ifndef ELFMON_HOST_COMPRESS_H
#define ELFMON_HOST_COMPRESS_H

#include "payload/unpack.h"

/** Compress @plain into new memory. Equal input gives equal output. -1 on error, reported. */
int compress_bytes(enum unpack_kind kind, struct bytes plain, struct bytes *out);

/**
 * Unpack @packed by @compression, a name as in a FIT, into new memory; "none": @out is @packed.
 * The reason of an error is in @d.
 */
int compress_undo(const char *compression, struct bytes packed, struct bytes *out, struct diag *d);

#endif
