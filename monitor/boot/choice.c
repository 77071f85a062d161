/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/choice.h"

#include <libfdt.h>

#include "mm/fdt_mem.h"
#include "monitor/plan/plan_make.h"
#include "monitor/sources/bootargs.h"
#include "monitor/sources/images.h"
#include "monitor/sources/plain.h"

/* What was uploaded or packed nobody has looked at yet. */
int choice_dtb(const struct board *board, const struct sources *s, struct bytes *out,
               struct diag *d)
{
    const struct fit_image *image = images_find(s, FIT_DTB);
    struct diag why;
    uint32_t used;
    int err;

    *out = board->fdt_bytes;
    if (!image)
        return ERR_OK;
    *out = plain_bytes(s, FIT_DTB);
    err = fdt_mem_check(*out, &used, &why);
    if (err)
        return diag_set(d, err, "image %s: %s", image->name, why.text);
    out->size = fdt_totalsize(out->data);
    return ERR_OK;
}

static int check_plain(const struct sources *s, struct diag *d)
{
    for (int role = FIT_KERNEL; role < FIT_OTHER; role++) {
        if (images_find(s, (enum fit_role)role) && !plain_bytes(s, (enum fit_role)role).size)
            return diag_set(d, ERR_FORMAT, "%s", s->plain_problem.text);
    }
    return ERR_OK;
}

static void fill_input(const struct board *board, struct choice *c, struct bytes dtb)
{
    const struct sources *s = &c->sources;
    const struct fit_image *kernel = images_find(s, FIT_KERNEL);

    c->input = (struct plan_input){
        .kernel = plain_bytes(s, FIT_KERNEL),
        .app = plain_bytes(s, FIT_APP),
        .initrd = plain_bytes(s, FIT_INITRD),
        .module = plain_bytes(s, FIT_MODULE),
        .dtb = dtb,
        .bootargs = bootargs_wanted(s),
        .xen_bootargs = s->fit.settings.xen_bootargs,
        .app_offset = s->fit.settings.app_offset,
        .added = s->mappings,
        .rules = plain_rules(s),
        .machine = &board->machine,
        .machine_el = board->cpu.el,
        .mmfr0 = board->cpu.mmfr0,
        .busy = &c->busy,
    };
    if (kernel)
        c->input.facts = kernel->facts;
}

int choice_plan(const struct board *board, struct choice *c)
{
    struct bytes dtb;
    int err = check_plain(&c->sources, &c->problem);

    c->plan.protocol = PROTOCOL_NONE;
    if (!err)
        err = choice_dtb(board, &c->sources, &dtb, &c->problem);
    if (err)
        return err;
    fill_input(board, c, dtb);
    c->problem.text[0] = '\0';
    return plan_make(&c->input, &c->plan, &c->problem);
}

int choice_need_plan(const struct choice *c, struct diag *d)
{
    if (c->plan.protocol != PROTOCOL_NONE)
        return ERR_OK;
    if (c->sources.payload_problem.text[0] && !images_find(&c->sources, FIT_KERNEL))
        return diag_set(d, ERR_STATE, "no plan: payload: %s", c->sources.payload_problem.text);
    return diag_set(d, ERR_STATE, "no plan: %s", c->problem.text);
}

int choice_need_protocol(const struct choice *c, enum protocol wanted, struct diag *d)
{
    if (!wanted || wanted == c->plan.protocol)
        return ERR_OK;
    return diag_set(d, ERR_MISMATCH, "the kernel is entered as %s, not as %s",
                    protocol_name(c->plan.protocol), protocol_name(wanted));
}

enum fit_role choice_image(enum plan_role role)
{
    switch (role) {
    case PLAN_KERNEL:
        return FIT_KERNEL;
    case PLAN_APP:
        return FIT_APP;
    case PLAN_DTB:
        return FIT_DTB;
    case PLAN_INITRD:
        return FIT_INITRD;
    case PLAN_MODULE:
        return FIT_MODULE;
    default:
        return FIT_OTHER;
    }
}

bool choice_overlaps(const struct choice *c, struct range range)
{
    for (int role = 0; role < PLAN_ROLE_COUNT; role++) {
        if (range_overlaps(c->plan.ranges[role], range))
            return true;
    }
    return false;
}

/* --- Digests ------------------------------------------------------------------------------ */

static int verify_machine_dtb(const struct board *board, struct diag *d)
{
    char found[SHA256_HEX_BYTES], copied[SHA256_HEX_BYTES];
    struct sha256 now;

    digest_sha256(board->fdt_bytes.data, board->fdt_bytes.size, &now);
    if (digest_equal(&now, &board->fdt_sha256))
        return ERR_OK;
    digest_to_hex(&now, found);
    digest_to_hex(&board->fdt_sha256, copied);
    return diag_set(
        d, ERR_DIGEST,
        "the monitor's copy of the DTB was written over: its sha256 is %.16s..., it was "
        "%.16s... when it was copied",
        found, copied);
}

/* What is written into the devicetree lies in the payload's tree. */
static bool has_packed_bootargs(const struct sources *s)
{
    return (s->fit.settings.bootargs && !s->bootargs.is_set) || s->fit.settings.xen_bootargs;
}

int choice_verify(const struct board *board, const struct choice *c, enum plan_role role,
                  struct diag *d)
{
    const struct sources *s = &c->sources;
    int err = ERR_OK;

    if (role == PLAN_DTB && has_packed_bootargs(s))
        err = images_verify_payload(s, d);
    if (err)
        return err;
    if (role == PLAN_DTB && board->fdt_bytes.size && !images_find(s, FIT_DTB))
        return verify_machine_dtb(board, d);
    return plain_verify(s, choice_image(role), d);
}
