/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan.h"

#include <inttypes.h>
#include <string.h>

#include "mm/pt_desc.h"
#include "monitor/base/text.h"
#include "monitor/plan/plan_parts.h"

const char *plan_role_name(enum plan_role role)
{
    return text_pick("kernel\0dtb\0root task\0initrd\0ELF headers\0boot tables\0trampoline", role);
}

const char *plan_protocol_name(enum plan_protocol protocol)
{
    return text_pick("none\0seL4\0Linux", protocol);
}

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

int plan_write_dtb(const struct plan_input *in, const struct boot_plan *plan, void *out,
                   struct diag *d)
{
    uint32_t spare = (uint32_t)(plan->dtb_bytes - in->dtb.size);
    int err = fdt_mem_copy(in->dtb, spare, out, (uint32_t)plan->dtb_bytes, d);

    return err ? err : fdt_chosen_write(out, &plan->chosen, d);
}

unsigned plan_mapping_count(const struct boot_plan *plan)
{
    return plan->own_count + plan->added.count;
}

struct plan_mapping plan_mapping(const struct boot_plan *plan, unsigned i)
{
    const struct mapping *added;
    struct plan_mapping out;

    if (i < plan->own_count)
        return plan->own[i];
    added = &plan->added.list[i - plan->own_count];
    out = (struct plan_mapping){.name = "added",
                                .va = added->va,
                                .pa = added->pa,
                                .size = added->size,
                                .attr = added->attr};
    out.attr.inner_shareable = plan->handover.core_count > 1;
    return out;
}

static bool is_upper(vaddr_t va)
{
    return va >= PT_UPPER_BASE;
}

static struct range va_of(vaddr_t va, uint64_t size)
{
    return (struct range){va, va + size};
}

bool plan_rejects(const struct boot_plan *plan, const struct mapping *added)
{
    for (unsigned i = 0; i < plan->own_count; i++) {
        if (range_overlaps(va_of(added->va, added->size),
                           va_of(plan->own[i].va, plan->own[i].size)))
            return true;
    }
    return plan->handover.el == 2 && is_upper(added->va);
}

int plan_check_added(const struct mappings *added, unsigned el, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned i = 0; i < added->count && !err; i++) {
        const struct mapping *m = &added->list[i];

        if (is_upper(m->va) && el == 2)
            return diag_set(d, ERR_UNSUPPORTED, "0x%" PRIx64 ": EL2 has no upper half", m->va);
        err = pt_check(is_upper(m->va), m->va, m->pa, m->size, d);
    }
    return err;
}

int plan_check_overlap(const struct boot_plan *plan, struct diag *d)
{
    for (unsigned i = plan->own_count; i < plan_mapping_count(plan); i++) {
        const struct plan_mapping m = plan_mapping(plan, i);

        for (unsigned j = 0; j < i; j++) {
            const struct plan_mapping other = plan_mapping(plan, j);

            if (range_overlaps(va_of(m.va, m.size), va_of(other.va, other.size)))
                return diag_set(d, ERR_OVERLAP,
                                "0x%" PRIx64 "-0x%" PRIx64 ": %s is mapped at 0x%" PRIx64
                                "-0x%" PRIx64,
                                m.va, m.va + m.size, other.name, other.va, other.va + other.size);
        }
    }
    return ERR_OK;
}

int plan_build_tables(const struct boot_plan *plan, uint64_t *memory, struct diag *d)
{
    struct pt_arena arena = {
        .memory = memory,
        .base = plan->ranges[PLAN_TABLES].start,
        .pages = plan->table_pages,
    };
    bool el2 = plan->handover.el == 2;
    struct pt lower, upper = {0};
    int err = pt_init(&lower, &arena, el2, false);

    if (!err && !el2)
        err = pt_init(&upper, &arena, false, true);
    for (unsigned i = 0; i < plan_mapping_count(plan) && !err; i++) {
        const struct plan_mapping m = plan_mapping(plan, i);

        err = (m.blocks ? pt_map_blocks : pt_map)(is_upper(m.va) ? &upper : &lower, m.va, m.pa,
                                                  m.size, m.attr, d);
    }
    return err;
}
