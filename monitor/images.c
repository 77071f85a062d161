/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/images.h"

#include "monitor/embedded.h"

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

    return image ? image->data : (struct bytes){NULL, 0};
}

int images_verify(const struct monitor *m, enum fit_role role, struct diag *d)
{
    const struct fit_image *image = images_find(m, role);

    return image ? fit_verify(image, d) : ERR_OK;
}

int images_open(struct monitor *m)
{
    const struct slot *uploaded = &m->slots[UPLOAD_PAYLOAD];

    if (uploaded->state == SLOT_TAKEN) {
        m->payload_problem.text[0] = '\0';
        return fit_open(uploaded->image.data, NULL, &m->fit, &m->payload_problem);
    }
    embedded_open(m);
    return ERR_OK;
}
