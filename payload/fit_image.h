/* SPDX-License-Identifier: Apache-2.0 */
/* One image node of a FIT. Internal to the FIT reader. */
#ifndef ELFMON_PAYLOAD_FIT_IMAGE_H
#define ELFMON_PAYLOAD_FIT_IMAGE_H

#include "payload/fit.h"

/**
 * Read the image @node of @fit, whose blob and tree_bytes are set, into @image. Its role becomes
 * FIT_OTHER; it overlaps none of those that are in use already. Errors as of fit_open.
 * @node  its name is printable and fits
 */
int fit_image_read(const struct fit *fit, int node, struct fit_image *image, struct diag *d);

/** ERR_OVERLAP where @image shares bytes with the image called @other, whose data is @data. */
int fit_image_apart(const struct fit *fit, const struct fit_image *image, struct bytes data,
                    const char *other, struct diag *d);

/** True where @node is an image in use. */
bool fit_image_is_used(const struct fit *fit, int node);

/** What the image is for, as far as its own name, type and os tell. */
enum fit_role fit_image_role(const struct fit_image *image);

#endif
