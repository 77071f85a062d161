/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/change.h"

#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"
#include "monitor/boot/place.h"
#include "monitor/plan/preflight.h"
#include "monitor/sources/images.h"
#include "monitor/sources/record.h"
#include "monitor/sources/unpacked.h"

int change_begin(struct monitor *m, struct change *c, struct diag *d)
{
    *c = (struct change){.progress = m->progress,
                         .problem = m->plan_problem,
                         .dtb_use = m->dtb_use,
                         .bootargs = m->bootargs};
    memcpy(c->config, m->config, sizeof(c->config));
    if (m->progress.cores_started)
        return diag_set(d, ERR_STATE, "other cores wait for the kernel already; use reset first");
    m->plan_before = m->plan;
    memcpy(m->slots_before, m->slots, sizeof(m->slots));
    return ERR_OK;
}

/* --- Progress ----------------------------------------------------------------------------- */

static bool is_same_range(struct range a, struct range b)
{
    return a.start == b.start && a.end == b.end;
}

static bool are_tables_same(const struct boot_plan *a, const struct boot_plan *b)
{
    for (unsigned i = 0; i < b->mapping_count; i++) {
        if (a->mapping_count <= i || a->mappings[i].va != b->mappings[i].va ||
            a->mappings[i].pa != b->mappings[i].pa || a->mappings[i].size != b->mappings[i].size)
            return false;
    }
    return a->protocol == b->protocol &&
           is_same_range(a->ranges[PLAN_TABLES], b->ranges[PLAN_TABLES]) &&
           memcmp(&a->handover, &b->handover, sizeof(a->handover)) == 0;
}

/* What `map add` has added stays, unless it is in the way of the new plan's own. */
static void keep_mappings(struct monitor *m)
{
    const struct boot_plan *before = &m->plan_before;
    const unsigned own = m->plan.mapping_count;

    for (unsigned i = 0; own && i < before->mapping_count; i++) {
        const struct plan_mapping *added = &before->mappings[i];
        struct range va = {added->va, added->va + added->size};
        bool free = strcmp(added->name, "added") == 0;

        for (unsigned j = 0; j < own && free; j++) {
            const struct plan_mapping *other = &m->plan.mappings[j];

            free = !range_overlaps(va, (struct range){other->va, other->va + other->size});
        }
        if (free)
            (void)plan_add_mapping(&m->plan, added, NULL);
    }
}

/* A DTB that is completed tells of the other images. */
static void keep_loaded(struct monitor *m, const struct change *c, enum plan_role role)
{
    struct range place = m->plan.ranges[role];
    bool completed = role == PLAN_DTB && m->plan.protocol != PLAN_SEL4;
    bool replaced = c->roles & (completed ? CHANGE_ALL_ROLES : BIT(boot_source(role)));
    bool was = c->progress.loaded[role];
    struct monitor_progress *now = &m->progress;

    now->loaded[role] = was && !replaced && m->plan.protocol != PLAN_NOTHING &&
                        is_same_range(place, m->plan_before.ranges[role]);
    now->stale[role] = (was || c->progress.stale[role]) && !now->loaded[role] &&
                       !range_is_empty(place) && m->plan.protocol != PLAN_NOTHING;
}

/* After a new plan: what of the old one's progress still holds. */
static void keep_progress(struct monitor *m, const struct change *c)
{
    const struct monitor_progress *was = &c->progress;
    struct monitor_progress *now = &m->progress;

    memset(now, 0, sizeof(*now));
    keep_mappings(m);
    for (int role = 0; role < PLAN_ROLE_COUNT; role++)
        keep_loaded(m, c, (enum plan_role)role);
    if (are_tables_same(&m->plan, &m->plan_before)) {
        now->mapped = was->mapped;
        now->mmu_on = was->mmu_on;
    } else if (was->mmu_on) {
        arch_boot_map_off(&m->plan_before.handover);
    }
    now->stale_tables =
        (was->mapped || was->stale_tables) && !now->mapped && m->plan.protocol != PLAN_NOTHING;
}

/* --- Places ------------------------------------------------------------------------------- */

/* What an undone change brings back must still be there, and what a reset writes over is lost. */
static int add_kept_clear(struct monitor *m, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned i = 0; i < sizeof(m->at_reset) / sizeof(m->at_reset[0]) && !err; i++)
        err = regions_add_rest(&m->busy, m->at_reset[i], REGION_RESERVED, "", d);
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT && !err; i++) {
        if (m->slots_before[i].state >= SLOT_OFFERED)
            err = regions_add_rest(&m->busy, bytes_range(m->slots_before[i].image.data),
                                   REGION_SOURCE, "", d);
    }
    return err;
}

static int add_destinations(struct monitor *m, const struct boot_plan *plan, struct diag *d)
{
    int err = ERR_OK;

    for (int role = 0; role < PLAN_ROLE_COUNT && plan->protocol != PLAN_NOTHING && !err; role++)
        err = regions_add_rest(&m->busy, plan->ranges[role], REGION_PLANNED, "", d);
    return err;
}

/* A free place for @size bytes: below the record, where kernels rarely write before they crash. */
static int find_place(struct monitor *m, uint64_t size, struct range *out)
{
    struct range page = record_page(m);

    for (unsigned i = 0; i < m->machine.ram_count; i++) {
        struct range below = {m->machine.ram[i].start, page.start};

        if (range_contains(m->machine.ram[i], page) &&
            !regions_find_free(&m->busy, below, size, PAGE_BYTES, true, out))
            return ERR_OK;
    }
    return place_high(m, &m->busy, size, out);
}

/* Where there is no room it stays; whether the plan can live with that, the plan tells. */
static bool move(struct monitor *m, struct bytes *data)
{
    struct range to;

    if (find_place(m, align_up(data->size, PAGE_BYTES), &to) ||
        regions_add(&m->busy, to, REGION_SOURCE, "", NULL))
        return false;
    arch_copy(arch_phys(to.start), data->data, data->size);
    unpacked_follow(m, *data, arch_phys(to.start));
    data->data = arch_phys(to.start);
    return true;
}

/* What has come is to outlive a reset, which caches do not. */
static void move_sources(struct monitor *m, unsigned fresh)
{
    bool reopen = false;

    if (m->payload.size && place_is_in_the_way(m, bytes_range(m->payload)))
        reopen = move(m, &m->payload);
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        struct bytes *data = &m->slots[i].image.data;

        if (m->slots[i].state >= SLOT_OFFERED &&
            (fresh & BIT(i) || place_is_in_the_way(m, bytes_range(*data))) && move(m, data) &&
            i == UPLOAD_PAYLOAD)
            reopen = true;
        if (fresh & BIT(i))
            arch_clean_poc(data->data, data->size);
    }
    for (unsigned role = 0; role < FIT_OTHER; role++) {
        struct bytes *data = &m->unpacked[role].data;

        if (place_is_in_the_way(m, bytes_range(*data)))
            (void)move(m, data);
    }
    if (reopen)
        (void)images_open(m);
}

static int list_busy(struct monitor *m, struct diag *d)
{
    int err = place_list_own(m, &m->busy, d);

    return err ? err : place_list_sources(m, &m->busy, d);
}

/* What is still needed where it is, as things are and as they were. */
static int list_needed(struct monitor *m, struct diag *d)
{
    int err = list_busy(m, d);

    if (!err)
        err = add_kept_clear(m, d);
    if (!err)
        err = regions_add_rest(&m->busy, record_page(m), REGION_SOURCE, "", d);
    return err ? err : add_destinations(m, &m->plan_before, d);
}

/* First the plan as if nothing that can move were in its way, then everything out of its way. */
static int make_room(struct monitor *m, unsigned fresh, struct diag *d)
{
    int err = list_needed(m, d);

    if (err)
        return err;
    unpacked_make(m, &m->busy);
    err = place_list_own(m, &m->busy, d);
    if (err)
        return err;
    (void)boot_plan_make(m);
    err = list_needed(m, d);
    if (!err)
        err = add_destinations(m, &m->plan, d);
    if (!err)
        move_sources(m, fresh);
    return err;
}

/* --- All or nothing ----------------------------------------------------------------------- */

static bool is_worse(const struct monitor *m, const struct change *c)
{
    return m->plan_before.protocol != PLAN_NOTHING ||
           strcmp(m->plan_problem.text, c->problem.text) != 0;
}

int change_plan(struct monitor *m, struct change *c, unsigned fresh, struct diag *d)
{
    int err = make_room(m, fresh, d), plan_err = ERR_OK;

    if (!err)
        err = list_busy(m, d);
    if (!err)
        plan_err = boot_plan_make(m);
    if (plan_err && !c->forced && is_worse(m, c))
        err = diag_set(d, plan_err, "%s", m->plan_problem.text);
    if (!err && !plan_err && c->matching)
        err = preflight_check(&m->plan, &m->input, d);
    if (err) {
        change_undo(m, c);
        return err;
    }
    keep_progress(m, c);
    record_write(m);
    return ERR_OK;
}

void change_undo(struct monitor *m, struct change *c)
{
    bool reopen = m->slots[UPLOAD_PAYLOAD].state == SLOT_TAKEN ||
                  m->slots_before[UPLOAD_PAYLOAD].state == SLOT_TAKEN ||
                  strcmp(m->config, c->config) != 0;

    memcpy(m->slots, m->slots_before, sizeof(m->slots));
    m->dtb_use = c->dtb_use;
    m->bootargs = c->bootargs;
    memcpy(m->config, c->config, sizeof(m->config));
    c->roles = 0;
    if (reopen)
        (void)images_open(m);
    m->plan = m->plan_before;
    if (!list_needed(m, NULL))
        unpacked_make(m, &m->busy);
    (void)list_busy(m, NULL);
    (void)boot_plan_make(m);
    keep_progress(m, c);
}

int change_config(struct monitor *m, const char *config, struct diag *d)
{
    struct change c = {0};
    int err;

    if (m->fit.blob.size && strcmp(config, m->fit.config) == 0)
        return ERR_OK;
    err = change_begin(m, &c, d);
    if (err)
        return err;
    if (text_copy(m->config, sizeof(m->config), config)) {
        (void)images_open(m);
        err = m->payload_problem.text[0]
                  ? diag_set(d, ERR_NOTFOUND, "payload: %s", m->payload_problem.text)
                  : ERR_OK;
    } else {
        err = diag_set(d, ERR_NOTFOUND, "no configuration %.40s", config);
    }
    if (err) {
        change_undo(m, &c);
        return err;
    }
    c.roles = CHANGE_ALL_ROLES;
    return change_plan(m, &c, 0, d);
}
