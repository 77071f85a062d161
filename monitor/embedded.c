/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/embedded.h"

#include <inttypes.h>
#include <string.h>

static int open_checked(struct monitor *m)
{
    struct diag *d = &m->payload_problem;
    struct sha256 now;

    if (m->desc.tree_size > m->payload.size)
        return diag_set(d, ERR_FORMAT, "its tree of %" PRIu64 " bytes is larger than all of it",
                        m->desc.tree_size);
    digest_sha256(m->payload.data, m->desc.tree_size, &now);
    if (!digest_equal(&now, &m->desc.tree_sha256))
        return diag_set(d, ERR_DIGEST, "the digest of its tree does not match the loader's");
    return fit_open(m->payload, NULL, &m->fit, d);
}

void embedded_open(struct monitor *m)
{
    m->payload_problem.text[0] = '\0';
    if (!m->payload.size || open_checked(m)) {
        memset(&m->fit, 0, sizeof(m->fit));
        m->fit.settings.autoboot_seconds = AUTOBOOT_OFF;
        m->fit.settings.idle_boot_seconds = AUTOBOOT_OFF;
    }
    if (!m->payload.size)
        (void)diag_set(&m->payload_problem, ERR_NOTFOUND, "none");
}
