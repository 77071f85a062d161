/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/change.h"

#include <string.h>

#include "mm/room.h"
#include "monitor/base/text.h"
#include "monitor/boot/busy.h"
#include "monitor/plan/preflight.h"
#include "monitor/sources/images.h"
#include "monitor/sources/plain.h"
#include "monitor/sources/record.h"

int change_begin(struct boot *b, struct change *c, struct diag *d)
{
    *c = (struct change){.to = &b->choices[b->now == &b->choices[0]]};
    if (b->progress.cores_started)
        return diag_set(d, ERR_STATE, "other cores wait for the kernel already; use reset first");
    c->to->sources = b->now->sources;
    return ERR_OK;
}

/* --- Progress ----------------------------------------------------------------------------- */

static bool is_same_range(struct range a, struct range b)
{
    return a.start == b.start && a.end == b.end;
}

static bool are_tables_same(const struct boot_plan *a, const struct boot_plan *b)
{
    if (plan_mapping_count(a) != plan_mapping_count(b))
        return false;
    for (unsigned i = 0; i < plan_mapping_count(b); i++) {
        const struct plan_mapping x = plan_mapping(a, i), y = plan_mapping(b, i);

        if (x.va != y.va || x.pa != y.pa || x.size != y.size)
            return false;
    }
    return a->protocol == b->protocol &&
           is_same_range(a->ranges[PLAN_TABLES], b->ranges[PLAN_TABLES]) &&
           memcmp(&a->handover, &b->handover, sizeof(a->handover)) == 0;
}

/* A DTB that is completed tells of the other images. */
static void keep_loaded(const struct boot *b, const struct change *c, enum plan_role role,
                        struct progress *next)
{
    const struct boot_plan *plan = &c->to->plan;
    struct range place = plan->ranges[role];
    bool completed = role == PLAN_DTB && plan->protocol != PROTOCOL_SEL4;
    bool replaced = c->roles & (completed ? CHANGE_ALL_ROLES : BIT(choice_image(role)));
    bool was = b->progress.loaded[role];

    next->loaded[role] = was && !replaced && plan->protocol != PROTOCOL_NONE &&
                         is_same_range(place, b->now->plan.ranges[role]);
    next->stale[role] = (was || b->progress.stale[role]) && !next->loaded[role] &&
                        !range_is_empty(place) && plan->protocol != PROTOCOL_NONE;
}

/* What of the old plan's progress holds for the new one. */
static struct progress keep_progress(const struct boot *b, const struct change *c)
{
    const struct boot_plan *plan = &c->to->plan;
    const struct progress *was = &b->progress;
    struct progress next = {0};

    for (int role = 0; role < PLAN_ROLE_COUNT; role++)
        keep_loaded(b, c, (enum plan_role)role, &next);
    if (are_tables_same(plan, &b->now->plan)) {
        next.mapped = was->mapped;
        next.mmu_on = was->mmu_on;
    }
    next.stale_tables =
        (was->mapped || was->stale_tables) && !next.mapped && plan->protocol != PROTOCOL_NONE;
    return next;
}

/* --- Places ------------------------------------------------------------------------------- */

static int list_busy(const struct boot *b, struct choice *to, struct diag *d)
{
    int err = busy_own(b->board, &to->busy, d);

    return err ? err : busy_sources(b->board, to, *b->script, &to->busy, d);
}

/* What a reset writes over is lost. */
static int add_reset(const struct board *board, struct regions *set, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned i = 0; i < BOARD_RESET_COUNT && !err; i++)
        err = regions_add_rest(set, board->at_reset[i], REGION_RESERVED, "", d);
    return err;
}

/* What must be left alone while the candidate is made: all that is in force, and its own. */
static int list_needed(const struct boot *b, struct choice *to, struct diag *d)
{
    int err = list_busy(b, to, d);

    if (!err)
        err = busy_sources(b->board, b->now, *b->script, &to->busy, d);
    if (!err)
        err = add_reset(b->board, &to->busy, d);
    if (!err)
        err = regions_add_rest(&to->busy, record_page(&b->board->machine), REGION_SOURCE, "", d);
    return err ? err : busy_plan(b->now, &to->busy, d);
}

/* A free place for @size bytes: below the record, where kernels rarely write before they crash. */
static int find_place(const struct board *board, const struct regions *busy, uint64_t size,
                      struct range *out)
{
    const struct machine *machine = &board->machine;
    struct range page = record_page(machine);

    for (unsigned i = 0; i < machine->ram_count; i++) {
        struct range below = {machine->ram[i].start, page.start};

        if (range_contains(machine->ram[i], page) &&
            !regions_find_free(busy, below, size, PAGE_BYTES, true, out))
            return ERR_OK;
    }
    return room_find_high(machine, busy, size, out);
}

/* Where there is no room it stays; whether the plan can live with that, the plan tells. */
static bool move(const struct board *board, struct choice *to, struct bytes *data)
{
    struct range place;

    if (find_place(board, &to->busy, align_up(data->size, PAGE_BYTES), &place) ||
        regions_add(&to->busy, place, REGION_SOURCE, "", NULL))
        return false;
    plain_move(&to->sources, data, place.start);
    return true;
}

static bool is_in_the_way(const struct choice *to, struct bytes data)
{
    return data.size && choice_overlaps(to, bytes_range(data));
}

/* What has come is to outlive a reset, which caches do not. */
static bool move_uploads(const struct board *board, const struct change *c)
{
    bool is_payload_moved = false;

    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        struct slot *slot = &c->to->sources.slots[i];
        struct bytes *data = &slot->image.data;
        bool fresh = c->fresh & BIT(i);

        if (slot->state >= SLOT_OFFERED && (fresh || is_in_the_way(c->to, *data)) &&
            move(board, c->to, data) && i == UPLOAD_PAYLOAD)
            is_payload_moved = true;
        if (fresh)
            arch_clean_poc(data->data, data->size);
    }
    return is_payload_moved;
}

static int move_sources(const struct board *board, const struct change *c, struct diag *d)
{
    struct sources *s = &c->to->sources;
    bool reopen = move_uploads(board, c);
    int err;

    if (is_in_the_way(c->to, s->payload))
        reopen |= move(board, c->to, &s->payload);
    for (unsigned role = 0; role < FIT_OTHER; role++) {
        if (is_in_the_way(c->to, s->plain[role].data))
            (void)move(board, c->to, &s->plain[role].data);
    }
    err = reopen ? images_open(s) : ERR_OK;
    return err ? diag_set(d, err, "payload: %s", s->payload_problem.text) : ERR_OK;
}

/* Where the new kernel's own mappings leave no place for some of those that were added, the others
 * stay, in a list of their own. */
static int keep_mappings(const struct boot *b, const struct change *c, struct diag *d)
{
    const struct mappings before = b->now->sources.mappings;
    struct mappings kept = {NULL, 0};
    struct range place;
    int err = list_needed(b, c->to, d);

    if (!err)
        err = busy_plan(c->to, &c->to->busy, d);
    if (!err && find_place(b->board, &c->to->busy, mappings_room(before.count), &place))
        err = diag_set(d, ERR_NOMEM, "no RAM is free for the list of mappings");
    if (err)
        return err;
    for (unsigned i = 0; i < before.count; i++) {
        if (!plan_rejects(&c->to->plan, &before.list[i]))
            mappings_add(&kept, &before.list[i], arch_phys(place.start), &kept);
    }
    c->to->sources.mappings = kept;
    return busy_own(b->board, &c->to->busy, d);
}

static bool is_any_rejected(const struct boot_plan *plan, const struct mappings *added)
{
    for (unsigned i = 0; i < added->count; i++) {
        if (plan_rejects(plan, &added->list[i]))
            return true;
    }
    return false;
}

/* The plan as if nothing that can move were in its way. */
static int plan_alone(const struct boot *b, const struct change *c, struct diag *d)
{
    struct mappings *mappings = &c->to->sources.mappings;
    const struct mappings added = *mappings;
    int err = busy_own(b->board, &c->to->busy, d);

    if (!err && added.count && c->roles) {
        *mappings = (struct mappings){NULL, 0};
        (void)choice_plan(b->board, c->to);
        *mappings = added;
        if (is_any_rejected(&c->to->plan, &added))
            err = keep_mappings(b, c, d);
    }
    if (!err)
        (void)choice_plan(b->board, c->to);
    return err;
}

static int make_room(const struct boot *b, const struct change *c, struct diag *d)
{
    struct choice *to = c->to;
    int err;

    to->plan = b->now->plan;
    err = list_needed(b, to, d);
    if (err)
        return err;
    plain_make(&to->sources, &b->board->machine, &to->busy);
    err = plan_alone(b, c, d);
    if (!err)
        err = list_needed(b, to, d);
    if (!err)
        err = busy_plan(to, &to->busy, d);
    return err ? err : move_sources(b->board, c, d);
}

/* --- All or nothing ----------------------------------------------------------------------- */

static bool is_worse(const struct choice *to, const struct choice *now)
{
    return now->plan.protocol != PROTOCOL_NONE || strcmp(to->problem.text, now->problem.text) != 0;
}

static int plan(const struct boot *b, const struct change *c, struct diag *d)
{
    struct choice *to = c->to;
    int err = list_busy(b, to, d);

    if (err)
        return err;
    err = choice_plan(b->board, to);
    if (err && (c->forced || !is_worse(to, b->now)))
        return ERR_OK;
    if (err)
        return diag_set(d, err, "%s", to->problem.text);
    err = choice_need_protocol(to, c->wanted, d);
    return !err && c->matching ? preflight_check(&to->plan, &to->input, d) : err;
}

/* The page may be another's: the monitor's where RAM is short, the plan's where it needs it. */
static bool is_records(const struct choice *c, struct range page)
{
    const struct region *r = regions_overlap(&c->busy, page);

    if (r)
        return is_same_range(r->range, page);
    return !range_is_empty(page) && !record_is_needed(&c->sources) && !choice_overlaps(c, page);
}

int change_commit(struct boot *b, struct change *c, struct diag *d)
{
    struct range page = record_page(&b->board->machine);
    struct progress next;
    int err = make_room(b, c, d);

    if (!err)
        err = plan(b, c, d);
    if (err)
        return err;
    next = keep_progress(b, c);
    if (b->progress.mmu_on && !next.mmu_on)
        arch_boot_map_off(&b->now->plan.handover);
    b->progress = next;
    b->now = c->to;
    if (is_records(b->now, page))
        record_write(&b->now->sources, page);
    return ERR_OK;
}

/* --- Changes ------------------------------------------------------------------------------ */

int change_config(struct boot *b, const char *config, enum protocol wanted, bool matching,
                  struct diag *d)
{
    const struct fit *fit = &b->now->sources.fit;
    struct sources *s;
    struct change c;
    int err;

    if (fit->blob.size && strcmp(config, fit->config) == 0)
        return ERR_OK;
    err = change_begin(b, &c, d);
    if (err)
        return err;
    s = &c.to->sources;
    if (!text_copy(s->config, sizeof(s->config), config))
        return diag_set(d, ERR_NOTFOUND, "no configuration %.40s", config);
    (void)images_open(s);
    if (s->payload_problem.text[0])
        return diag_set(d, ERR_NOTFOUND, "payload: %s", s->payload_problem.text);
    c.roles = CHANGE_ALL_ROLES;
    c.wanted = wanted;
    c.matching = matching;
    return change_commit(b, &c, d);
}

int change_add_mapping(struct boot *b, const struct mapping *added, struct diag *d)
{
    const struct mappings *before = &b->now->sources.mappings;
    struct range place;
    struct change c;
    int err = boot_need_mmu_off(b, d);

    if (!err)
        err = change_begin(b, &c, d);
    if (!err)
        err = list_needed(b, c.to, d);
    if (err)
        return err;
    if (find_place(b->board, &c.to->busy, mappings_room(before->count + 1), &place))
        return diag_set(d, ERR_NOMEM, "no RAM is free for %u mappings", before->count + 1);
    mappings_add(before, added, arch_phys(place.start), &c.to->sources.mappings);
    return change_commit(b, &c, d);
}
