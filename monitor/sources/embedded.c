/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/embedded.h"

#include <inttypes.h>
#include <string.h>

struct range embedded_range(const struct monitor *m, paddr_t image)
{
    struct range range;

    if (range_make(image + m->desc.offset, m->desc.size, &range))
        return (struct range){0, 0};
    return range;
}

void embedded_find(struct monitor *m, paddr_t image)
{
    struct range range = embedded_range(m, image);

    m->payload = (struct bytes){NULL, 0};
    if (range_is_empty(range))
        return;
    /* Where RAM is not known, the loader must be believed. */
    if (!m->machine.ram_count || machine_has_ram(&m->machine, range))
        m->payload = (struct bytes){arch_phys(range.start), range_bytes(range)};
}

static int open_checked(struct monitor *m)
{
    struct diag *d = &m->payload_problem;
    struct sha256 now;

    if (!m->payload.size)
        return diag_set(d, ERR_RANGE, "its %" PRIu64 " bytes do not lie in the machine's RAM",
                        m->desc.size);
    if (m->desc.tree_size > m->payload.size)
        return diag_set(d, ERR_FORMAT, "its tree of %" PRIu64 " bytes is larger than all of it",
                        m->desc.tree_size);
    digest_sha256(m->payload.data, m->desc.tree_size, &now);
    if (!digest_equal(&now, &m->desc.tree_sha256))
        return diag_set(d, ERR_DIGEST, "the digest of its tree does not match the loader's");
    return fit_open(m->payload, *m->config ? m->config : NULL, &m->fit, d);
}

void embedded_open(struct monitor *m)
{
    m->payload_problem.text[0] = '\0';
    if (!m->desc.size || open_checked(m)) {
        memset(&m->fit, 0, sizeof(m->fit));
        m->fit.settings.autoboot_seconds = AUTOBOOT_OFF;
        m->fit.settings.idle_boot_seconds = AUTOBOOT_OFF;
    }
    if (!m->desc.size)
        (void)diag_set(&m->payload_problem, ERR_NOTFOUND, "none");
}
