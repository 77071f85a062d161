/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan_make.h"

#include <string.h>

#include "monitor/plan/plan_linux.h"
#include "monitor/plan/plan_sel4.h"

int plan_make(const struct plan_input *in, struct boot_plan *out, struct diag *d)
{
    bool is_linux = linux_image_is(in->kernel);
    int err;

    memset(out, 0, sizeof(*out));
    if (!in->kernel.size)
        return diag_set(d, ERR_NOTFOUND, "there is no kernel");
    err = (is_linux ? plan_linux_make : plan_sel4_make)(in, out, d);
    if (err)
        return err;
    out->protocol = is_linux ? PLAN_LINUX : PLAN_SEL4;
    return ERR_OK;
}
