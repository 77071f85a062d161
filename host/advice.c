/* SPDX-License-Identifier: Apache-2.0 */
#include "host/advice.h"

#include <string.h>

#include "host/file.h"
#include "host/report_error.h"
#include "monitor/base/bits.h"
#include "monitor/plan/plan_make.h"
#include "monitor/plan/preflight.h"

/* ID_AA64MMFR0_EL1.PARange of 40 and 44 bits. */
enum { PA_RANGE_40 = 2, PA_RANGE_44 = 4 };

/* Tables for a machine of @size and what it reserves; they stay until the program ends. */
static void make_tables(const struct machine_size *size, struct arena *arena, struct regions *busy)
{
    unsigned max = regions_needed(size->reserved);

    arena->size = machine_bytes(size) + max * sizeof(struct region);
    arena->memory = file_memory(arena->size);
    (void)regions_init(busy, max, arena, NULL);
}

/* The machine of a packed devicetree. False where that describes no memory, as that of boards
 * whose firmware fills it in. */
static bool machine_from_dtb(const struct inputs *in, struct advice *out)
{
    struct fdt_outline outline;
    struct arena arena = {0};

    if (!in->dtb.size || fdt_outline_read(in->dtb, &outline, NULL))
        return false;
    make_tables(&outline.size, &arena, &out->busy);
    if (fdt_mem_machine(&outline, &arena, &out->machine, NULL))
        return false;
    for (unsigned i = 0; i < out->machine.reserved_count; i++) {
        const struct machine_region *r = &out->machine.reserved[i];

        (void)regions_add_rest(&out->busy, r->range, REGION_RESERVED, r->name, NULL);
    }
    return true;
}

/* A machine that suits the kernel. */
static void machine_from_kernel(const struct inputs *in, struct advice *out)
{
    const struct sel4_facts *facts = &in->facts;
    const struct machine_size size = {.ram = facts->ram_count ? facts->ram_count : 1,
                                      .cpus = facts->core_count ? facts->core_count : 1};
    struct machine *m = &out->machine;
    paddr_t base = align_down(in->kernel_base, BLOCK_BYTES);
    struct arena arena = {0};

    make_tables(&size, &arena, &out->busy);
    (void)machine_init(m, &size, &arena, NULL);
    m->psci = PSCI_HVC;
    m->psci_0_2 = true;
    m->gic_version = facts->gic_version;
    for (unsigned i = 0; i < size.cpus; i++) {
        const struct machine_cpu cpu = {.mpidr = i, .enable = CPU_ENABLE_PSCI};

        (void)machine_add_cpu(m, &cpu, NULL);
    }
    for (unsigned i = 0; i < facts->ram_count; i++)
        (void)machine_add_ram(m, facts->ram[i], NULL);
    if (!facts->ram_count)
        (void)machine_add_ram(m, (struct range){base, base + ADVICE_RAM_BYTES}, NULL);
}

/* The file that the plan's reason is about: it begins with a role. */
static const char *culprit(const struct options *o, const struct diag *d)
{
    const char *const files[] = {[PLAN_KERNEL] = o->kernel,
                                 [PLAN_DTB] = o->dtb,
                                 [PLAN_APP] = o->app,
                                 [PLAN_INITRD] = o->initrd,
                                 [PLAN_MODULE] = o->module};

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
        .module = in->module,
        .rules = in->rules,
        .dtb = in->dtb.size ? in->dtb : (struct bytes){no_dtb_yet, sizeof(no_dtb_yet)},
        .bootargs = in->options->bootargs,
        .xen_bootargs = in->options->xen_bootargs,
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

    if (advice->plan.protocol == PROTOCOL_NONE || range_make(linked, image_bytes, &image) ||
        !touches_plan(advice, image) || range_make(above_plan(advice), image_bytes, &image))
        return linked;
    for (unsigned i = 0; i < advice->machine.ram_count; i++) {
        if (range_contains(advice->machine.ram[i], image) && !regions_overlap(&advice->busy, image))
            return image.start;
    }
    return linked;
}
