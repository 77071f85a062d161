/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/upload.h"

#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/sources/images.h"

#define ALL_ROLES ((unsigned)MASK(FIT_OTHER - 1, 0))

/* --- Taking ------------------------------------------------------------------------------- */

static bool takes_raw_kernel(const struct sources *s)
{
    const struct fit_image *packed = fit_find(&s->fit, FIT_KERNEL);

    return packed && packed->rules.protocol == PROTOCOL_RAW;
}

int upload_take(struct sources *s, struct upload_file *files, unsigned count, unsigned *taken,
                struct diag *d)
{
    *taken = 0;
    for (unsigned i = 0; i < count; i++) {
        struct fit_image image;
        int err = recognise(&files[i], takes_raw_kernel(s), &image, d);

        if (err)
            return err;
        if (*taken & BIT(files[i].slot))
            return diag_set(d, ERR_OVERLAP, "%s: %s and %s are for the same slot",
                            slot_name(files[i].slot), s->slots[files[i].slot].image.name,
                            image.name);
        s->slots[files[i].slot] = (struct slot){SLOT_TAKEN, image};
        *taken |= (unsigned)BIT(files[i].slot);
    }
    return ERR_OK;
}

/* What was recorded is a name, a digest and bytes. */
static int revive(struct sources *s, enum upload_slot slot, struct diag *d)
{
    struct fit_image *image = &s->slots[slot].image;
    struct upload_file file = {.slot = slot,
                               .data = image->data,
                               .size_known = true,
                               .has_sha256 = true,
                               .sha256 = image->digests[DIGEST_SHA256]};
    int err;

    (void)text_copy(file.name, sizeof(file.name), image->name);
    err = recognise(&file, takes_raw_kernel(s), image, d);
    if (!err)
        s->slots[slot].state = SLOT_TAKEN;
    return err;
}

static bool is_meant(enum upload_slot wanted, unsigned i)
{
    return wanted == UPLOAD_ANY || wanted == i;
}

int upload_keep(struct sources *s, enum upload_slot slot, unsigned *taken, struct diag *d)
{
    int err = ERR_OK;

    *taken = 0;
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT && !err; i++) {
        if (is_meant(slot, i) && s->slots[i].state == SLOT_OFFERED) {
            err = revive(s, (enum upload_slot)i, d);
            *taken |= (unsigned)BIT(i);
        }
    }
    if (!err && !*taken)
        err = diag_set(d, ERR_NOTFOUND, "no upload has survived a reset");
    return err;
}

/* --- Use ---------------------------------------------------------------------------------- */

/* All images of an uploaded FIT; it is newer than what was uploaded for its roles before. */
static int open_payload(struct sources *s, unsigned taken, struct diag *d)
{
    struct fit_cursor at = {0};
    struct fit_image image;
    struct diag why;
    int err;

    s->config[0] = '\0';
    err = images_open(s);
    if (err)
        return diag_set(d, err, "payload: %s", s->payload_problem.text);
    err = fit_check(&s->fit, &why);
    if (err)
        return diag_set(d, err, "payload: %s", why.text);
    while (fit_next(&s->fit, &at, &image, NULL) == ERR_OK) {
        err = fit_verify(&image, &why);
        if (err == ERR_DIGEST || (err && image.role < FIT_OTHER))
            return diag_set(d, err, "payload: %s", why.text);
        if (image.role < FIT_OTHER && !(taken & BIT(image.role)))
            s->slots[image.role].state = SLOT_EMPTY;
    }
    return ERR_OK;
}

int upload_use(struct sources *s, unsigned taken, unsigned *roles, struct diag *d)
{
    *roles = taken & ALL_ROLES;
    if (*roles & BIT(FIT_DTB))
        s->dtb_use = DTB_NEWEST;
    if (!(taken & BIT(UPLOAD_PAYLOAD)))
        return ERR_OK;
    *roles = ALL_ROLES;
    return open_payload(s, taken, d);
}

int upload_drop(struct sources *s, enum upload_slot slot, unsigned *roles, struct diag *d)
{
    unsigned dropped = 0, in_force = 0;

    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        if (!is_meant(slot, i) || s->slots[i].state == SLOT_EMPTY)
            continue;
        dropped |= (unsigned)BIT(i);
        in_force |= s->slots[i].state == SLOT_TAKEN ? (unsigned)BIT(i) : 0;
        s->slots[i].state = SLOT_EMPTY;
    }
    if (!dropped)
        return diag_set(d, ERR_NOTFOUND, "nothing is uploaded%s%s",
                        slot == UPLOAD_ANY ? "" : " as ",
                        slot == UPLOAD_ANY ? "" : slot_name(slot));
    *roles = in_force & ALL_ROLES;
    if (in_force & BIT(UPLOAD_PAYLOAD)) {
        *roles = ALL_ROLES;
        s->config[0] = '\0';
        (void)images_open(s);
    }
    return ERR_OK;
}
