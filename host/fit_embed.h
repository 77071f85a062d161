/* SPDX-License-Identifier: Apache-2.0 */
/* A FIT that others have made, taken as the payload. */
#ifndef ELFMON_HOST_FIT_EMBED_H
#define ELFMON_HOST_FIT_EMBED_H

#include "host/fit_write.h"

/**
 * Read options->fit and check what its default configuration boots: digests, compressed data, the
 * kernel. What was read is in @in, as inputs_read has it of separate files. The FIT stays byte for
 * byte as it is, but for the settings that are among @options: they go into all configurations.
 * -1 on error, reported.
 */
int fit_embed(const struct options *options, struct inputs *in, struct fit_blob *out);

#endif
