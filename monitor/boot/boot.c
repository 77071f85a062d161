/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/boot.h"

#include <inttypes.h>
#include <string.h>

#include <libfdt.h>

#include "mm/par.h"
#include "monitor/base/bits.h"
#include "monitor/boot/smp.h"
#include "monitor/sources/bootargs.h"
#include "monitor/sources/images.h"

/* What was uploaded or packed nobody has looked at yet. */
int boot_dtb(const struct monitor *m, struct bytes *out, struct diag *d)
{
    const struct fit_image *image = images_find(m, FIT_DTB);
    struct diag why;
    uint32_t used;
    int err;

    *out = m->fdt_bytes;
    if (!image)
        return ERR_OK;
    *out = images_data(m, FIT_DTB);
    err = fdt_mem_check(*out, &used, &why);
    if (err)
        return diag_set(d, err, "image %s: %s", image->name, why.text);
    out->size = fdt_totalsize(out->data);
    return ERR_OK;
}

/* What is compressed has been unpacked before. */
static int check_plain(const struct monitor *m, struct diag *d)
{
    for (int role = FIT_KERNEL; role < FIT_OTHER; role++) {
        if (images_find(m, (enum fit_role)role) && !images_data(m, (enum fit_role)role).size)
            return diag_set(d, ERR_FORMAT, "%s", m->unpack_problem.text);
    }
    return ERR_OK;
}

int boot_plan_make(struct monitor *m)
{
    const struct fit_image *kernel = images_find(m, FIT_KERNEL);
    struct bytes dtb;
    int err = check_plain(m, &m->plan_problem);

    if (!err)
        err = boot_dtb(m, &dtb, &m->plan_problem);
    m->plan.protocol = PLAN_NOTHING;
    if (err)
        return err;
    memset(&m->progress, 0, sizeof(m->progress));
    m->plan_problem.text[0] = '\0';
    m->input = (struct plan_input){
        .kernel = images_data(m, FIT_KERNEL),
        .app = images_data(m, FIT_APP),
        .initrd = images_data(m, FIT_INITRD),
        .dtb = dtb,
        .bootargs = bootargs_wanted(m),
        .app_offset = m->fit.settings.app_offset,
        .machine = &m->machine,
        .machine_el = m->cpu.el,
        .mmfr0 = m->cpu.mmfr0,
        .busy = &m->busy,
    };
    if (kernel)
        m->input.facts = kernel->facts;
    return plan_make(&m->input, &m->plan, &m->plan_problem);
}

int boot_need_plan(const struct monitor *m, struct diag *d)
{
    if (m->plan.protocol != PLAN_NOTHING)
        return ERR_OK;
    if (m->payload_problem.text[0] && !images_find(m, FIT_KERNEL))
        return diag_set(d, ERR_STATE, "no plan: payload: %s", m->payload_problem.text);
    return diag_set(d, ERR_STATE, "no plan: %s", m->plan_problem.text);
}

enum fit_role boot_source(enum plan_role role)
{
    switch (role) {
    case PLAN_KERNEL:
        return FIT_KERNEL;
    case PLAN_APP:
        return FIT_APP;
    case PLAN_DTB:
        return FIT_DTB;
    case PLAN_INITRD:
        return FIT_INITRD;
    default:
        return FIT_OTHER;
    }
}

static void print_done(struct monitor *m, enum plan_role role, paddr_t at, uint64_t bytes,
                       const char *how)
{
    console_printf(&m->con, "  0x%08" PRIx64 " <- %" PRIu64 " bytes%s  %s\n", at, bytes, how,
                   plan_role_name(role));
}

/* What is read with the caches off must have left them. */
static void clean(const struct monitor *m, struct range written)
{
    if (!m->plan.handover.mmu)
        arch_clean_poc(arch_phys(written.start), range_bytes(written));
}

static void copy_out(struct monitor *m, const struct plan_copy *c)
{
    uint8_t *dst = arch_phys(c->dst);

    if (c->src.size) {
        arch_copy(dst, c->src.data, c->src.size);
        if (c->role == PLAN_KERNEL)
            arch_sync_code(dst, c->src.size);
        print_done(m, c->role, c->dst, c->src.size, "");
    }
    if (c->zero_bytes) {
        arch_zero(dst + c->src.size, c->zero_bytes);
        print_done(m, c->role, c->dst + c->src.size, c->zero_bytes, " zeroed");
    }
}

/* Of a DTB that nothing is added to there is a copy in the plan. */
static int complete_dtb(struct monitor *m, struct diag *d)
{
    struct range to = m->plan.ranges[PLAN_DTB];
    uint64_t bytes = m->plan.dtb_bytes;
    uint8_t *dst = arch_phys(to.start);
    int err;

    if (bytes == m->input.dtb.size)
        return ERR_OK;
    err = plan_write_dtb(&m->input, &m->plan, dst, d);
    if (err)
        return err;
    print_done(m, PLAN_DTB, to.start, bytes, " completed");
    arch_zero(dst + bytes, range_bytes(to) - bytes);
    return ERR_OK;
}

static int load_role(struct monitor *m, enum plan_role role, struct diag *d)
{
    int err = role == PLAN_DTB ? complete_dtb(m, d) : ERR_OK;

    if (err)
        return err;
    for (unsigned i = 0; i < m->plan.copy_count; i++) {
        if (m->plan.copies[i].role == role)
            copy_out(m, &m->plan.copies[i]);
    }
    if (role == PLAN_APP)
        plan_headers(&m->plan, arch_phys(m->plan.ranges[PLAN_HEADERS].start));
    clean(m, m->plan.ranges[role]);
    m->progress.loaded[role] = true;
    return ERR_OK;
}

/* The roles whose bits are in @roles: all digests first, so that a bad one changes nothing. */
static int load_roles(struct monitor *m, unsigned roles, struct diag *d)
{
    int err = ERR_OK;

    for (int i = PLAN_KERNEL; i < PLAN_LOADED_COUNT && !err; i++)
        if (roles & BIT(i))
            err = images_verify(m, boot_source((enum plan_role)i), d);
    for (int i = PLAN_KERNEL; i < PLAN_LOADED_COUNT && !err; i++)
        if (roles & BIT(i) && !range_is_empty(m->plan.ranges[i]))
            err = load_role(m, (enum plan_role)i, d);
    return err;
}

int boot_load(struct monitor *m, enum plan_role role, struct diag *d)
{
    int err = boot_need_plan(m, d);

    return err ? err : load_roles(m, role == PLAN_ROLE_COUNT ? UINT32_MAX : 1U << role, d);
}

/* By this the cores in the trampoline find their numbers. */
static void list_cores(const struct monitor *m, uint64_t *cores)
{
    const struct machine_cpu *cpu;

    for (unsigned i = 0; i < HANDOVER_CORES_MAX && (cpu = smp_core(m, i)); i++)
        cores[i] = cpu->mpidr & MPIDR_AFFINITY;
}

static void place_trampoline(struct monitor *m)
{
    uint8_t *page = arch_phys(m->plan.ranges[PLAN_TRAMPOLINE].start);
    struct bytes code = arch_trampoline();

    arch_zero(page, PAGE_BYTES);
    memcpy(page, code.data, code.size);
    memcpy(page + HANDOVER_RECORD, &m->plan.handover, sizeof(m->plan.handover));
    list_cores(m, (uint64_t *)(void *)(page + HANDOVER_CORES));
    arch_clean_poc(page, PAGE_BYTES);
    arch_sync_code(page, PAGE_BYTES);
}

bool boot_done(const struct monitor *m, enum plan_role role)
{
    switch (role) {
    case PLAN_TABLES:
    case PLAN_TRAMPOLINE:
        return m->progress.mapped;
    case PLAN_HEADERS:
        return m->progress.loaded[PLAN_APP];
    default:
        return m->progress.loaded[role];
    }
}

static int build_tables(struct monitor *m, struct diag *d)
{
    struct range tables = m->plan.ranges[PLAN_TABLES];
    int err = plan_build_tables(&m->plan, arch_phys(tables.start), d);

    m->progress.mapped = !err;
    if (err)
        return err;
    arch_clean_poc(arch_phys(tables.start), range_bytes(tables));
    place_trampoline(m);
    return ERR_OK;
}

int boot_need_tables(const struct monitor *m, struct diag *d)
{
    int err = boot_need_plan(m, d);

    if (!err && !m->plan.handover.mmu)
        err = diag_set(d, ERR_STATE, "a %s kernel is entered with the MMU off, without boot tables",
                       plan_protocol_name(m->plan.protocol));
    return err;
}

static int need_mmu_off(const struct monitor *m, struct diag *d)
{
    int err = boot_need_tables(m, d);

    if (!err && m->progress.mmu_on)
        err = diag_set(d, ERR_STATE, "the boot tables are in force; use mmu off first");
    return err;
}

int boot_map(struct monitor *m, struct diag *d)
{
    int err = need_mmu_off(m, d);

    if (!err)
        err = build_tables(m, d);
    if (err)
        return err;
    console_printf(&m->con, "  0x%08" PRIx64 " <- %" PRIu64 " pages  boot tables\n",
                   m->plan.ranges[PLAN_TABLES].start, m->plan.table_pages);
    console_printf(&m->con, "  0x%08" PRIx64 " <- 1 page  trampoline\n",
                   m->plan.ranges[PLAN_TRAMPOLINE].start);
    return ERR_OK;
}

int boot_map_add(struct monitor *m, const struct plan_mapping *mapping, struct diag *d)
{
    bool mapped = m->progress.mapped;
    int err = need_mmu_off(m, d);

    if (!err)
        err = plan_add_mapping(&m->plan, mapping, d);
    if (err)
        return err;
    err = build_tables(m, d);
    if (err) {
        m->plan.mapping_count--;
        if (mapped)
            (void)build_tables(m, NULL);
    }
    return err;
}

/* Ask the CPU itself where the kernel's entry is. */
static int prove_entry(struct monitor *m, struct diag *d)
{
    const struct handover *h = &m->plan.handover;
    const struct elf64 *kernel = &m->plan.kernel;
    paddr_t expected = h->entry - kernel->va.start + kernel->pa.start;
    enum arch_regime regime = h->el == m->cpu.el ? ARCH_REGIME_SELF : ARCH_REGIME_EL1;
    char text[PAR_TEXT_BYTES];
    struct par par;

    par_decode(arch_translate(regime, h->entry), h->entry, &par);
    par_describe(&par, text);
    if (par.fault || par.pa != expected)
        return diag_set(d, par.fault ? ERR_FAULT : ERR_MISMATCH,
                        "kernel entry 0x%" PRIx64 ": AT S1E%" PRIu64 "R gives %s, not 0x%" PRIx64,
                        h->entry, h->el, text, expected);
    console_printf(&m->con,
                   "  0x%" PRIx64 " -> 0x%" PRIx64 "  kernel's entry (AT S1E%" PRIu64 "R)\n",
                   h->entry, par.pa, h->el);
    return ERR_OK;
}

/* The plan, and a way up to the kernel's exception level, which nothing can force. */
static int need_level(const struct monitor *m, struct diag *d)
{
    int err = boot_need_plan(m, d);

    if (!err && m->plan.handover.el > m->cpu.el)
        err = diag_set(d, ERR_MISMATCH, "the kernel runs at EL%" PRIu64 ", this machine at EL%u",
                       m->plan.handover.el, m->cpu.el);
    return err;
}

int boot_mmu(struct monitor *m, bool on, struct diag *d)
{
    int err = boot_need_tables(m, d);

    if (!err)
        err = need_level(m, d);
    if (err)
        return err;
    if (on && !m->progress.mapped)
        return diag_set(d, ERR_STATE, "the boot tables are not built; use map first");
    if (on == m->progress.mmu_on)
        return ERR_OK;
    if (on) {
        arch_boot_map_on(&m->plan.handover);
        err = prove_entry(m, d);
    }
    if (!on || err)
        arch_boot_map_off(&m->plan.handover);
    m->progress.mmu_on = on && !err;
    return err;
}

int boot_prepare(struct monitor *m, struct diag *d)
{
    unsigned missing = 0;
    int err = need_level(m, d);

    for (int role = PLAN_KERNEL; role < PLAN_LOADED_COUNT; role++)
        missing |= m->progress.loaded[role] ? 0 : 1U << role;
    if (!err)
        err = load_roles(m, missing, d);
    if (!m->plan.handover.mmu)
        return err;
    if (!err && !m->progress.mapped)
        err = boot_map(m, d);
    if (!err)
        err = boot_mmu(m, true, d);
    return err;
}

int boot_enter(struct monitor *m, bool force, struct diag *d)
{
    int err = smp_start(m, force, d);

    if (err)
        return err;
    m->board.flush(m);
    arch_handover(&m->plan.handover);
}
