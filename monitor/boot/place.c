/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/place.h"

#include <inttypes.h>
#include <string.h>

#include "mm/fdt_mem.h"
#include "mm/room.h"
#include "monitor/base/bits.h"
#include "monitor/boot/busy.h"
#include "monitor/boot/home.h"
#include "monitor/sources/embedded.h"
#include "monitor/sources/plain.h"
#include "monitor/sources/record.h"

/* --- Devicetree --------------------------------------------------------------------------- */

/* The early map shows two blocks around a DTB. */
static struct bytes dtb_window(paddr_t dtb)
{
    paddr_t end = align_down(dtb, BLOCK_BYTES) + 2 * BLOCK_BYTES;

    return (struct bytes){arch_phys(dtb), (size_t)(end - dtb)};
}

static int check_dtb(paddr_t dtb, struct bytes *found, struct diag *d)
{
    struct bytes blob = dtb_window(dtb);
    struct diag why;
    uint32_t used;
    int err = fdt_mem_check(blob, &used, &why);

    if (err)
        return diag_set(d, err, "0x%" PRIx64 ": %s", dtb, why.text);
    *found = (struct bytes){blob.data, used};
    return ERR_OK;
}

struct dtb_search {
    paddr_t at;
    struct bytes *found;
    struct diag *d;
};

static int search_dtb(void *context)
{
    struct dtb_search *s = context;

    return check_dtb(s->at, s->found, s->d);
}

void place_find_dtb(struct board *board, const paddr_t *at, unsigned count, struct bytes *found)
{
    struct diag later;
    int err = ERR_NOTFOUND;

    *found = (struct bytes){NULL, 0};
    for (unsigned i = 0; i < count && err; i++) {
        struct dtb_search s = {at[i], found, i ? &later : &board->fdt_problem};

        (void)diag_set(s.d, ERR_FAULT, "0x%" PRIx64 ": there is no memory", at[i]);
        arch_reach(bytes_range(dtb_window(at[i])));
        err = arch_try(search_dtb, &s);
    }
    if (!err && fdt_mem_machine(found->data, &board->machine, &board->fdt_problem))
        memset(&board->machine, 0, sizeof(board->machine));
}

/* --- Place and map ------------------------------------------------------------------------ */

static int build_map(struct board *board, const struct choice *c, paddr_t image, paddr_t *root,
                     struct diag *d)
{
    const struct machine *machine = &board->machine;
    struct range around = arch_image();
    struct home home = {
        .image = image,
        .parts = arch_parts(&home.part_count),
        .ram = machine->ram_count ? machine->ram : &around,
        .ram_count = machine->ram_count ? machine->ram_count : 1,
        .machine = machine,
        .uart = {board->uart, board->uart + PAGE_BYTES},
        .el2 = board->cpu.el == 2,
    };
    struct pt_arena arena = {0};

    around.start = align_down(around.start, BLOCK_BYTES);
    around.end = align_up(around.end + c->sources.payload.size, BLOCK_BYTES);
    arena.base = arch_tables(image, &arena.pages);
    arena.memory = arch_phys(arena.base);
    return home_build(&home, &arena, root, &board->skipped_devices, d);
}

/* Build the map for @image, the image's place now or another one, and go on there. */
static int settle(struct board *board, const struct choice *c, paddr_t image, struct diag *d)
{
    paddr_t root;
    int err = build_map(board, c, image, &root, d);

    if (!err)
        arch_move(image, root);
    return err;
}

/* Go on at @home, or, where that is empty or cannot be mapped, stay. */
static int settle_high(struct board *board, const struct choice *c, struct range home,
                       struct diag *d)
{
    paddr_t here = arch_image().start;

    if (!range_is_empty(home) && !settle(board, c, home.start, d))
        return ERR_OK;
    return settle(board, c, here, d);
}

/* --- Bring-up ----------------------------------------------------------------------------- */

/* What nothing may be written over. No script runs yet. */
static int list_ours(const struct board *board, const struct choice *c, struct regions *set,
                     struct diag *d)
{
    int err = busy_own(board, set, d);

    return err ? err : busy_sources(board, c, NULL, set, d);
}

/* Where the plan wants to write, if nothing but reserved memory were in its way. A destination
 * over something that is to move away counts as taken already. */
static int add_destinations(const struct board *board, struct choice *c, struct regions *taken,
                            struct diag *d)
{
    int err;

    memset(&c->busy, 0, sizeof(c->busy));
    err = busy_reserved(board, &c->busy, d);
    if (err || choice_plan(board, c))
        return err;
    return busy_plan(c, taken, d);
}

/* Take the highest free place and bring it within the early map's reach; empty: there is none. */
static struct range take_high(const struct board *board, struct regions *taken, uint64_t size,
                              enum region_kind kind, const char *name)
{
    struct range place;

    if (room_find_high(&board->machine, taken, size, &place) ||
        regions_add(taken, place, kind, name, NULL))
        return (struct range){0, 0};
    arch_reach(place);
    return place;
}

/* Before the monitor moves to its own map, because the firmware's DTB need not lie in RAM. */
static void copy_dtb(struct board *board, struct bytes dtb, struct range copy)
{
    struct bytes whole = dtb_window((paddr_t)(uintptr_t)dtb.data);

    if (!range_is_empty(copy) && !fdt_mem_copy(whole, 0, arch_phys(copy.start),
                                               (uint32_t)range_bytes(copy), &board->fdt_problem)) {
        board->fdt = arch_phys(copy.start);
        board->fdt_bytes.data = board->fdt;
    }
    digest_sha256(board->fdt_bytes.data, board->fdt_bytes.size, &board->fdt_sha256);
}

/* Where @data is in the plan's way, and there is another place for it, move it there. */
static bool move_away(const struct board *board, struct choice *c, struct regions *taken,
                      struct bytes *data)
{
    struct range to;

    if (!data->size || !choice_overlaps(c, bytes_range(*data)) ||
        room_find_high(&board->machine, taken, align_up(data->size, PAGE_BYTES), &to) ||
        regions_add(taken, to, REGION_SOURCE, "", NULL))
        return false;
    plain_move(&c->sources, data, to.start);
    return true;
}

/* Only now, with all memory in reach; then it is known what the plan is. */
static void make_plain(const struct board *board, struct choice *c, struct regions *taken)
{
    struct sources *s = &c->sources;
    bool is_any = false;

    plain_make(s, &board->machine, taken);
    for (unsigned role = 0; role < FIT_OTHER; role++)
        is_any |= s->plain[role].data.size > 0;
    if (!is_any || add_destinations(board, c, taken, NULL))
        return;
    for (unsigned role = 0; role < FIT_OTHER; role++)
        (void)move_away(board, c, taken, &s->plain[role].data);
}

/* The plan, with everything where it stays. Where there was one, what has survived a reset is not
 * worth losing it. */
static int make_plan(const struct board *board, struct choice *c, struct diag *d)
{
    bool possible = c->plan.protocol != PLAN_NOTHING;
    int err = list_ours(board, c, &c->busy, d);

    if (err || !choice_plan(board, c) || !possible || !record_is_needed(&c->sources))
        return err;
    record_forget(&c->sources);
    err = list_ours(board, c, &c->busy, d);
    (void)choice_plan(board, c);
    return err;
}

/* The monitor goes to @home, the DTB along with it. */
static int move_home(struct board *board, struct choice *c, struct bytes dtb, struct regions *taken,
                     struct diag *d)
{
    struct range home =
        take_high(board, taken, range_bytes(arch_image()), REGION_MONITOR, "monitor");
    struct range copy = {0, 0};

    if (dtb.size)
        copy = take_high(board, taken, align_up(dtb.size, PAGE_BYTES), REGION_DTB, "monitor's DTB");
    copy_dtb(board, dtb, copy);
    return settle_high(board, c, home, d);
}

int place_take(struct board *board, struct choice *c, struct bytes dtb, struct diag *d)
{
    static struct regions taken;
    struct sources *s = &c->sources;
    int err;

    board->fdt_bytes = dtb;
    board->at_reset[BOARD_RESET_IMAGE] = arch_image();
    board->at_reset[BOARD_RESET_PAYLOAD] = bytes_range(s->payload);
    board->at_reset[BOARD_RESET_DTB] = bytes_range(dtb);
    err = list_ours(board, c, &taken, d);
    if (!err)
        record_find(s, &board->machine, &taken);
    if (!err)
        err = add_destinations(board, c, &taken, d);
    if (!err)
        err = move_home(board, c, dtb, &taken, d);
    if (err)
        return err;
    record_check(s);
    make_plain(board, c, &taken);
    if (move_away(board, c, &taken, &s->payload))
        embedded_open(s);
    return make_plan(board, c, d);
}
