/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan_sel4.h"

#include <inttypes.h>
#include <string.h>

#include "mm/mmu_cfg.h"
#include "monitor/plan/plan_parts.h"
#include "monitor/plan/preflight.h"

/* An seL4 kernel's physical window ends here (KERNEL_ELF_BASE's mirror in the address map). */
#define SEL4_PADDR_TOP UINT64_C(0x7fc0000000)

/* Pages of the identity map of the trampoline below its root: levels 1, 2 and 3. */
#define IDENTITY_TABLE_PAGES 3

static struct range kernel_blocks_va(const struct boot_plan *plan)
{
    struct range va;

    va.start = align_down(plan->kernel.va.start, BLOCK_BYTES);
    va.end = align_up(plan->kernel.va.end, BLOCK_BYTES);
    return va;
}

static bool is_smp(const struct boot_plan *plan)
{
    return plan->facts.core_count > 1;
}

static int check_kernel(const struct elf64 *kernel, struct diag *d)
{
    uint64_t offset = kernel->pa.start - kernel->va.start;

    if (!is_aligned(kernel->pa.start, BLOCK_BYTES))
        return diag_set(d, ERR_ALIGN,
                        "kernel: physical base 0x%" PRIx64 " is not a multiple of 2 MiB",
                        kernel->pa.start);
    for (unsigned i = 0; i < kernel->segment_count; i++) {
        const struct elf64_segment *s = &kernel->segments[i];

        if (s->pa - s->va != offset)
            return diag_set(d, ERR_UNSUPPORTED,
                            "kernel: segment %u is at 0x%" PRIx64 ", not at the kernel's constant "
                            "distance between virtual and physical addresses",
                            i, s->pa);
    }
    return ERR_OK;
}

static int open_kernel(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    int err;

    if (!elf64_is_elf(in->kernel))
        return diag_set(d, ERR_FORMAT,
                        "kernel: not an ELF file: it does not begin with 7f 45 4c 46; no arm64 "
                        "Image either");
    err = elf64_open(in->kernel, &plan->kernel, d);
    if (!err)
        err = check_kernel(&plan->kernel, d);
    if (err)
        return err;
    sel4_facts(&plan->kernel, &in->facts, &plan->facts);
    if (!plan->facts.is_sel4)
        return diag_set(d, ERR_UNSUPPORTED,
                        "kernel: not an seL4 kernel: its virtual base is 0x%" PRIx64,
                        plan->kernel.va.start);
    return ERR_OK;
}

static int open_app(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    struct diag why;
    int err;

    plan->has_app = in->app.size > 0;
    if (!plan->has_app)
        return ERR_OK;
    err = elf64_open(in->app, &plan->app, &why);
    if (err)
        return diag_set(d, err, "root task: %s", why.text);
    return ERR_OK;
}

/* The kernel's tables: two roots at most, the identity map, the kernel's blocks, what is added. */
static uint64_t count_table_pages(const struct boot_plan *plan)
{
    struct range va = kernel_blocks_va(plan);
    uint64_t roots = plan->facts.el == 2 ? 1 : 2;
    uint64_t pages = roots + IDENTITY_TABLE_PAGES +
                     pt_pages_for(va.start, plan->kernel.pa.start, range_bytes(va));

    for (unsigned i = 0; i < plan->added.count; i++) {
        const struct mapping *m = &plan->added.list[i];

        pages += pt_pages_for(m->va, m->pa, m->size);
    }
    return pages;
}

/* Where everything but the kernel may lie: the RAM around the kernel, as the machine has it and,
 * where that is known, as the kernel was built for it. */
static int find_window(const struct plan_input *in, const struct boot_plan *plan,
                       struct range *window, struct diag *d)
{
    struct range kernel = plan->ranges[PLAN_KERNEL];
    bool found = false;

    for (unsigned i = 0; i < in->machine->ram_count && !found; i++) {
        *window = in->machine->ram[i];
        found = range_contains(*window, kernel);
    }
    if (plan_need_ram(in, d))
        return ERR_STATE;
    if (!found && preflight_sel4(&plan->facts, in, d))
        return ERR_MISMATCH;
    if (!found)
        return diag_set(d, ERR_RANGE,
                        "kernel: 0x%" PRIx64 "-0x%" PRIx64 " is not inside the machine's RAM",
                        kernel.start, kernel.end);
    for (unsigned i = 0; i < plan->facts.ram_count; i++) {
        struct range built = plan->facts.ram[i];

        if (range_has(built, kernel.start) && built.end < window->end)
            window->end = built.end;
    }
    window->start = kernel.end;
    if (window->end > SEL4_PADDR_TOP)
        window->end = SEL4_PADDR_TOP;
    return ERR_OK;
}

/* Into @window: the sizes of what lies behind the kernel, in ascending order, page multiples. */
static int place_behind_kernel(const struct plan_input *in, struct boot_plan *plan,
                               struct range window, struct diag *d)
{
    uint64_t size[PLAN_ROLE_COUNT] = {
        [PLAN_DTB] = plan_pages(plan->dtb_bytes),
        [PLAN_APP] = plan->has_app ? range_bytes(plan->app.va) : 0,
        [PLAN_HEADERS] = plan->has_app ? PAGE_BYTES : 0,
        [PLAN_TABLES] = plan->table_pages * PAGE_BYTES,
        [PLAN_TRAMPOLINE] = PAGE_BYTES,
    };
    struct range group;
    uint64_t gap = in->app_offset < SEL4_PADDR_TOP ? plan_pages(in->app_offset) : SEL4_PADDR_TOP;
    uint64_t total = gap;
    int err = ERR_OK;

    for (int role = PLAN_DTB; role < PLAN_ROLE_COUNT && !err; role++)
        err = checked_add(total, size[role], &total);
    if (!err)
        err = window.start < window.end
                  ? regions_find_free(in->busy, window, total, PAGE_BYTES, false, &group)
                  : ERR_NOMEM;
    if (err)
        return diag_set(d, err,
                        "root task: %" PRIu64 " bytes with its DTB and tables do not fit into RAM "
                        "between the kernel's end 0x%" PRIx64 " and 0x%" PRIx64,
                        total, window.start, window.end);
    for (int role = PLAN_DTB; role < PLAN_ROLE_COUNT; role++) {
        if (role == PLAN_APP)
            group.start += gap;
        plan->ranges[role] = (struct range){group.start, group.start + size[role]};
        group.start += size[role];
    }
    return ERR_OK;
}

static int place(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    const struct region *other;
    struct range window = {0, 0};
    int err;

    plan->ranges[PLAN_KERNEL] = plan->kernel.pa;
    if (plan->kernel.pa.end > SEL4_PADDR_TOP)
        return diag_set(d, ERR_RANGE,
                        "kernel: its end 0x%" PRIx64 " is beyond 0x%" PRIx64
                        ", the end of seL4's physical window",
                        plan->kernel.pa.end, SEL4_PADDR_TOP);
    err = find_window(in, plan, &window, d);
    if (err)
        return err;
    other = regions_overlap(in->busy, plan->ranges[PLAN_KERNEL]);
    if (other)
        return regions_refuse(plan->kernel.pa, "kernel", other, d);
    plan->table_pages = count_table_pages(plan);
    return place_behind_kernel(in, plan, window, d);
}

/* The segments of @elf as copies, @to_pa added to each virtual address; gaps and the last page's
 * rest are zeroed, so that every byte of the destination is written once. */
static void add_elf(struct boot_plan *plan, enum plan_role role, const struct elf64 *elf,
                    uint64_t to_pa)
{
    uint64_t lead = elf->segments[0].va - elf->va.start;

    if (lead)
        plan->copies[plan->copy_count++] =
            (struct plan_copy){.role = role, .dst = elf->va.start + to_pa, .zero_bytes = lead};
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];
        vaddr_t next = i + 1 < elf->segment_count ? elf->segments[i + 1].va : elf->va.end;

        plan->copies[plan->copy_count++] = (struct plan_copy){
            .role = role,
            .dst = s->va + to_pa,
            .src = {elf->file.data + s->offset, (size_t)s->filesz},
            .zero_bytes = next - s->va - s->filesz,
        };
    }
}

static void list_copies(const struct plan_input *in, struct boot_plan *plan)
{
    add_elf(plan, PLAN_KERNEL, &plan->kernel, plan->kernel.pa.start - plan->kernel.va.start);
    plan_add_dtb(in, plan);
    if (!plan->has_app)
        return;
    add_elf(plan, PLAN_APP, &plan->app, plan->ranges[PLAN_APP].start - plan->app.va.start);
}

static void fill_handover(const struct plan_input *in, struct boot_plan *plan)
{
    struct range app = plan->ranges[PLAN_APP];
    struct range dtb = plan->ranges[PLAN_DTB];
    paddr_t tables = plan->ranges[PLAN_TABLES].start;
    bool el2 = plan->facts.el == 2;
    unsigned pa_bits =
        plan->facts.pa_bits ? plan->facts.pa_bits : mmu_cfg_pa_bits(plan_pa_range(in));

    plan->handover = (struct handover){
        .entry = plan->kernel.entry,
        .x = {app.start, app.end, app.start - plan->app.va.start, plan->app.entry, dtb.start,
              plan->dtb_bytes},
        .el = plan->facts.el,
        .mmu = 1,
        .mair = mmu_cfg_mair(),
        .tcr =
            el2 ? mmu_cfg_tcr_el2_sel4(pa_bits) : mmu_cfg_tcr_el1(plan_pa_range(in), is_smp(plan)),
        .ttbr0 = tables,
        .ttbr1 = el2 ? 0 : tables + PAGE_BYTES,
        .sctlr = el2 ? mmu_cfg_sctlr_el2() : mmu_cfg_sctlr_el1(),
        .core_count = is_smp(plan) ? plan->facts.core_count : 1,
        .trampoline = plan->ranges[PLAN_TRAMPOLINE].start,
    };
    if (!in->dtb.size)
        plan->handover.x[4] = 0;
    if (!plan->has_app)
        memset(plan->handover.x, 0, 4 * sizeof(plan->handover.x[0]));
}

static void list_mappings(struct boot_plan *plan)
{
    struct range va = kernel_blocks_va(plan);
    paddr_t trampoline = plan->ranges[PLAN_TRAMPOLINE].start;
    struct pt_attr attr = {
        .memory = MMU_ATTR_NORMAL, .execute = true, .inner_shareable = is_smp(plan)};

    plan->own[0] =
        (struct plan_mapping){"trampoline", trampoline, trampoline, PAGE_BYTES, attr, false};
    attr.write = true;
    plan->own[1] = (struct plan_mapping){"kernel",        va.start, plan->kernel.pa.start,
                                         range_bytes(va), attr,     true};
    plan->own_count = PLAN_OWN_MAPPINGS;
}

int plan_sel4_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    static const struct fdt_chosen nothing = {0};
    int err = open_kernel(in, plan, d);

    if (!err)
        err = open_app(in, plan, d);
    if (!err)
        err = plan_check_added(&in->added, plan->facts.el, d);
    if (err)
        return err;
    plan->added = in->added;
    plan_complete_dtb(in, plan, &nothing);
    err = place(in, plan, d);
    if (err)
        return err;
    list_copies(in, plan);
    fill_handover(in, plan);
    list_mappings(plan);
    return plan_check_overlap(plan, d);
}
