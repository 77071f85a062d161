/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/boot.h"

#include <inttypes.h>
#include <string.h>

#include "mm/par.h"
#include "monitor/base/bits.h"
#include "monitor/boot/smp.h"

static void print_done(struct boot *b, enum plan_role role, paddr_t at, uint64_t bytes,
                       const char *how)
{
    console_printf(b->con, "  0x%08" PRIx64 " <- %" PRIu64 " bytes%s  %s\n", at, bytes, how,
                   plan_role_name(role));
}

/* What is read with the caches off must have left them. */
static void clean(const struct boot *b, struct range written)
{
    if (!b->now->plan.handover.mmu && !range_is_empty(written))
        arch_clean_poc(arch_phys(written.start), range_bytes(written));
}

static void copy_out(struct boot *b, const struct plan_copy *c)
{
    uint8_t *dst = arch_phys(c->dst);

    if (c->src.size) {
        arch_copy(dst, c->src.data, c->src.size);
        if (c->role == PLAN_KERNEL)
            arch_sync_code(dst, c->src.size);
        print_done(b, c->role, c->dst, c->src.size, "");
    }
    if (c->zero_bytes) {
        arch_zero(dst + c->src.size, c->zero_bytes);
        print_done(b, c->role, c->dst + c->src.size, c->zero_bytes, " zeroed");
    }
}

/* Of a DTB that nothing is added to there is a copy in the plan. */
static int complete_dtb(struct boot *b, struct diag *d)
{
    struct range to = b->now->plan.ranges[PLAN_DTB];
    uint64_t bytes = b->now->plan.dtb_bytes;
    uint8_t *dst = arch_phys(to.start);
    int err;

    if (bytes == b->now->input.dtb.size)
        return ERR_OK;
    err = plan_write_dtb(&b->now->input, &b->now->plan, dst, d);
    if (err)
        return err;
    print_done(b, PLAN_DTB, to.start, bytes, " completed");
    arch_zero(dst + bytes, range_bytes(to) - bytes);
    return ERR_OK;
}

/* Of a kernel that is at another distance from its addresses than it was linked for. */
static void relocate(const struct boot_plan *plan)
{
    const uint64_t distance = plan->kernel.pa.start - plan->kernel.va.start;

    for (uint64_t i = 0; i < plan->rela.count; i++) {
        uint64_t addend;
        vaddr_t at;

        elf64_rela_get(&plan->rela, i, &at, &addend);
        addend += distance;
        memcpy(arch_phys(at + distance), &addend, sizeof(addend));
    }
}

static int load_role(struct boot *b, enum plan_role role, struct diag *d)
{
    int err = role == PLAN_DTB ? complete_dtb(b, d) : ERR_OK;

    if (err)
        return err;
    for (unsigned i = 0; i < b->now->plan.copy_count; i++) {
        if (b->now->plan.copies[i].role == role)
            copy_out(b, &b->now->plan.copies[i]);
    }
    if (role == PLAN_KERNEL) {
        relocate(&b->now->plan);
        clean(b, b->now->plan.ranges[PLAN_STACK]);
    }
    if (role == PLAN_APP && !range_is_empty(b->now->plan.ranges[PLAN_HEADERS]))
        plan_headers(&b->now->plan, arch_phys(b->now->plan.ranges[PLAN_HEADERS].start));
    clean(b, b->now->plan.ranges[role]);
    b->progress.loaded[role] = true;
    return ERR_OK;
}

/* The roles whose bits are in @roles: all digests first, so that a bad one changes nothing. */
static int load_roles(struct boot *b, unsigned roles, struct diag *d)
{
    int err = ERR_OK;

    for (int i = PLAN_KERNEL; i < PLAN_LOADED_COUNT && !err; i++)
        if (roles & BIT(i))
            err = choice_verify(b->board, b->now, (enum plan_role)i, d);
    for (int i = PLAN_KERNEL; i < PLAN_LOADED_COUNT && !err; i++)
        if (roles & BIT(i) && !range_is_empty(b->now->plan.ranges[i]))
            err = load_role(b, (enum plan_role)i, d);
    return err;
}

int boot_load(struct boot *b, enum plan_role role, struct diag *d)
{
    int err = choice_need_plan(b->now, d);

    return err ? err : load_roles(b, role == PLAN_ROLE_COUNT ? UINT32_MAX : 1U << role, d);
}

/* By this the cores in the trampoline find their numbers. */
static void list_cores(const struct board *board, uint64_t *cores)
{
    const struct machine_cpu *cpu;

    for (unsigned i = 0; i < HANDOVER_CORES_MAX && (cpu = smp_core(board, i)); i++)
        cores[i] = cpu->mpidr & MPIDR_AFFINITY;
}

static void place_trampoline(struct boot *b)
{
    uint8_t *page = arch_phys(b->now->plan.ranges[PLAN_TRAMPOLINE].start);
    struct bytes code = arch_trampoline();

    arch_zero(page, PAGE_BYTES);
    memcpy(page, code.data, code.size);
    memcpy(page + HANDOVER_RECORD, &b->now->plan.handover, sizeof(b->now->plan.handover));
    list_cores(b->board, (uint64_t *)(void *)(page + HANDOVER_CORES));
    arch_clean_poc(page, PAGE_BYTES);
    arch_sync_code(page, PAGE_BYTES);
}

bool boot_done(const struct boot *b, enum plan_role role)
{
    switch (role) {
    case PLAN_TABLES:
    case PLAN_TRAMPOLINE:
        return b->progress.mapped;
    case PLAN_HEADERS:
        return b->progress.loaded[PLAN_APP];
    default:
        return b->progress.loaded[role];
    }
}

static int build_tables(struct boot *b, struct diag *d)
{
    struct range tables = b->now->plan.ranges[PLAN_TABLES];
    int err = plan_build_tables(&b->now->plan, arch_phys(tables.start), d);

    b->progress.mapped = !err;
    if (err)
        return err;
    arch_clean_poc(arch_phys(tables.start), range_bytes(tables));
    place_trampoline(b);
    return ERR_OK;
}

int boot_need_tables(const struct boot *b, struct diag *d)
{
    int err = choice_need_plan(b->now, d);

    if (!err && !b->now->plan.handover.mmu)
        err = diag_set(d, ERR_STATE, "a kernel entered as %s has the MMU off, and no boot tables",
                       protocol_name(b->now->plan.protocol));
    return err;
}

int boot_need_mmu_off(const struct boot *b, struct diag *d)
{
    int err = boot_need_tables(b, d);

    if (!err && b->progress.mmu_on)
        err = diag_set(d, ERR_STATE, "the boot tables are in force; use mmu off first");
    return err;
}

int boot_map(struct boot *b, struct diag *d)
{
    int err = boot_need_mmu_off(b, d);

    if (!err)
        err = build_tables(b, d);
    if (err)
        return err;
    console_printf(b->con, "  0x%08" PRIx64 " <- %" PRIu64 " pages  boot tables\n",
                   b->now->plan.ranges[PLAN_TABLES].start, b->now->plan.table_pages);
    console_printf(b->con, "  0x%08" PRIx64 " <- 1 page  trampoline\n",
                   b->now->plan.ranges[PLAN_TRAMPOLINE].start);
    return ERR_OK;
}

/* Ask the CPU itself where the kernel's entry is. */
static int prove_entry(struct boot *b, struct diag *d)
{
    const struct handover *h = &b->now->plan.handover;
    const struct elf64 *kernel = &b->now->plan.kernel;
    paddr_t expected = h->entry - kernel->va.start + kernel->pa.start;
    enum arch_regime regime = h->el == b->board->cpu.el ? ARCH_REGIME_SELF : ARCH_REGIME_EL1;
    char text[PAR_TEXT_BYTES];
    struct par par;

    par_decode(arch_translate(regime, h->entry), h->entry, &par);
    par_describe(&par, text);
    if (par.fault || par.pa != expected)
        return diag_set(d, par.fault ? ERR_FAULT : ERR_MISMATCH,
                        "kernel entry 0x%" PRIx64 ": AT S1E%" PRIu64 "R gives %s, not 0x%" PRIx64,
                        h->entry, h->el, text, expected);
    console_printf(b->con,
                   "  0x%" PRIx64 " -> 0x%" PRIx64 "  kernel's entry (AT S1E%" PRIu64 "R)\n",
                   h->entry, par.pa, h->el);
    return ERR_OK;
}

/* The plan, and a way up to the kernel's exception level, which nothing can force. */
static int need_level(const struct boot *b, struct diag *d)
{
    int err = choice_need_plan(b->now, d);

    if (!err && b->now->plan.handover.el > b->board->cpu.el)
        err = diag_set(d, ERR_MISMATCH, "the kernel runs at EL%" PRIu64 ", this machine at EL%u",
                       b->now->plan.handover.el, b->board->cpu.el);
    return err;
}

int boot_mmu(struct boot *b, bool on, struct diag *d)
{
    int err = boot_need_tables(b, d);

    if (!err)
        err = need_level(b, d);
    if (err)
        return err;
    if (on && !b->progress.mapped)
        return diag_set(d, ERR_STATE, "the boot tables are not built; use map first");
    if (on == b->progress.mmu_on)
        return ERR_OK;
    if (on) {
        arch_boot_map_on(&b->now->plan.handover);
        err = prove_entry(b, d);
    }
    if (!on || err)
        arch_boot_map_off(&b->now->plan.handover);
    b->progress.mmu_on = on && !err;
    return err;
}

int boot_prepare(struct boot *b, struct diag *d)
{
    unsigned missing = 0;
    int err = need_level(b, d);

    for (int role = PLAN_KERNEL; role < PLAN_LOADED_COUNT; role++)
        missing |= b->progress.loaded[role] ? 0 : 1U << role;
    if (!err)
        err = load_roles(b, missing, d);
    if (!b->now->plan.handover.mmu)
        return err;
    if (!err && !b->progress.mapped)
        err = boot_map(b, d);
    if (!err)
        err = boot_mmu(b, true, d);
    return err;
}

int boot_enter(struct boot *b, bool force, struct diag *d)
{
    const struct smp smp = {b->board, &b->now->plan, &b->progress, b->con};
    int err = smp_start(&smp, force, d);

    if (err)
        return err;
    b->board->ops->flush(b->board);
    arch_handover(&b->now->plan.handover);
}
