/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/images.h"

const struct fit_image *images_find(const struct monitor *m, enum fit_role role)
{
    return fit_find(&m->fit, role);
}

struct bytes images_data(const struct monitor *m, enum fit_role role)
{
    const struct fit_image *image = images_find(m, role);

    return image ? image->data : (struct bytes){NULL, 0};
}

int images_verify(const struct monitor *m, enum fit_role role, struct diag *d)
{
    const struct fit_image *image = images_find(m, role);

    if (!image || !image->has_sha256)
        return ERR_OK;
    return fit_verify(image, d);
}
