/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan_parts.h"

int plan_need_ram(const struct plan_input *in, struct diag *d)
{
    if (!in->machine->ram_count)
        return diag_set(d, ERR_STATE, "without a devicetree the machine's RAM is not known");
    return ERR_OK;
}

void plan_complete_dtb(const struct plan_input *in, struct boot_plan *plan,
                       const struct fdt_chosen *chosen)
{
    if (!in->dtb.size)
        return;
    plan->chosen = *chosen;
    plan->chosen.bootargs = in->bootargs;
    plan->chosen.xen_bootargs = in->xen_bootargs;
    plan->dtb_bytes = in->dtb.size + fdt_chosen_spare(&plan->chosen);
}

void plan_add_bytes(struct boot_plan *plan, enum plan_role role, struct bytes src)
{
    struct range dst = plan->ranges[role];

    plan->copies[plan->copy_count++] = (struct plan_copy){
        .role = role,
        .dst = dst.start,
        .src = src,
        .zero_bytes = range_bytes(dst) - src.size,
    };
}

void plan_add_dtb(const struct plan_input *in, struct boot_plan *plan)
{
    if (in->dtb.size && plan->dtb_bytes == in->dtb.size)
        plan_add_bytes(plan, PLAN_DTB, in->dtb);
}
