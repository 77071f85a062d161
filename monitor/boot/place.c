/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/place.h"

#include <inttypes.h>
#include <string.h>

#include "mm/fdt_room.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"
#include "monitor/boot/home.h"
#include "monitor/sources/embedded.h"
#include "monitor/sources/record.h"
#include "monitor/sources/unpacked.h"

enum { LISTS = 2 }; /* of who uses what: m->busy, and one during bring-up */

/* --- Devicetree --------------------------------------------------------------------------- */

/* The early map shows two blocks around a DTB. */
static struct bytes dtb_window(paddr_t dtb)
{
    paddr_t end = align_down(dtb, BLOCK_BYTES) + 2 * BLOCK_BYTES;

    return (struct bytes){arch_phys(dtb), (size_t)(end - dtb)};
}

static int check_dtb(paddr_t dtb, struct fdt_outline *outline, struct diag *d)
{
    struct diag why;
    int err = fdt_outline_read(dtb_window(dtb), outline, &why);

    return err ? diag_set(d, err, "0x%" PRIx64 ": %s", dtb, why.text) : ERR_OK;
}

struct dtb_search {
    paddr_t at;
    struct fdt_outline *outline;
    struct diag *d;
};

static int search_dtb(void *context)
{
    struct dtb_search *s = context;

    return check_dtb(s->at, s->outline, s->d);
}

static int find_dtb(struct monitor *m, const paddr_t *at, unsigned count,
                    struct fdt_outline *outline)
{
    struct diag later;
    int err = ERR_NOTFOUND;

    for (unsigned i = 0; i < count && err; i++) {
        struct dtb_search s = {at[i], outline, i ? &later : &m->fdt_problem};

        (void)diag_set(s.d, ERR_FAULT, "0x%" PRIx64 ": there is no memory", at[i]);
        arch_reach(bytes_range(dtb_window(at[i])));
        err = arch_try(search_dtb, &s);
    }
    return err;
}

/* Its tables go where nothing is, for now: what the plan is nobody knows without them. */
static int read_machine(struct monitor *m, const struct fdt_outline *outline)
{
    const struct range image = arch_image();
    const struct range taken[] = {image, embedded_range(m, image.start),
                                  bytes_range(outline->blob)};
    unsigned max = regions_needed(outline->size.reserved + BUSY_OWN_RANGES);
    uint64_t bytes = machine_bytes(&outline->size) + LISTS * max * sizeof(struct region);
    struct range room;
    int err = fdt_room_find(outline, align_up(bytes, PAGE_BYTES), taken,
                            sizeof(taken) / sizeof(taken[0]), &room, &m->fdt_problem);

    if (err)
        return err;
    arch_reach(room);
    m->tables = (struct arena){arch_phys(room.start), range_bytes(room), 0};
    return fdt_mem_machine(outline, &m->tables, &m->machine, &m->fdt_problem);
}

static void begin_without_machine(struct monitor *m)
{
    (void)machine_init(&m->machine, NULL, NULL, NULL);
    m->tables = (struct arena){(uint8_t *)m->own_tables, sizeof(m->own_tables), 0};
}

void place_find_dtb(struct monitor *m, const paddr_t *at, unsigned count, struct bytes *found)
{
    struct fdt_outline outline;
    int err = find_dtb(m, at, count, &outline);

    *found = err ? (struct bytes){NULL, 0} : (struct bytes){outline.blob.data, outline.used};
    if (!err)
        err = read_machine(m, &outline);
    if (err)
        begin_without_machine(m);
    else
        m->fdt_problem.text[0] = '\0';
}

/* --- Place and map ------------------------------------------------------------------------ */

static int build_map(struct monitor *m, paddr_t image, paddr_t *root, struct diag *d)
{
    struct range around = arch_image();
    struct home home = {
        .image = image,
        .parts = arch_parts(&home.part_count),
        .ram = m->machine.ram_count ? m->machine.ram : &around,
        .ram_count = m->machine.ram_count ? m->machine.ram_count : 1,
        .machine = &m->machine,
        .uart = {m->uart, m->uart + PAGE_BYTES},
        .el2 = m->cpu.el == 2,
    };
    struct pt_arena arena = {0};

    around.start = align_down(around.start, BLOCK_BYTES);
    around.end = align_up(around.end + m->payload.size, BLOCK_BYTES);
    arena.base = arch_tables(image, &arena.pages);
    arena.memory = arch_phys(arena.base);
    return home_build(&home, &arena, root, &m->skipped_devices, d);
}

/* Build the map for @image, the image's place now or another one, and go on there. */
static int settle(struct monitor *m, paddr_t image, struct diag *d)
{
    paddr_t root;
    int err = build_map(m, image, &root, d);

    if (!err)
        arch_move(image, root);
    return err;
}

int place_high(const struct monitor *m, const struct regions *taken, uint64_t size,
               struct range *out)
{
    for (unsigned i = m->machine.ram_count; i-- > 0;) {
        if (!regions_find_free(taken, m->machine.ram[i], size, PAGE_BYTES, true, out))
            return ERR_OK;
    }
    return ERR_NOMEM;
}

/* --- Bring-up ----------------------------------------------------------------------------- */

static int add_reserved(const struct monitor *m, struct regions *set, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned i = 0; i < m->machine.reserved_count && !err; i++) {
        const struct machine_region *r = &m->machine.reserved[i];

        err = regions_add_rest(set, r->range, REGION_RESERVED, r->name, d);
    }
    return err;
}

static struct range whole_pages(struct bytes b)
{
    struct range r = bytes_range(b);

    return (struct range){align_down(r.start, PAGE_BYTES), align_up(r.end, PAGE_BYTES)};
}

int place_list_own(const struct monitor *m, struct regions *set, struct diag *d)
{
    int err;

    set->count = 0;
    err = regions_add(set, arch_image(), REGION_MONITOR, "monitor", d);
    if (!err && m->fdt_bytes.size)
        err = regions_add_rest(set, whole_pages(m->fdt_bytes), REGION_DTB, "monitor's DTB", d);
    if (!err)
        err = regions_add_rest(set, m->tables_at, REGION_MONITOR, "monitor's tables", d);
    return err ? err : add_reserved(m, set, d);
}

bool place_is_in_the_way(const struct monitor *m, struct range range)
{
    for (int role = 0; role < PLAN_ROLE_COUNT; role++) {
        if (range_overlaps(m->plan.ranges[role], range))
            return true;
    }
    return false;
}

int place_list_sources(const struct monitor *m, struct regions *set, struct diag *d)
{
    int err = regions_add_rest(set, bytes_range(m->payload), REGION_SOURCE, "payload", d);

    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT && !err; i++) {
        const struct slot *slot = &m->slots[i];
        const char *name = text_pick("uploaded kernel\0uploaded app\0uploaded dtb\0"
                                     "uploaded initrd\0uploaded script\0uploaded payload",
                                     i);

        if (slot->state >= SLOT_OFFERED)
            err = regions_add_rest(set, whole_pages(slot->image.data), REGION_SOURCE, name, d);
    }
    for (unsigned i = 0; i < m->script_depth && !err; i++)
        err = regions_add_rest(set, bytes_range(m->scripts[i]), REGION_SOURCE, "running script", d);
    if (!err)
        err = unpacked_list(m, set, d);
    if (!err && record_is_needed(m) && !place_is_in_the_way(m, record_page(m)))
        err = regions_add_rest(set, record_page(m), REGION_SOURCE, "record of uploads", d);
    return err;
}

/* What nothing may be written over. */
static int list_ours(struct monitor *m, struct regions *set, struct diag *d)
{
    int err = place_list_own(m, set, d);

    return err ? err : place_list_sources(m, set, d);
}

/* Where the plan wants to write, if nothing but reserved memory were in its way. A destination
 * over something that is to move away counts as taken already. */
static int add_destinations(struct monitor *m, struct regions *taken, struct diag *d)
{
    int err;

    m->busy.count = 0;
    err = add_reserved(m, &m->busy, d);
    if (err || boot_plan_make(m))
        return err;
    for (int role = 0; role < PLAN_ROLE_COUNT && !err; role++)
        err = regions_add_rest(taken, m->plan.ranges[role], REGION_PLANNED,
                               plan_role_name((enum plan_role)role), d);
    return err;
}

/* Take the highest free place and bring it within the early map's reach; empty: there is none. */
static struct range take_high(struct monitor *m, struct regions *taken, uint64_t size,
                              enum region_kind kind, const char *name)
{
    struct range place;

    if (place_high(m, taken, size, &place) || regions_add(taken, place, kind, name, NULL))
        return (struct range){0, 0};
    arch_reach(place);
    return place;
}

/* To their place, with all that points to them; what finds none stays, and then nothing may move
 * over it. */
static void move_tables(struct monitor *m, struct regions *taken, struct range *home,
                        struct range *copy)
{
    const struct range here = bytes_range((struct bytes){m->tables.memory, m->tables.size});
    struct arena_move move;

    if (!m->machine.ram_count)
        return;
    m->tables_at = take_high(m, taken, align_up(m->tables.used, PAGE_BYTES), REGION_MONITOR,
                             "monitor's tables");
    if (range_is_empty(m->tables_at)) {
        m->tables_at = here;
        (void)regions_add_rest(taken, here, REGION_MONITOR, "monitor's tables", NULL);
        *home = range_overlaps(*home, here) ? (struct range){0, 0} : *home;
        *copy = range_overlaps(*copy, here) ? (struct range){0, 0} : *copy;
        return;
    }
    move = arena_move(&m->tables, arch_phys(m->tables_at.start), range_bytes(m->tables_at));
    machine_moved(&m->machine, &move);
    regions_moved(&m->busy, &move);
    regions_moved(taken, &move);
}

/* Before the monitor moves to its own map, because the firmware's DTB need not lie in RAM. */
static void copy_dtb(struct monitor *m, struct bytes dtb, struct range copy)
{
    if (range_is_empty(copy) ||
        fdt_mem_copy(dtb_window((paddr_t)(uintptr_t)dtb.data), 0, arch_phys(copy.start),
                     (uint32_t)range_bytes(copy), &m->fdt_problem))
        return;
    m->fdt = arch_phys(copy.start);
    m->fdt_bytes.data = m->fdt;
}

/* Where @data is in the plan's way, and there is another place for it, move it there. */
static bool move_away(struct monitor *m, struct regions *taken, struct bytes *data)
{
    struct range to;

    if (!data->size || !place_is_in_the_way(m, bytes_range(*data)) ||
        place_high(m, taken, align_up(data->size, PAGE_BYTES), &to) ||
        regions_add(taken, to, REGION_SOURCE, "", NULL))
        return false;
    arch_copy(arch_phys(to.start), data->data, data->size);
    unpacked_follow(m, *data, arch_phys(to.start));
    data->data = arch_phys(to.start);
    return true;
}

/* Only now, with all memory in reach; then it is known what the plan is. */
static void unpack_images(struct monitor *m, struct regions *taken)
{
    bool is_unpacked = false;

    unpacked_make(m, taken);
    for (unsigned role = 0; role < FIT_OTHER; role++)
        is_unpacked |= m->unpacked[role].data.size > 0;
    if (!is_unpacked || add_destinations(m, taken, NULL))
        return;
    for (unsigned role = 0; role < FIT_OTHER; role++)
        (void)move_away(m, taken, &m->unpacked[role].data);
}

/* Go on at @home, or, where that is empty or cannot be mapped, stay. */
static int settle_high(struct monitor *m, struct range home, struct diag *d)
{
    paddr_t here = arch_image().start;

    if (!range_is_empty(home) && !settle(m, home.start, d))
        return ERR_OK;
    return settle(m, here, d);
}

/* The plan, with everything where it stays. Where there was one, what has survived a reset is not
 * worth losing it. */
static int make_plan(struct monitor *m, struct diag *d)
{
    bool possible = m->plan.protocol != PLAN_NOTHING;
    int err = list_ours(m, &m->busy, d);

    if (err || !boot_plan_make(m) || !possible || !record_is_needed(m))
        return err;
    record_forget(m);
    err = list_ours(m, &m->busy, d);
    (void)boot_plan_make(m);
    return err;
}

static int make_lists(struct monitor *m, struct regions *taken, struct diag *d)
{
    unsigned max = regions_needed(m->machine.reserved_count + BUSY_OWN_RANGES);
    int err = regions_init(&m->busy, max, &m->tables, d);

    return err ? err : regions_init(taken, max, &m->tables, d);
}

int place_take(struct monitor *m, struct bytes dtb, struct diag *d)
{
    struct regions taken = {0};
    struct range home, copy = {0, 0};
    int err = make_lists(m, &taken, d);

    m->fdt_bytes = dtb;
    m->at_reset[0] = arch_image();
    m->at_reset[1] = bytes_range(m->payload);
    m->at_reset[2] = bytes_range(dtb);
    if (!err)
        err = list_ours(m, &taken, d);
    if (!err)
        record_find(m, &taken);
    if (!err)
        err = add_destinations(m, &taken, d);
    home = take_high(m, &taken, range_bytes(arch_image()), REGION_MONITOR, "monitor");
    if (dtb.size)
        copy = take_high(m, &taken, align_up(dtb.size, PAGE_BYTES), REGION_DTB, "monitor's DTB");
    move_tables(m, &taken, &home, &copy);
    copy_dtb(m, dtb, copy);
    if (!err)
        err = settle_high(m, home, d);
    if (err)
        return err;
    record_check(m);
    unpack_images(m, &taken);
    if (move_away(m, &taken, &m->payload))
        embedded_open(m);
    return make_plan(m, d);
}
