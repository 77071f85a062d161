/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/upload.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/change.h"
#include "monitor/plan/memory_map.h"
#include "monitor/sources/images.h"
#include "monitor/sources/recognise.h"
#include "monitor/sources/record.h"

static_assert((int)UPLOAD_KERNEL == (int)FIT_KERNEL && (int)UPLOAD_APP == (int)FIT_APP &&
                  (int)UPLOAD_DTB == (int)FIT_DTB && (int)UPLOAD_INITRD == (int)FIT_INITRD &&
                  (int)UPLOAD_SCRIPT == (int)FIT_SCRIPT && (int)UPLOAD_PAYLOAD == (int)FIT_OTHER,
              "slots are numbered as roles");

const char *upload_slot_name(enum upload_slot slot)
{
    return text_pick(UPLOAD_SLOT_NAMES, slot);
}

void upload_print(struct monitor *m, enum upload_slot slot)
{
    const struct slot *s = &m->slots[slot];
    char size[TEXT_SIZE_BYTES], hex[SHA256_HEX_BYTES];

    if (s->state == SLOT_LOST) {
        console_printf(&m->con, "%s: %s was written over before the reset\n",
                       upload_slot_name(slot), s->image.name);
        return;
    }
    text_size(size, sizeof(size), s->image.data.size);
    digest_to_hex(&s->image.digests[DIGEST_SHA256], hex);
    console_printf(&m->con, "%s: %s, %s at 0x%" PRIx64 "%s\n  sha256 %s\n", upload_slot_name(slot),
                   s->image.name, size, bytes_range(s->image.data).start,
                   s->state == SLOT_OFFERED ? ", survived the reset, not in use" : "", hex);
}

/* --- Room --------------------------------------------------------------------------------- */

static void take_larger(struct range *best, uint64_t start, uint64_t end)
{
    start = align_up(start, PAGE_BYTES);
    end = align_down(end, PAGE_BYTES);
    if (start < end && end - start > range_bytes(*best))
        *best = (struct range){start, end};
}

int upload_room(const struct monitor *m, struct range *out, struct diag *d)
{
    const struct memory_map map = {.busy = &m->busy, .plan = &m->plan, .machine = &m->machine};
    struct range page = record_page(m), best = {0, 0};
    struct region r;

    if (m->progress.cores_started)
        return diag_set(d, ERR_STATE, "other cores wait for the kernel already; use reset first");
    for (uint64_t at = 0; memory_map_next(&map, at, &r); at = r.range.end) {
        if (r.kind != REGION_RAM)
            continue;
        if (range_overlaps(r.range, page)) {
            take_larger(&best, r.range.start, page.start);
            r.range.start = page.end;
        }
        take_larger(&best, r.range.start, r.range.end);
    }
    if (range_is_empty(best))
        return diag_set(d, ERR_NOMEM,
                        m->machine.ram_count ? "no memory is free"
                                             : "without a devicetree no memory is known");
    *out = best;
    return ERR_OK;
}

/* --- Taking ------------------------------------------------------------------------------- */

static bool is_changing(const struct change *c, unsigned i)
{
    return c->roles & BIT(i);
}

/* All images of an uploaded FIT; it is newer than what was uploaded for its roles before. */
static int open_payload(struct monitor *m, struct change *c, unsigned fresh, struct diag *d)
{
    const struct fit *fit = &m->fit;
    struct fit_cursor at = {0};
    struct fit_image image;
    struct diag why;
    int err;

    m->config[0] = '\0';
    err = images_open(m);
    if (err)
        return diag_set(d, err, "payload: %s", m->payload_problem.text);
    err = fit_check(fit, &why);
    if (err)
        return diag_set(d, err, "payload: %s", why.text);
    while (fit_next(fit, &at, &image, NULL) == ERR_OK) {
        err = fit_verify(&image, &why);
        if (err == ERR_DIGEST || (err && image.role < FIT_OTHER))
            return diag_set(d, err, "payload: %s", why.text);
        if (image.role < FIT_OTHER && !(fresh & BIT(image.role)))
            m->slots[image.role].state = SLOT_EMPTY;
    }
    c->roles = CHANGE_ALL_ROLES;
    return ERR_OK;
}

/* Have the slots in @fresh, which are filled in, in force. */
static int put_in_force(struct monitor *m, struct change *c, unsigned fresh, bool is_received,
                        struct diag *d)
{
    int err = ERR_OK;

    c->roles = fresh & CHANGE_ALL_ROLES;
    c->matching = fresh & (BIT(UPLOAD_KERNEL) | BIT(UPLOAD_PAYLOAD));
    if (is_changing(c, FIT_DTB))
        m->dtb_use = DTB_NEWEST;
    if (fresh & BIT(UPLOAD_PAYLOAD))
        err = open_payload(m, c, fresh, d);
    if (err) {
        change_undo(m, c);
        return err;
    }
    err = change_plan(m, c, is_received ? fresh : 0, d);
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT && !err; i++) {
        if (fresh & BIT(i))
            upload_print(m, (enum upload_slot)i);
    }
    return err;
}

static int take_files(struct monitor *m, struct upload_file *files, unsigned count, unsigned *fresh,
                      struct diag *d)
{
    for (unsigned i = 0; i < count; i++) {
        struct fit_image image;
        int err = recognise(&files[i], &image, d);

        if (err)
            return err;
        if (*fresh & BIT(files[i].slot))
            return diag_set(d, ERR_OVERLAP, "%s: %s and %s are for the same slot",
                            upload_slot_name(files[i].slot), m->slots[files[i].slot].image.name,
                            image.name);
        m->slots[files[i].slot] = (struct slot){SLOT_TAKEN, image};
        *fresh |= (unsigned)BIT(files[i].slot);
    }
    return ERR_OK;
}

int upload_take(struct monitor *m, struct upload_file *files, unsigned count, struct diag *d)
{
    struct change c;
    unsigned fresh = 0;
    int err = change_begin(m, &c, d);

    if (err)
        return err;
    err = take_files(m, files, count, &fresh, d);
    if (err) {
        memcpy(m->slots, m->slots_before, sizeof(m->slots));
        return err;
    }
    err = put_in_force(m, &c, fresh, true, d);
    for (unsigned i = 0; i < count && !err; i++)
        files[i].data = m->slots[files[i].slot].image.data;
    return err;
}

/* --- After a reset ------------------------------------------------------------------------ */

/* What was recorded is a name, a digest and bytes; all that these must be is checked again. */
static int revive(struct monitor *m, enum upload_slot slot, struct diag *d)
{
    struct slot *s = &m->slots[slot];
    struct upload_file file = {.slot = slot,
                               .data = s->image.data,
                               .size_known = true,
                               .has_sha256 = true,
                               .sha256 = s->image.digests[DIGEST_SHA256]};
    int err;

    (void)text_copy(file.name, sizeof(file.name), s->image.name);
    err = recognise(&file, &s->image, d);
    if (!err)
        s->state = SLOT_TAKEN;
    return err;
}

static bool is_meant(enum upload_slot wanted, unsigned i)
{
    return wanted == UPLOAD_ANY || wanted == i;
}

int upload_keep(struct monitor *m, enum upload_slot slot, struct diag *d)
{
    struct change c;
    unsigned kept = 0;
    int err = change_begin(m, &c, d);

    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT && !err; i++) {
        if (is_meant(slot, i) && m->slots[i].state == SLOT_OFFERED) {
            err = revive(m, (enum upload_slot)i, d);
            kept |= (unsigned)BIT(i);
        }
    }
    if (!err && !kept)
        err = diag_set(d, ERR_NOTFOUND, "nothing has survived a reset");
    if (err) {
        memcpy(m->slots, m->slots_before, sizeof(m->slots));
        return err;
    }
    return put_in_force(m, &c, kept, false, d);
}

int upload_drop(struct monitor *m, enum upload_slot slot, struct diag *d)
{
    struct change c;
    unsigned dropped = 0, in_force = 0;
    int err = change_begin(m, &c, d);

    if (err)
        return err;
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        if (!is_meant(slot, i) || m->slots[i].state == SLOT_EMPTY)
            continue;
        dropped |= (unsigned)BIT(i);
        in_force |= m->slots[i].state == SLOT_TAKEN ? (unsigned)BIT(i) : 0;
        m->slots[i].state = SLOT_EMPTY;
    }
    if (!dropped)
        return diag_set(d, ERR_NOTFOUND, "nothing is uploaded%s%s",
                        slot == UPLOAD_ANY ? "" : " as ",
                        slot == UPLOAD_ANY ? "" : upload_slot_name(slot));
    c.roles = in_force & CHANGE_ALL_ROLES;
    if (in_force & BIT(UPLOAD_PAYLOAD)) {
        c.roles = CHANGE_ALL_ROLES;
        m->config[0] = '\0';
        (void)images_open(m);
    }
    c.forced = true;
    return change_plan(m, &c, 0, d);
}
