/* SPDX-License-Identifier: Apache-2.0 */
#include "host/advice.h"

#include <string.h>

#include "host/report_error.h"
#include "monitor/base/bits.h"
#include "monitor/plan/plan_make.h"
#include "monitor/plan/preflight.h"

/* ID_AA64MMFR0_EL1.PARange of 40 and 44 bits. */
enum { PA_RANGE_40 = 2, PA_RANGE_44 = 4 };

/* The machine of a packed devicetree. False where that describes no memory, as that of boards
 * whose firmware fills it in. */
static bool machine_from_dtb(const struct inputs *in, struct advice *out)
{
    if (!in->dtb.size || fdt_mem_machine(in->dtb.data, &out->machine, NULL))
        return false;
    for (unsigned i = 0; i < out->machine.reserved_count; i++) {
        const struct machine_region *r = &out->machine.reserved[i];

        (void)regions_add(&out->busy, r->range, REGION_RESERVED, r->name, NULL);
    }
    return true;
}

/* A machine that suits the kernel. */
static void machine_from_kernel(const struct inputs *in, struct advice *out)
{
    const struct sel4_facts *facts = &in->facts;
    struct machine *m = &out->machine;
    paddr_t base = align_down(in->kernel_base, BLOCK_BYTES);

    *m = (struct machine){.psci = PSCI_HVC, .psci_0_2 = true, .gic_version = facts->gic_version};
    m->cpu_count = facts->core_count ? facts->core_count : 1;
    for (unsigned i = 0; i < m->cpu_count; i++)
        m->cpus[i] = (struct machine_cpu){.mpidr = i, .enable = CPU_ENABLE_PSCI};
    m->ram_count = facts->ram_count;
    memcpy(m->ram, facts->ram, facts->ram_count * sizeof(m->ram[0]));
    if (!facts->ram_count) {
        m->ram_count = 1;
        m->ram[0] = (struct range){base, base + ADVICE_RAM_BYTES};
    }
}

/* The file that the plan's reason is about: it begins with a role. */
static const char *culprit(const struct options *o, const struct diag *d)
{
    const char *const files[] = {[PLAN_KERNEL] = o->kernel,
                                 [PLAN_DTB] = o->dtb,
                                 [PLAN_APP] = o->app,
                                 [PLAN_INITRD] = o->initrd};

    if (o->fit)
        return o->fit;
    for (int role = PLAN_KERNEL; role < PLAN_LOADED_COUNT; role++) {
        const char *name = plan_role_name((enum plan_role)role);

        if (files[role] && !strncmp(d->text, name, strlen(name)))
            return files[role];
    }
    return o->kernel;
}

int advice_make(const struct inputs *in, struct advice *out)
{
    static const uint8_t no_dtb_yet[ADVICE_DTB_BYTES];
    struct plan_input input = {
        .kernel = in->kernel,
        .app = in->app,
        .initrd = in->initrd,
        .dtb = in->dtb.size ? in->dtb : (struct bytes){no_dtb_yet, sizeof(no_dtb_yet)},
        .bootargs = in->options->bootargs,
        .facts = in->facts,
        .app_offset = in->options->app_offset.value,
        .machine = &out->machine,
        .mmfr0 = in->facts.pa_bits == 44 ? PA_RANGE_44 : PA_RANGE_40,
        .busy = &out->busy,
    };
    bool from_dtb;
    struct diag d = {""};

    if (!in->kernel.size)
        return 0;
    from_dtb = machine_from_dtb(in, out);
    if (!from_dtb)
        machine_from_kernel(in, out);
    out->ram_known = from_dtb || in->facts.ram_count > 0;
    if (plan_make(&input, &out->plan, &d))
        return report_error(culprit(in->options, &d), "%s", d.text);
    if (from_dtb && preflight_check(&out->plan, &input, &d))
        return report_error(in->options->fit ? in->options->fit : in->options->dtb, "%s", d.text);
    return 0;
}

static bool touches_plan(const struct advice *advice, struct range image)
{
    for (unsigned i = 0; i < PLAN_ROLE_COUNT; i++) {
        if (range_overlaps(advice->plan.ranges[i], image))
            return true;
    }
    return false;
}

/* The first 2 MiB boundary above all destinations. */
static paddr_t above_plan(const struct advice *advice)
{
    paddr_t end = 0;

    for (unsigned i = 0; i < PLAN_ROLE_COUNT; i++) {
        if (advice->plan.ranges[i].end > end)
            end = advice->plan.ranges[i].end;
    }
    return align_up(end, BLOCK_BYTES);
}

paddr_t advice_load_addr(const struct advice *advice, paddr_t linked, uint64_t image_bytes)
{
    struct range image;

    if (advice->plan.protocol == PLAN_NOTHING || range_make(linked, image_bytes, &image) ||
        !touches_plan(advice, image) || range_make(above_plan(advice), image_bytes, &image))
        return linked;
    for (unsigned i = 0; i < advice->machine.ram_count; i++) {
        if (range_contains(advice->machine.ram[i], image) && !regions_overlap(&advice->busy, image))
            return image.start;
    }
    return linked;
}
