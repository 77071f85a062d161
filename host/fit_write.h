/* SPDX-License-Identifier: Apache-2.0 */
/* Writer of the payload: a FIT with external, page-aligned data. */
#ifndef ELFMON_HOST_FIT_WRITE_H
#define ELFMON_HOST_FIT_WRITE_H

#include "host/inputs.h"
#include "payload/fit.h"

/** A finished FIT, and the same as the monitor's reader sees it. */
struct fit_blob {
    struct bytes data;
    uint32_t tree_size;
    struct sha256 tree_sha256;
    struct fit read;
};

/**
 * Make the FIT of @in in new memory and open it with the monitor's own reader.
 *
 * @timestamp  of the root node; all that could differ between two runs
 * -1 on error, reported.
 */
int fit_write(const struct inputs *in, uint32_t timestamp, struct fit_blob *out);

#endif
