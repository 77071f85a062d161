/* SPDX-License-Identifier: Apache-2.0 */
/* The tree is looked through again for each candidate: what is in its way moves it down, and so it
 * goes on until nothing is. Only the few nodes that matter are looked at.
 * Source: Devicetree Specification 0.4, 3.4 "/memory node" and 3.5 "/reserved-memory Node". */
#include "mm/fdt_room.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

#include "mm/fdt_bus.h"
#include "monitor/base/bits.h"

/* A node of a span, and of its properties those that matter. */
struct look {
    unsigned level; /* 1: a child of the root */
    const char *name;
    struct bytes reg, type, status, initrd_start, initrd_end;
    uint8_t address_cells, size_cells; /* of its children */
};

struct search {
    const struct fdt_outline *outline;
    uint64_t bytes;
    uint64_t limit;     /* the place must end here at the latest */
    struct range place; /* the highest one below @limit; empty: none yet */
    bool has_ram;
    struct fdt_bus reserved; /* of /reserved-memory's children; address_cells 0: not in there */
};

typedef void (*visit_fn)(struct search *w, const struct look *node);

/* --- Walking ------------------------------------------------------------------------------ */

static void keep_property(struct look *node, const struct fdt_item *item)
{
    if (strcmp(item->name, "reg") == 0)
        node->reg = item->value;
    else if (strcmp(item->name, "device_type") == 0)
        node->type = item->value;
    else if (strcmp(item->name, "status") == 0)
        node->status = item->value;
    else if (strcmp(item->name, "linux,initrd-start") == 0)
        node->initrd_start = item->value;
    else if (strcmp(item->name, "linux,initrd-end") == 0)
        node->initrd_end = item->value;
    else if (strcmp(item->name, "#address-cells") == 0)
        node->address_cells = fdt_bus_cells(item->value, 0);
    else if (strcmp(item->name, "#size-cells") == 0)
        node->size_cells = fdt_bus_cells(item->value, 0);
}

/* Show @visit each node of @span once its properties are known. The tree has been checked. */
static void walk(struct search *w, struct fdt_span span, visit_fn visit)
{
    struct fdt_scan s = w->outline->scan;
    struct fdt_item item;
    struct look node = {0};

    fdt_scan_seek(&s, span.start);
    while (s.offset < span.end && !fdt_scan_next(&s, &item, NULL)) {
        if (item.tag == FDT_PROP) {
            keep_property(&node, &item);
            continue;
        }
        if (node.name)
            visit(w, &node);
        node = (struct look){.address_cells = 2, .size_cells = 1, .level = s.depth};
        if (item.tag == FDT_BEGIN_NODE)
            node.name = item.name;
        else if (s.depth == 0)
            fdt_scan_seek(&s, s.offset); /* the next child of the root */
    }
}

/* --- Places ------------------------------------------------------------------------------- */

static void offer(struct search *w, struct range ram)
{
    uint64_t end = ram.end < w->limit ? ram.end : w->limit, start;

    w->has_ram = true;
    if (end < ram.start || end - ram.start < w->bytes)
        return;
    start = align_down(end - w->bytes, PAGE_BYTES);
    if (start >= ram.start && (range_is_empty(w->place) || start > w->place.start))
        w->place = (struct range){start, start + w->bytes};
}

static void offer_memory(struct search *w, const struct look *node)
{
    const struct fdt_bus root = {.address_cells = w->outline->address_cells,
                                 .size_cells = w->outline->size_cells};
    const bool enabled =
        !node->status.data || fdt_scan_is(node->status, "okay") || fdt_scan_is(node->status, "ok");
    struct range r;
    int err = ERR_OK;

    if (node->level != 1 || !enabled || !fdt_scan_is(node->type, "memory"))
        return;
    for (unsigned i = 0; err != ERR_NOTFOUND && err != ERR_UNSUPPORTED; i++) {
        err = fdt_bus_reg(&root, node->reg, i, &r);
        if (!err && !range_is_empty(r))
            offer(w, r);
    }
}

static void avoid(struct search *w, struct range r)
{
    if (range_overlaps(r, w->place) && r.start < w->limit)
        w->limit = r.start;
}

/* Whether or not it is enabled: better to leave out too much. */
static void avoid_reserved(struct search *w, const struct look *node)
{
    struct range r;
    int err = ERR_OK;

    if (node->level == 1) {
        w->reserved =
            (struct fdt_bus){.address_cells = node->address_cells, .size_cells = node->size_cells};
        if (strcmp(node->name, "reserved-memory") != 0)
            w->reserved.address_cells = 0;
        return;
    }
    for (unsigned i = 0; err != ERR_NOTFOUND && err != ERR_UNSUPPORTED && node->level == 2; i++) {
        err = fdt_bus_reg(&w->reserved, node->reg, i, &r);
        if (!err)
            avoid(w, r);
    }
}

/* Of one cell or two. */
static int read_number(struct bytes value, uint64_t *out)
{
    return fdt_bus_number(value, 0, value.size == sizeof(uint32_t) ? 1 : 2, out);
}

static void avoid_initrd(struct search *w, const struct look *node)
{
    struct range initrd;

    if (node->level == 1 && strcmp(node->name, "chosen") == 0 &&
        !read_number(node->initrd_start, &initrd.start) &&
        !read_number(node->initrd_end, &initrd.end) && initrd.start < initrd.end)
        avoid(w, initrd);
}

static void avoid_memreserve(struct search *w)
{
    const struct bytes map = w->outline->scan.rsvmap;
    uint64_t start, size;
    struct range r;

    for (size_t offset = 0; offset < map.size; offset += sizeof(struct fdt_reserve_entry)) {
        if (!bytes_be64(map, offset, &start) && !bytes_be64(map, offset + sizeof(start), &size) &&
            !range_make(start, size, &r))
            avoid(w, r);
    }
}

int fdt_room_find(const struct fdt_outline *outline, uint64_t bytes, const struct range *taken,
                  unsigned taken_count, struct range *out, struct diag *d)
{
    struct search w = {.outline = outline, .bytes = bytes, .limit = UINT64_MAX};
    uint64_t limit;

    do {
        limit = w.limit;
        w.place = (struct range){0, 0};
        walk(&w, outline->memory, offer_memory);
        if (!w.has_ram)
            return diag_set(d, ERR_NOTFOUND, "no enabled memory node with a size");
        if (range_is_empty(w.place))
            return diag_set(d, ERR_NOMEM,
                            "no free RAM for %" PRIu64 " bytes of tables of the machine", bytes);
        for (unsigned i = 0; i < taken_count; i++)
            avoid(&w, taken[i]);
        avoid_memreserve(&w);
        walk(&w, outline->reserved, avoid_reserved);
        walk(&w, outline->chosen, avoid_initrd);
    } while (w.limit < limit);
    *out = w.place;
    return ERR_OK;
}
