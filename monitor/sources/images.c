/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/images.h"

#include "monitor/sources/embedded.h"
#include "monitor/sources/unpacked.h"

const struct fit_image *images_find(const struct monitor *m, enum fit_role role)
{
    enum dtb_use use = role == FIT_DTB ? m->dtb_use : DTB_NEWEST;

    if (use == DTB_FIRMWARE)
        return NULL;
    if (use == DTB_NEWEST && role < FIT_OTHER && m->slots[role].state == SLOT_TAKEN)
        return &m->slots[role].image;
    return fit_find(&m->fit, role);
}

struct bytes images_data(const struct monitor *m, enum fit_role role)
{
    const struct fit_image *image = images_find(m, role);

    if (!image)
        return (struct bytes){NULL, 0};
    return unpacked_is_needed(image, role) ? unpacked_data(m, image, role) : image->data;
}

int images_verify(const struct monitor *m, enum fit_role role, struct diag *d)
{
    const struct fit_image *image = images_find(m, role);

    if (!image || (unpacked_is_needed(image, role) && images_data(m, role).size))
        return ERR_OK;
    return fit_verify(image, d);
}

int images_open(struct monitor *m)
{
    const struct slot *uploaded = &m->slots[UPLOAD_PAYLOAD];

    if (uploaded->state == SLOT_TAKEN) {
        m->payload_problem.text[0] = '\0';
        return fit_open(uploaded->image.data, *m->config ? m->config : NULL, &m->fit,
                        &m->payload_problem);
    }
    embedded_open(m);
    return ERR_OK;
}
