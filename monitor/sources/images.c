/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/images.h"

#include "monitor/sources/embedded.h"
#include "payload/fit_open.h"

const struct fit_image *images_find(const struct sources *s, enum fit_role role)
{
    enum dtb_use use = role == FIT_DTB ? s->dtb_use : DTB_NEWEST;

    if (use == DTB_FIRMWARE)
        return NULL;
    if (use == DTB_NEWEST && role < FIT_OTHER && s->slots[role].state == SLOT_TAKEN)
        return &s->slots[role].image;
    return fit_find(&s->fit, role);
}

static const struct slot *uploaded_payload(const struct sources *s)
{
    const struct slot *slot = &s->slots[UPLOAD_PAYLOAD];

    return slot->state == SLOT_TAKEN ? slot : NULL;
}

struct bytes images_payload(const struct sources *s)
{
    const struct slot *uploaded = uploaded_payload(s);

    return uploaded ? uploaded->image.data : s->payload;
}

int images_open(struct sources *s)
{
    const struct slot *uploaded = uploaded_payload(s);

    if (uploaded) {
        int err = fit_verify(&uploaded->image, &s->payload_problem);

        if (err)
            return err;
        s->payload_problem.text[0] = '\0';
        return fit_open(uploaded->image.data, *s->config ? s->config : NULL, &s->fit,
                        &s->payload_problem);
    }
    embedded_open(s);
    return ERR_OK;
}

int images_verify_payload(const struct sources *s, struct diag *d)
{
    const struct slot *uploaded = uploaded_payload(s);

    if (uploaded)
        return fit_verify(&uploaded->image, d);
    return s->payload.size && s->desc.size ? embedded_verify(s, d) : ERR_OK;
}
