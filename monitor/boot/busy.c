/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/busy.h"

#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/plan/memory_map.h"
#include "monitor/sources/plain.h"
#include "monitor/sources/record.h"

static struct range whole_pages(struct bytes b)
{
    struct range r = bytes_range(b);

    return (struct range){align_down(r.start, PAGE_BYTES), align_up(r.end, PAGE_BYTES)};
}

unsigned busy_entries(unsigned reserved)
{
    return regions_needed(reserved + BUSY_OWN_RANGES);
}

int busy_reserved(const struct board *board, struct regions *set, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned i = 0; i < board->machine.reserved_count && !err; i++) {
        const struct machine_region *r = &board->machine.reserved[i];

        err = regions_add_rest(set, r->range, REGION_RESERVED, r->name, d);
    }
    return err;
}

int busy_own(const struct board *board, struct regions *set, struct diag *d)
{
    int err;

    set->count = 0;
    err = regions_add(set, arch_image(), REGION_MONITOR, "monitor", d);
    if (!err && board->fdt_bytes.size)
        err = regions_add_rest(set, whole_pages(board->fdt_bytes), REGION_DTB, "monitor's DTB", d);
    if (!err)
        err = regions_add_rest(set, board->tables_at, REGION_MONITOR, "monitor's tables", d);
    return err ? err : busy_reserved(board, set, d);
}

static int add_uploads(const struct sources *s, struct regions *set, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT && !err; i++) {
        const struct slot *slot = &s->slots[i];
        const char *name = text_pick("uploaded kernel\0uploaded app\0uploaded dtb\0"
                                     "uploaded initrd\0uploaded script\0uploaded module\0"
                                     "uploaded payload",
                                     i);

        if (slot->state >= SLOT_OFFERED)
            err = regions_add_rest(set, whole_pages(slot->image.data), REGION_SOURCE, name, d);
    }
    return err;
}

int busy_sources(const struct board *board, const struct choice *c, const struct script *script,
                 struct regions *set, struct diag *d)
{
    const struct sources *s = &c->sources;
    struct range record = record_page(&board->machine);
    int err = regions_add_rest(set, bytes_range(s->payload), REGION_SOURCE, "payload", d);

    if (!err)
        err = add_uploads(s, set, d);
    for (; script && !err; script = script->outer)
        err = regions_add_rest(set, bytes_range(script->text), REGION_SOURCE, "running script", d);
    if (!err)
        err = plain_list(s, set, d);
    if (!err)
        err =
            regions_add_rest(set, mappings_range(&s->mappings), REGION_SOURCE, "added mappings", d);
    if (!err && record_is_needed(s) && !choice_overlaps(c, record))
        err = regions_add_rest(set, record, REGION_SOURCE, "record of uploads", d);
    return err;
}

int busy_plan(const struct choice *c, struct regions *set, struct diag *d)
{
    int err = ERR_OK;

    for (int role = 0; role < PLAN_ROLE_COUNT && c->plan.protocol != PROTOCOL_NONE && !err; role++)
        err = regions_add_rest(set, c->plan.ranges[role], REGION_PLANNED,
                               plan_role_name((enum plan_role)role), d);
    return err;
}

/* --- Room for what comes ------------------------------------------------------------------ */

static void take_larger(struct range *best, uint64_t start, uint64_t end)
{
    start = align_up(start, PAGE_BYTES);
    end = align_down(end, PAGE_BYTES);
    if (start < end && end - start > range_bytes(*best))
        *best = (struct range){start, end};
}

int busy_room(const struct board *board, const struct choice *c, struct range *out, struct diag *d)
{
    const struct memory_map map = {.busy = &c->busy, .plan = &c->plan, .machine = &board->machine};
    struct range page = record_page(&board->machine), best = {0, 0};
    struct region r;

    for (uint64_t at = 0; memory_map_next(&map, at, &r); at = r.range.end) {
        if (r.kind != REGION_RAM)
            continue;
        if (range_overlaps(r.range, page)) {
            take_larger(&best, r.range.start, page.start);
            r.range.start = page.end;
        }
        take_larger(&best, r.range.start, r.range.end);
    }
    if (range_is_empty(best))
        return diag_set(d, ERR_NOMEM,
                        board->machine.ram_count
                            ? "no RAM is free"
                            : "without a devicetree the machine's RAM is not known");
    *out = best;
    return ERR_OK;
}
