/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan_make.h"

#include <string.h>

#include "monitor/plan/plan_linux.h"
#include "monitor/plan/plan_physical.h"
#include "monitor/plan/plan_sel4.h"

static enum protocol protocol_for(const struct plan_input *in)
{
    enum protocol found = protocol_of(in->kernel, &in->rules);

    return found ? found : PROTOCOL_SEL4; /* which says what it is not */
}

int plan_make(const struct plan_input *in, struct boot_plan *out, struct diag *d)
{
    static int (*const makers[PROTOCOL_COUNT])(const struct plan_input *, struct boot_plan *,
                                               struct diag *) = {
        [PROTOCOL_SEL4] = plan_sel4_make,    [PROTOCOL_LINUX] = plan_linux_make,
        [PROTOCOL_ELF] = plan_physical_make, [PROTOCOL_KAAL] = plan_physical_make,
        [PROTOCOL_RAW] = plan_physical_make,
    };
    enum protocol protocol = protocol_for(in);
    int err;

    memset(out, 0, sizeof(*out));
    if (!in->kernel.size)
        return diag_set(d, ERR_NOTFOUND, "there is no kernel");
    if (in->module.size && protocol != PROTOCOL_LINUX)
        return diag_set(d, ERR_UNSUPPORTED,
                        "module: only Xen takes one, and the kernel is entered as %s",
                        protocol_name(protocol));
    out->protocol = protocol;
    err = makers[protocol](in, out, d);
    if (err)
        out->protocol = PROTOCOL_NONE;
    return err;
}
