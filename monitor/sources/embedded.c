/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/embedded.h"

#include <inttypes.h>
#include <string.h>

#include "monitor/arch.h"
#include "payload/fit_open.h"

enum { NO_COUNTDOWN = -1 };

struct range embedded_range(const struct sources *s, paddr_t image)
{
    struct range range;

    if (range_make(image + s->desc.offset, s->desc.size, &range))
        return (struct range){0, 0};
    return range;
}

void embedded_find(struct sources *s, const struct machine *machine, paddr_t image)
{
    struct range range = embedded_range(s, image);

    s->payload = (struct bytes){NULL, 0};
    if (range_is_empty(range))
        return;
    /* Where RAM is not known, the loader must be believed. */
    if (!machine->ram_count || machine_has_ram(machine, range))
        s->payload = (struct bytes){arch_phys(range.start), range_bytes(range)};
}

int embedded_verify(const struct sources *s, struct diag *d)
{
    struct sha256 now;

    if (s->desc.tree_size > s->payload.size)
        return diag_set(d, ERR_FORMAT,
                        "its tree of %" PRIu64 " bytes is larger than all its %zu bytes",
                        s->desc.tree_size, s->payload.size);
    digest_sha256(s->payload.data, s->desc.tree_size, &now);
    if (!digest_equal(&now, &s->desc.tree_sha256))
        return diag_set(d, ERR_DIGEST,
                        "the sha256 of its tree is not the one that elfmon-pack recorded");
    return ERR_OK;
}

static int open_checked(struct sources *s)
{
    struct diag *d = &s->payload_problem;
    int err;

    if (!s->payload.size)
        return diag_set(d, ERR_RANGE, "its %" PRIu64 " bytes do not lie in the machine's RAM",
                        s->desc.size);
    err = embedded_verify(s, d);
    return err ? err : fit_open(s->payload, *s->config ? s->config : NULL, &s->fit, d);
}

void embedded_open(struct sources *s)
{
    s->payload_problem.text[0] = '\0';
    if (!s->desc.size || open_checked(s)) {
        memset(&s->fit, 0, sizeof(s->fit));
        s->fit.settings.autoboot_seconds = NO_COUNTDOWN;
        s->fit.settings.idle_boot_seconds = NO_COUNTDOWN;
    }
    if (!s->desc.size)
        (void)diag_set(&s->payload_problem, ERR_NOTFOUND, "none");
}
