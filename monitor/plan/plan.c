/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan.h"

#include <inttypes.h>
#include <string.h>

#include "mm/pt_desc.h"
#include "monitor/base/text.h"

const char *plan_role_name(enum plan_role role)
{
    return text_pick(
        "kernel\0dtb\0root task\0initrd\0module\0ELF headers\0boot tables\0trampoline\0stack",
        role);
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

void plan_headers(const struct boot_plan *plan, uint8_t page[PAGE_BYTES])
{
    size_t size = (size_t)plan->app.phnum * plan->app.phentsize;
    uint32_t words[2] = {plan->app.phnum, plan->app.phentsize};

    if (size > PAGE_BYTES - sizeof(words))
        size = PAGE_BYTES - sizeof(words);
    memset(page, 0, PAGE_BYTES);
    memcpy(page, words, sizeof(words));
    memcpy(page + sizeof(words), plan->app.file.data + plan->app.phoff, size);
}
