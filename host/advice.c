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

/* Where QEMU's virt machine has its RAM: a guess for kernels that can be anywhere. */
#define USUAL_RAM_BASE GIB(1)

/* No machine has RAM from here on: the physical addresses of 52 bits end. */
#define RAM_TOP (UINT64_C(1) << 52)

/* More than the plan's rounding to pages and the additions to the DTB. */
#define SLACK_BYTES BLOCK_BYTES

/* Whole GiB with a kernel at physical addresses and what the plan adds; KaaL's goes below it. */
static struct range around_physical(const struct inputs *in)
{
    uint64_t stack = in->rules.stack_bytes < GIB(1) ? in->rules.stack_bytes : GIB(1);
    uint64_t rest = in->app.size + in->dtb.size + ADVICE_DTB_BYTES + stack + SLACK_BYTES;
    uint64_t start = align_down(in->place.start, GIB(1));

    if (in->place.end > RAM_TOP)
        return (struct range){RAM_TOP - GIB(1), RAM_TOP};
    if (in->protocol == PROTOCOL_KAAL && start && in->place.start - start < rest)
        start -= GIB(1);
    return (struct range){start, start + align_up(in->place.end - start + rest, GIB(1))};
}

static struct range assumed_ram(const struct inputs *in)
{
    paddr_t base = align_down(in->place.start, BLOCK_BYTES);

    if (range_is_empty(in->place))
        base = USUAL_RAM_BASE;
    else if (in->protocol != PROTOCOL_SEL4)
        return around_physical(in);
    return (struct range){base, base + GIB(1)};
}

/* A machine that suits the kernel. */
static void machine_from_kernel(const struct inputs *in, struct advice *out)
{
    const struct sel4_facts *facts = &in->facts;
    const struct machine_size size = {.ram = facts->ram_count ? facts->ram_count : 1,
                                      .cpus = facts->core_count ? facts->core_count : 1};
    struct machine *m = &out->machine;
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
        (void)machine_add_ram(m, assumed_ram(in), NULL);
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

/* The root task may be uploaded. */
static bool is_incomplete(const struct inputs *in)
{
    return in->protocol == PROTOCOL_KAAL && !in->app.size;
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

    if (!in->kernel.size || is_incomplete(in))
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

static struct range above(struct range r, paddr_t limit)
{
    return (struct range){r.start > limit ? r.start : limit, r.end};
}

static struct range below(struct range r, paddr_t limit)
{
    return (struct range){r.start, r.end < limit ? r.end : limit};
}

/* The place nearest to @linked that is clear of @advice's plan, above it if there is one: at the
 * start of RAM firmware leaves the devicetree. */
static int find_place(const struct advice *advice, paddr_t linked, uint64_t bytes,
                      struct range *place)
{
    const struct machine *m = &advice->machine;
    int err = ERR_NOMEM;
    unsigned max = regions_needed(advice->busy.count + PLAN_ROLE_COUNT);
    struct regions taken = {0, max, file_memory(max * sizeof(struct region))};

    for (unsigned i = 0; i < advice->busy.count; i++)
        (void)regions_add_rest(&taken, advice->busy.entries[i].range, REGION_RESERVED, "", NULL);
    for (unsigned i = 0; i < PLAN_ROLE_COUNT; i++) {
        if (!range_is_empty(advice->plan.ranges[i]))
            (void)regions_add_rest(&taken, advice->plan.ranges[i], REGION_PLANNED, "", NULL);
    }
    for (unsigned i = 0; i < m->ram_count && err; i++) {
        if (m->ram[i].end > linked)
            err = regions_find_free(&taken, above(m->ram[i], linked), bytes, BLOCK_BYTES, false,
                                    place);
    }
    for (unsigned i = m->ram_count; i-- > 0 && err;) {
        if (m->ram[i].start < linked)
            err = regions_find_free(&taken, below(m->ram[i], linked), bytes, BLOCK_BYTES, true,
                                    place);
    }
    return err;
}

paddr_t advice_load_addr(const struct advice *advice, paddr_t linked, uint64_t image_bytes)
{
    struct range image;

    if (advice->plan.protocol == PROTOCOL_NONE || range_make(linked, image_bytes, &image) ||
        !touches_plan(advice, image))
        return linked;
    if (!range_make(above_plan(advice), image_bytes, &image) &&
        machine_has_ram(&advice->machine, image) && !regions_overlap(&advice->busy, image))
        return image.start;
    return find_place(advice, linked, align_up(image_bytes, PAGE_BYTES), &image) ? linked
                                                                                 : image.start;
}
