/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/boot/home.h"

#include "monitor/base/bits.h"

static const struct pt_attr ram_attr = {
    .memory = MMU_ATTR_NORMAL, .write = true, .inner_shareable = true};
static const struct pt_attr device_attr = {.memory = MMU_ATTR_DEVICE_nGnRnE, .write = true};

static struct range image_range(const struct home *home)
{
    vaddr_t first = home->parts[0].va.start;
    vaddr_t end = home->parts[home->part_count - 1].va.end;

    return (struct range){home->image, home->image + (end - first)};
}

static int map_parts(const struct home *home, struct pt *pt, struct diag *d)
{
    for (unsigned i = 0; i < home->part_count; i++) {
        const struct arch_part *part = &home->parts[i];
        paddr_t pa = home->image + (part->va.start - home->parts[0].va.start);
        struct pt_attr attr = {.memory = MMU_ATTR_NORMAL,
                               .write = part->write,
                               .execute = part->execute,
                               .inner_shareable = true};
        uint64_t size = range_bytes(part->va);
        int err = pt_map(pt, part->va.start, pa, size, attr, d);

        if (!err && part->identity)
            err = pt_map(pt, pa, pa, size, attr, d);
        if (err)
            return err;
    }
    return ERR_OK;
}

/* The first range that must stay out of the map and touches [from, end), or an empty one. */
static struct range next_hole(const struct home *home, uint64_t from, uint64_t end)
{
    struct range within = {from, end};
    struct range best = {end, end};
    struct range image = image_range(home);

    if (range_overlaps(within, image))
        best = image;
    for (unsigned i = 0; i < home->machine->reserved_count; i++) {
        const struct machine_region *r = &home->machine->reserved[i];

        if (r->no_map && range_overlaps(within, r->range) && r->range.start < best.start)
            best = r->range;
    }
    return best;
}

static int map_ram(const struct home *home, struct pt *pt, struct range ram, struct diag *d)
{
    uint64_t from = align_up(ram.start, PAGE_BYTES);
    uint64_t end = align_down(ram.end, PAGE_BYTES);

    while (from < end) {
        struct range hole = next_hole(home, from, end);
        uint64_t until = align_down(hole.start, PAGE_BYTES);

        if (until > from) {
            int err = pt_map(pt, from, from, until - from, ram_attr, d);

            if (err)
                return err;
        }
        if (hole.start == end)
            break;
        from = align_up(hole.end, PAGE_BYTES);
    }
    return ERR_OK;
}

static bool is_ram(const struct home *home, struct range r)
{
    for (unsigned i = 0; i < home->ram_count; i++) {
        if (range_overlaps(home->ram[i], r))
            return true;
    }
    return false;
}

/* Devices may share pages and blocks: what is mapped already is what was wanted. */
static void map_device(const struct home *home, struct pt *pt, struct range device,
                       unsigned *skipped)
{
    struct range whole;
    int err;

    if (range_align(device, PAGE_BYTES, &whole) || range_is_empty(whole) || is_ram(home, whole))
        return;
    err = pt_map(pt, whole.start, whole.start, range_bytes(whole), device_attr, NULL);
    if (err && err != ERR_OVERLAP)
        ++*skipped;
}

int home_build(const struct home *home, struct pt_arena *arena, paddr_t *root, unsigned *skipped,
               struct diag *d)
{
    struct pt pt;
    int err = pt_init(&pt, arena, home->el2, false);

    if (!err)
        err = map_parts(home, &pt, d);
    for (unsigned i = 0; i < home->ram_count && !err; i++)
        err = map_ram(home, &pt, home->ram[i], d);
    if (err)
        return err;
    *skipped = 0;
    map_device(home, &pt, home->uart, skipped);
    for (unsigned i = 0; i < home->machine->mmio_count; i++)
        map_device(home, &pt, home->machine->mmio[i].range, skipped);
    *root = pt.root;
    return ERR_OK;
}
