/* SPDX-License-Identifier: Apache-2.0 */
/* How a FIT is opened: all of it is checked but the data of images that are not used. */
#ifndef ELFMON_PAYLOAD_FIT_OPEN_H
#define ELFMON_PAYLOAD_FIT_OPEN_H

#include "payload/fit.h"

/** True where @blob begins with an intact tree that has a node /images. */
bool fit_is_fit(struct bytes blob);

/**
 * Check the structure of @blob and describe configuration @config (NULL: the default; where there
 * are no configurations, all images) in @out, which keeps pointing into @blob. The names of all
 * images differ, also but for a unit address. Of every image that the configuration names the data
 * lies inside @blob and overlaps neither the tree nor that of another one in use; fit_check tells
 * this of the others. For a role that several have the first one is used. Digests are recorded, not
 * verified: fit_verify does that. A devicetree with overlays is not supported.
 * Takes time in proportion to the tree; above some hundred images to that and their number.
 * @blob.data  8-byte aligned
 * Returns ERR_OK, ERR_FORMAT, ERR_TRUNCATED, ERR_UNSUPPORTED, ERR_NOTFOUND, ERR_ALIGN, ERR_RANGE or
 * ERR_OVERLAP with the reason in @d; on error @out has no blob and no image.
 */
int fit_open(struct bytes blob, const char *config, struct fit *out, struct diag *d);

#endif
