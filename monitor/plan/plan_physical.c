/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/plan_physical.h"

#include <inttypes.h>

#include "mm/mmu_cfg.h"
#include "mm/room.h"
#include "monitor/plan/plan_parts.h"

/* KaaL's start code sets no stack pointer, and its kernel stays on the stack that it is entered
 * with, also while a task's address space is in use. There it maps, for itself, what is between its
 * own end and this far above the DTB. */
#define KAAL_STACK_BYTES  KIB(64)
#define KAAL_MAPPED_BYTES MIB(128)

/* More than any machine has, and less than what a sum could wrap at. */
#define STACK_BYTES_MAX (UINT64_C(1) << 48)

/* The stack pointer is a multiple of 16 (AAPCS64); what is in a stack's last bytes is the kernel's.
 */
#define STACK_ALIGN 16

static bool is_kaal(const struct boot_plan *plan)
{
    return plan->protocol == PROTOCOL_KAAL;
}

/* --- The kernel --------------------------------------------------------------------------- */

static struct range whole_pages(struct range r)
{
    return (struct range){align_down(r.start, PAGE_BYTES), align_up(r.end, PAGE_BYTES)};
}

/* What is relocated by one distance must lie at one. */
static int check_distance(const struct elf64 *elf, struct diag *d)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        if (s->pa - s->va != elf->pa.start - elf->va.start)
            return diag_set(d, ERR_UNSUPPORTED,
                            "kernel: segment %u is at 0x%" PRIx64 ", not at the constant distance "
                            "that relative relocations need",
                            i, s->pa);
    }
    return ERR_OK;
}

/* A movable ELF goes to its physical addresses where these are RAM, else to the lowest free place,
 * at a multiple of 2 MiB from them. */
static int move_kernel(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    struct elf64 *elf = &plan->kernel;
    uint64_t lead = elf->pa.start & (BLOCK_BYTES - 1), distance;
    struct range place;

    if (!elf->movable || machine_has_ram(in->machine, elf->pa))
        return ERR_OK;
    if (room_find_low(in->machine, in->busy, lead + range_bytes(elf->pa), BLOCK_BYTES, &place))
        return diag_set(d, ERR_NOMEM, "kernel: no free RAM for its %" PRIu64 " bytes",
                        range_bytes(elf->pa));
    distance = place.start + lead - elf->pa.start;
    for (unsigned i = 0; i < elf->segment_count; i++)
        elf->segments[i].pa += distance;
    elf->pa = (struct range){elf->pa.start + distance, elf->pa.end + distance};
    elf->entry += distance;
    return ERR_OK;
}

static int open_elf(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    struct diag why;
    int err = elf64_open_physical(in->kernel, &plan->kernel, &why);

    if (!err && plan->kernel.movable)
        err = elf64_rela_open(&plan->kernel, &plan->rela, &why);
    if (err)
        return diag_set(d, err, "kernel: %s", why.text);
    if (plan->kernel.movable)
        err = check_distance(&plan->kernel, d);
    if (!err)
        err = move_kernel(in, plan, d);
    plan->ranges[PLAN_KERNEL] = plan->kernel.pa;
    plan->handover.entry = plan->kernel.entry;
    return err;
}

static int open_raw(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    struct range bytes;

    if (range_make(in->rules.load, in->kernel.size, &bytes) ||
        range_has(bytes, UINT64_MAX - PAGE_BYTES))
        return diag_set(d, ERR_RANGE, "kernel: %zu bytes at 0x%" PRIx64 " pass 2^64",
                        in->kernel.size, in->rules.load);
    if (!range_has(bytes, in->rules.entry))
        return diag_set(d, ERR_RANGE,
                        "kernel: its entry 0x%" PRIx64 " is not in 0x%" PRIx64 "-0x%" PRIx64,
                        in->rules.entry, bytes.start, bytes.end);
    if (!is_aligned(in->rules.entry, 4) || !is_aligned(in->rules.load, 4))
        return diag_set(d, ERR_ALIGN, "kernel: 0x%" PRIx64 " is not a multiple of 4",
                        is_aligned(in->rules.load, 4) ? in->rules.entry : in->rules.load);
    plan->ranges[PLAN_KERNEL] = whole_pages(bytes);
    plan->handover.entry = in->rules.entry;
    return ERR_OK;
}

static int check_kernel_place(const struct plan_input *in, const struct boot_plan *plan,
                              struct diag *d)
{
    struct range kernel = plan->ranges[PLAN_KERNEL];
    const struct region *other;

    if (!machine_has_ram(in->machine, kernel))
        return diag_set(d, ERR_RANGE,
                        "kernel: 0x%" PRIx64 "-0x%" PRIx64 " is not inside the machine's RAM",
                        kernel.start, kernel.end);
    other = regions_overlap(in->busy, kernel);
    return other ? regions_refuse(kernel, "kernel", other, d) : ERR_OK;
}

/* --- The root task ------------------------------------------------------------------------ */

static int open_app(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    const char *name = protocol_name(plan->protocol);
    struct diag why;
    int err;

    if (in->initrd.size)
        return diag_set(d, ERR_UNSUPPORTED, "initrd: a kernel entered as %s takes none", name);
    plan->has_app = in->app.size > 0;
    if (plan->has_app && plan->protocol == PROTOCOL_ELF && !in->rules.protocol)
        return diag_set(d, ERR_UNSUPPORTED,
                        "kernel: not an seL4 kernel: its virtual base is 0x%" PRIx64
                        ", and another ELF takes no root task",
                        plan->kernel.va.start);
    if (!is_kaal(plan))
        return plan->has_app ? diag_set(d, ERR_UNSUPPORTED,
                                        "root task: a kernel entered as %s takes none", name)
                             : ERR_OK;
    if (!in->dtb.size)
        return diag_set(d, ERR_STATE, "a KaaL kernel needs a devicetree, and there is none");
    if (!plan->has_app)
        return diag_set(d, ERR_NOTFOUND, "root task: a KaaL kernel needs one, and there is none");
    err = elf64_open(in->app, &plan->app, &why);
    return err ? diag_set(d, err, "root task: %s", why.text) : ERR_OK;
}

/* --- Places ------------------------------------------------------------------------------- */

static uint64_t stack_bytes(const struct plan_input *in, const struct boot_plan *plan)
{
    uint64_t bytes = in->rules.stack_bytes;

    if (!bytes && is_kaal(plan))
        bytes = KAAL_STACK_BYTES;
    return bytes > STACK_BYTES_MAX ? STACK_BYTES_MAX : plan_pages(bytes);
}

static bool find_in(const struct plan_input *in, uint64_t start, uint64_t end, uint64_t bytes,
                    struct range *group)
{
    return start < end &&
           !regions_find_free(in->busy, (struct range){start, end}, bytes, PAGE_BYTES, true, group);
}

/* KaaL's DTB and root task below the kernel, because its allocator spares nothing behind its end;
 * else as high as can be, because kernels allocate from their end on. */
static int find_group(const struct plan_input *in, const struct boot_plan *plan, uint64_t bytes,
                      struct range *group)
{
    const struct range kernel = plan->ranges[PLAN_KERNEL];

    for (unsigned i = in->machine->ram_count; i-- > 0;) {
        const struct range bank = in->machine->ram[i];
        const uint64_t behind = bank.start < kernel.end ? kernel.end : bank.start;
        const uint64_t before = bank.end > kernel.start ? kernel.start : bank.end;

        if (!is_kaal(plan) && find_in(in, behind, bank.end, bytes, group))
            return ERR_OK;
        if (find_in(in, bank.start, before, bytes, group))
            return ERR_OK;
    }
    return ERR_NOMEM;
}

/* As high above the kernel as KaaL maps, far from what its allocator hands out first. */
static int place_kaal_stack(const struct plan_input *in, struct boot_plan *plan, uint64_t bytes,
                            struct diag *d)
{
    const uint64_t kernel_end = plan->ranges[PLAN_KERNEL].end;
    const uint64_t mapped_end = plan->ranges[PLAN_DTB].start + KAAL_MAPPED_BYTES;

    for (unsigned i = in->machine->ram_count; i-- > 0;) {
        const struct range bank = in->machine->ram[i];
        const uint64_t start = bank.start < kernel_end ? kernel_end : bank.start;
        const uint64_t end = bank.end > mapped_end ? mapped_end : bank.end;

        if (find_in(in, start, end, bytes, &plan->ranges[PLAN_STACK]))
            return ERR_OK;
    }
    return diag_set(d, ERR_NOMEM,
                    "stack: no %" PRIu64 " free bytes of RAM in 0x%" PRIx64 "-0x%" PRIx64
                    ", which is what KaaL maps",
                    bytes, kernel_end, mapped_end);
}

static int place_rest(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    const uint64_t size[PLAN_ROLE_COUNT] = {
        [PLAN_DTB] = plan_pages(plan->dtb_bytes),
        [PLAN_APP] = plan_pages(plan->has_app ? in->app.size : 0),
        [PLAN_STACK] = is_kaal(plan) ? 0 : stack_bytes(in, plan),
    };
    uint64_t total = size[PLAN_DTB] + size[PLAN_APP] + size[PLAN_STACK];
    struct range group;

    if (!total)
        return ERR_OK;
    if (find_group(in, plan, total, &group))
        return diag_set(d, ERR_NOMEM, "%s: %" PRIu64 " bytes with DTB%s do not fit into free RAM%s",
                        plan_role_name(plan->has_app ? PLAN_APP : PLAN_DTB), total,
                        is_kaal(plan) ? "" : " and stack",
                        is_kaal(plan) ? " below the kernel" : "");
    for (int role = PLAN_DTB; role < PLAN_ROLE_COUNT; role++) {
        if (!size[role])
            continue;
        plan->ranges[role] = (struct range){group.start, group.start + size[role]};
        group.start += size[role];
    }
    return is_kaal(plan) ? place_kaal_stack(in, plan, stack_bytes(in, plan), d) : ERR_OK;
}

/* --- Copies and registers ----------------------------------------------------------------- */

static void list_kernel(const struct plan_input *in, struct boot_plan *plan)
{
    const struct elf64 *elf = &plan->kernel;

    if (plan->protocol == PROTOCOL_RAW) {
        plan->copies[plan->copy_count++] = (struct plan_copy){
            .role = PLAN_KERNEL, .dst = in->rules.load, .src = in->kernel, .zero_bytes = 0};
        return;
    }
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        plan->copies[plan->copy_count++] = (struct plan_copy){
            .role = PLAN_KERNEL,
            .dst = s->pa,
            .src = {elf->file.data + s->offset, (size_t)s->filesz},
            .zero_bytes = s->memsz - s->filesz,
        };
    }
}

static void fill_handover(const struct plan_input *in, struct boot_plan *plan)
{
    struct range app = plan->ranges[PLAN_APP], dtb = plan->ranges[PLAN_DTB];
    struct handover *h = &plan->handover;

    h->el = is_kaal(plan) ? 1 : in->rules.el ? in->rules.el : in->machine_el == 1 ? 1 : 2;
    h->sctlr = mmu_cfg_sctlr_off((unsigned)h->el);
    h->core_count = 1;
    h->sp = align_down(plan->ranges[PLAN_STACK].end, STACK_ALIGN);
    if (!is_kaal(plan)) {
        h->x[0] = in->dtb.size ? dtb.start : 0;
        return;
    }
    h->x[0] = app.start;
    h->x[1] = app.start + in->app.size;
    h->x[3] = plan->app.entry;
    h->x[4] = dtb.start;
    h->x[5] = plan->dtb_bytes;
}

int plan_physical_make(const struct plan_input *in, struct boot_plan *plan, struct diag *d)
{
    static const struct fdt_chosen nothing = {0};
    int err = plan_need_ram(in, d);

    if (!err)
        err = (plan->protocol == PROTOCOL_RAW ? open_raw : open_elf)(in, plan, d);
    if (!err)
        err = open_app(in, plan, d);
    if (!err)
        err = check_kernel_place(in, plan, d);
    if (err)
        return err;
    plan_complete_dtb(in, plan, &nothing);
    err = place_rest(in, plan, d);
    if (err)
        return err;
    list_kernel(in, plan);
    plan_add_dtb(in, plan);
    if (plan->has_app)
        plan_add_bytes(plan, PLAN_APP, in->app);
    fill_handover(in, plan);
    return ERR_OK;
}
