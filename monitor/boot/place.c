/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/place.h"

#include <assert.h>
#include <inttypes.h>

#include "mm/fdt_room.h"
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

static int find_dtb(struct board *board, const paddr_t *at, unsigned count,
                    struct fdt_outline *outline)
{
    struct diag later;
    int err = ERR_NOTFOUND;

    for (unsigned i = 0; i < count && err; i++) {
        struct dtb_search s = {at[i], outline, i ? &later : &board->fdt_problem};

        (void)diag_set(s.d, ERR_FAULT, "0x%" PRIx64 ": there is no memory", at[i]);
        arch_reach(bytes_range(dtb_window(at[i])));
        err = arch_try(search_dtb, &s);
    }
    return err;
}

/* --- Tables ------------------------------------------------------------------------------- */

/* Lists of who uses what: of both choices, and one during bring-up. */
enum { LISTS = 3 };

static_assert(LISTS * 2 * BUSY_OWN_RANGES * sizeof(struct region) <=
                  BOARD_TABLE_WORDS * sizeof(uint64_t),
              "they fit where no RAM is known");

/* They go where nothing is, for now: what the plan is nobody knows without them. */
static int read_machine(struct board *board, const struct fdt_outline *outline,
                        struct range payload)
{
    const struct range taken[] = {arch_image(), payload, bytes_range(outline->blob)};
    unsigned max = busy_entries(outline->size.reserved);
    uint64_t bytes = machine_bytes(&outline->size) + LISTS * max * sizeof(struct region);
    struct range room;
    int err = fdt_room_find(outline, align_up(bytes, PAGE_BYTES), taken,
                            sizeof(taken) / sizeof(taken[0]), &room, &board->fdt_problem);

    if (err)
        return err;
    arch_reach(room);
    board->tables = (struct arena){arch_phys(room.start), range_bytes(room), 0};
    return fdt_mem_machine(outline, &board->tables, &board->machine, &board->fdt_problem);
}

static void begin_without_machine(struct board *board)
{
    (void)machine_init(&board->machine, NULL, NULL, NULL);
    board->tables = (struct arena){(uint8_t *)board->own_tables, sizeof(board->own_tables), 0};
}

void place_find_dtb(struct board *board, const paddr_t *at, unsigned count, struct range payload,
                    struct bytes *found)
{
    struct fdt_outline outline;
    int err = find_dtb(board, at, count, &outline);

    *found = err ? (struct bytes){NULL, 0} : (struct bytes){outline.blob.data, outline.used};
    if (!err)
        err = read_machine(board, &outline, payload);
    if (err)
        begin_without_machine(board);
    else
        board->fdt_problem.text[0] = '\0';
}

static int make_lists(struct boot *b, struct board *board, struct regions *taken, struct diag *d)
{
    unsigned max = busy_entries(board->machine.reserved_count);
    int err = regions_init(taken, max, &board->tables, d);

    for (unsigned i = 0; i < LISTS - 1 && !err; i++)
        err = regions_init(&b->choices[i].busy, max, &board->tables, d);
    return err;
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

    c->busy.count = 0;
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
    if (!dtb.size)
        return;
    if (!range_is_empty(copy) &&
        !fdt_mem_copy(dtb_window((paddr_t)(uintptr_t)dtb.data), 0, arch_phys(copy.start),
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
    bool possible = c->plan.protocol != PROTOCOL_NONE;
    int err = list_ours(board, c, &c->busy, d);

    if (err || !choice_plan(board, c) || !possible || !record_is_needed(&c->sources))
        return err;
    record_forget(&c->sources);
    err = list_ours(board, c, &c->busy, d);
    (void)choice_plan(board, c);
    return err;
}

/* What the monitor takes with it when it moves; empty: it has no other place. */
struct home_places {
    struct range image, dtb;
};

/* To their place, with all that points to them; what finds none stays, and then nothing may move
 * over it. */
static void move_tables(struct board *board, struct boot *b, struct regions *taken,
                        struct home_places *to)
{
    const struct range here = bytes_range((struct bytes){board->tables.memory, board->tables.size});
    struct arena_move move;

    if (!board->machine.ram_count)
        return;
    board->tables_at = take_high(board, taken, align_up(board->tables.used, PAGE_BYTES),
                                 REGION_MONITOR, "monitor's tables");
    if (range_is_empty(board->tables_at)) {
        board->tables_at = here;
        (void)regions_add_rest(taken, here, REGION_MONITOR, "monitor's tables", NULL);
        to->image = range_overlaps(to->image, here) ? (struct range){0, 0} : to->image;
        to->dtb = range_overlaps(to->dtb, here) ? (struct range){0, 0} : to->dtb;
        return;
    }
    move = arena_move(&board->tables, arch_phys(board->tables_at.start),
                      range_bytes(board->tables_at));
    machine_moved(&board->machine, &move);
    for (unsigned i = 0; i < LISTS - 1; i++)
        regions_moved(&b->choices[i].busy, &move);
    regions_moved(taken, &move);
}

static int move_home(struct board *board, struct boot *b, struct bytes dtb, struct regions *taken,
                     struct diag *d)
{
    struct home_places to = {
        .image = take_high(board, taken, range_bytes(arch_image()), REGION_MONITOR, "monitor")};

    if (dtb.size)
        to.dtb =
            take_high(board, taken, align_up(dtb.size, PAGE_BYTES), REGION_DTB, "monitor's DTB");
    move_tables(board, b, taken, &to);
    copy_dtb(board, dtb, to.dtb);
    return settle_high(board, &b->choices[0], to.image, d);
}

int place_take(struct board *board, struct boot *b, struct bytes dtb, struct diag *d)
{
    struct choice *c = &b->choices[0];
    struct sources *s = &c->sources;
    struct regions taken = {0};
    int err = make_lists(b, board, &taken, d);

    board->fdt_bytes = dtb;
    board->at_reset[BOARD_RESET_IMAGE] = arch_image();
    board->at_reset[BOARD_RESET_PAYLOAD] = bytes_range(s->payload);
    board->at_reset[BOARD_RESET_DTB] = bytes_range(dtb);
    if (!err)
        err = list_ours(board, c, &taken, d);
    if (!err)
        record_find(s, &board->machine, &taken);
    if (!err)
        err = add_destinations(board, c, &taken, d);
    if (!err)
        err = move_home(board, b, dtb, &taken, d);
    if (err)
        return err;
    record_check(s);
    make_plain(board, c, &taken);
    if (move_away(board, c, &taken, &s->payload))
        embedded_open(s);
    return make_plan(board, c, d);
}
