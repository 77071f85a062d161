/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/uploads.h"

#include <inttypes.h>

#include "monitor/base/text.h"
#include "monitor/sources/upload.h"

void uploads_print(struct monitor *m, enum upload_slot slot)
{
    const struct slot *s = &m->boot.now->sources.slots[slot];
    char size[TEXT_SIZE_BYTES], hex[SHA256_HEX_BYTES];

    if (s->state == SLOT_LOST) {
        console_printf(&m->con, "%s: %s was written over before the reset\n", slot_name(slot),
                       s->image.name);
        return;
    }
    text_size(size, sizeof(size), s->image.data.size);
    digest_to_hex(&s->image.digests[DIGEST_SHA256], hex);
    console_printf(&m->con, "%s: %s, %s at 0x%" PRIx64 "%s\n  sha256 %s\n", slot_name(slot),
                   s->image.name, size, bytes_range(s->image.data).start,
                   s->state == SLOT_OFFERED ? ", survived the reset, not in use" : "", hex);
}

int uploads_use(struct monitor *m, struct change *c, unsigned taken, struct diag *d)
{
    int err = upload_use(&c->to->sources, taken, &c->roles, d);

    c->matching = taken & (BIT(UPLOAD_KERNEL) | BIT(UPLOAD_PAYLOAD));
    if (!err)
        err = change_commit(&m->boot, c, d);
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT && !err; i++) {
        if (taken & BIT(i))
            uploads_print(m, (enum upload_slot)i);
    }
    return err;
}
