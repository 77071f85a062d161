/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan_linux.h"

#include <inttypes.h>

#include "mm/mmu_cfg.h"
#include "monitor/plan/plan_parts.h"

/* Source of the rules here: Linux Documentation/arch/arm64/booting.rst. */

/* Linux maps the DTB with one block; placed at a block's start it never crosses into another. */
#define DTB_BYTES_MAX BLOCK_BYTES

/* An initrd lies within 32 GiB from the GiB that the kernel is in. */
#define WINDOW_ALIGN GIB(1)
#define WINDOW_BYTES GIB(32)

static int open_kernel(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    struct diag why;
    int err = linux_image_open(in->kernel, &plan->linux_image, &why);

    return err ? diag_set(d, err, "kernel: %s", why.text) : ERR_OK;
}

/* As low in RAM as possible: that is right for every kernel, and a must for those that cannot use
 * what is below them. */
static int place_kernel(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    const struct linux_image *image = &plan->linux_image;
    uint64_t bytes = image->text_offset + plan_pages(image->memory_bytes);
    struct range group;

    for (unsigned i = 0; i < in->machine->ram_count; i++) {
        if (!regions_find_free(in->busy, in->machine->ram[i], bytes, BLOCK_BYTES, false, &group)) {
            plan->ranges[PLAN_KERNEL] = (struct range){group.start + image->text_offset, group.end};
            return ERR_OK;
        }
    }
    return diag_set(d, ERR_NOMEM,
                    "kernel: its image_size 0x%" PRIx64 " at text_offset 0x%" PRIx64
                    " from a multiple of 2 MiB does not fit into free RAM",
                    image->memory_bytes, image->text_offset);
}

/* The part of @ram behind (or, with @below, in front of) the kernel, inside the window. */
static struct range around_kernel(const struct boot_plan *plan, struct range ram, bool below)
{
    struct range kernel = plan->ranges[PLAN_KERNEL];
    uint64_t start = align_down(kernel.start, WINDOW_ALIGN), end = start + WINDOW_BYTES;

    if (below && ram.end > kernel.start)
        ram.end = kernel.start;
    if (!below && ram.start < kernel.end)
        ram.start = kernel.end;
    if (ram.start < start)
        ram.start = start;
    if (end > start && ram.end > end)
        ram.end = end;
    return ram;
}

static int find_group(const struct plan_input *in, const struct boot_plan *plan, uint64_t bytes,
                      struct range *group)
{
    for (int below = 0; below < 2; below++) {
        for (unsigned i = 0; i < in->machine->ram_count; i++) {
            struct range ram = around_kernel(plan, in->machine->ram[i], below);

            if (ram.start < ram.end &&
                !regions_find_free(in->busy, ram, bytes, BLOCK_BYTES, false, group))
                return ERR_OK;
        }
    }
    return ERR_NOMEM;
}

/* DTB, initrd and module, in this order: the DTB tells where the others are, so that its size does
 * not depend on the places. */
static int place_rest(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    struct fdt_chosen chosen = {
        .initrd = {0, in->initrd.size}, .module = {0, in->module.size}, .ram = in->machine->ram};
    uint64_t dtb_bytes, bytes, module;
    struct range group;

    if (!in->dtb.size)
        return diag_set(d, ERR_STATE, "Linux needs a devicetree, and there is none");
    if (!fdt_chosen_has_memory(in->dtb.data))
        chosen.ram_count = in->machine->ram_count;
    plan_complete_dtb(in, plan, &chosen);
    dtb_bytes = plan_pages(plan->dtb_bytes);
    bytes = dtb_bytes + plan_pages(in->initrd.size) + plan_pages(in->module.size);
    if (plan->dtb_bytes > DTB_BYTES_MAX)
        return diag_set(d, ERR_RANGE,
                        "dtb: %" PRIu64 " bytes with what is added to /chosen are more than the "
                        "2 MiB that Linux maps",
                        plan->dtb_bytes);
    if (find_group(in, plan, bytes, &group))
        return diag_set(d, ERR_NOMEM,
                        "%s: %" PRIu64 " bytes with the DTB do not fit into free RAM within 32 GiB "
                        "of the kernel at 0x%" PRIx64,
                        plan_role_name(in->module.size   ? PLAN_MODULE
                                       : in->initrd.size ? PLAN_INITRD
                                                         : PLAN_DTB),
                        bytes, plan->ranges[PLAN_KERNEL].start);
    plan->ranges[PLAN_DTB] = (struct range){group.start, group.start + dtb_bytes};
    module = group.end - plan_pages(in->module.size);
    plan->ranges[PLAN_INITRD] = (struct range){group.start + dtb_bytes, module};
    plan->ranges[PLAN_MODULE] = (struct range){module, group.end};
    if (in->initrd.size)
        plan->chosen.initrd =
            (struct range){group.start + dtb_bytes, group.start + dtb_bytes + in->initrd.size};
    if (in->module.size)
        plan->chosen.module = (struct range){module, module + in->module.size};
    return ERR_OK;
}

/* The highest exception level there is; one that is not known is the best one. */
static void fill_handover(const struct plan_input *in, struct boot_plan *plan)
{
    unsigned el = in->machine_el == 1 ? 1 : 2;

    plan->handover = (struct handover){
        .entry = plan->ranges[PLAN_KERNEL].start,
        .x = {plan->ranges[PLAN_DTB].start},
        .el = el,
        .sctlr = mmu_cfg_sctlr_off(el),
        .core_count = 1,
    };
}

int plan_linux_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    int err = open_kernel(in, plan, d);

    if (!err)
        err = plan_need_ram(in, d);
    if (!err)
        err = place_kernel(in, plan, d);
    if (!err)
        err = place_rest(in, plan, d);
    if (err)
        return err;
    plan_add_bytes(plan, PLAN_KERNEL, in->kernel);
    plan_add_dtb(in, plan);
    if (in->initrd.size)
        plan_add_bytes(plan, PLAN_INITRD, in->initrd);
    if (in->module.size)
        plan_add_bytes(plan, PLAN_MODULE, in->module);
    fill_handover(in, plan);
    return ERR_OK;
}
