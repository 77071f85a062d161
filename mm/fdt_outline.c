/* SPDX-License-Identifier: Apache-2.0 */
/* Source: Devicetree Specification 0.4. */
#include "mm/fdt_outline.h"

#include <libfdt.h>
#include <string.h>

#include "mm/fdt_bus.h"

/* An entry of a reg that counts has a cell of address and one of size, at least. */
enum { ENTRY_BYTES_MIN = 2 * FDT_TAGSIZE };

/* Children of the root whose own children are of a special kind, or that are special themselves. */
enum family { DEVICES, CPUS, RESERVED_MEMORY, CHOSEN };

struct outliner {
    struct fdt_outline *out;
    size_t path_bytes[FDT_SCAN_LEVELS + 1]; /* of the open nodes' paths, by level from 1 on */
    enum family family;                     /* of the root's child that is open */
    bool has_memory;                        /* it describes memory */
    uint32_t child;                         /* where it begins */
    /* The innermost node, while its properties are being read. */
    bool pending;
    unsigned level;
    const char *name;
    uint32_t reg_bytes;
    bool is_memory;
};

uint32_t fdt_outline_used(const struct fdt_scan *s)
{
    return (uint32_t)(sizeof(struct fdt_header) + s->rsvmap.size + s->structure.size +
                      s->strings.size);
}

static enum family family_of(const char *name)
{
    if (strcmp(name, "cpus") == 0)
        return CPUS;
    if (strcmp(name, "reserved-memory") == 0)
        return RESERVED_MEMORY;
    return strcmp(name, "chosen") == 0 ? CHOSEN : DEVICES;
}

/* What its reg adds to a list at most, whether or not the node turns out to count. */
static void count_reg(struct outliner *w, size_t name_bytes)
{
    struct fdt_outline *out = w->out;
    unsigned entries = w->reg_bytes / ENTRY_BYTES_MIN;

    if (!entries)
        return;
    out->size.text_bytes += name_bytes;
    if (w->path_bytes[w->level] > out->path_bytes)
        out->path_bytes = w->path_bytes[w->level];
    if (w->is_memory && w->level == 2)
        out->size.ram += entries;
    else if (w->family == RESERVED_MEMORY && w->level == 3)
        out->size.reserved += entries;
    else
        out->size.mmio += entries;
}

/* All properties of the innermost node have been seen. */
static void finish_node(struct outliner *w)
{
    size_t name_bytes = strlen(w->name) + 1;

    w->pending = false;
    w->path_bytes[w->level] = w->path_bytes[w->level - 1] + name_bytes;
    if (w->level == 2)
        w->has_memory = w->is_memory;
    else if (w->level == 3 && w->family == CPUS)
        w->out->size.cpus++;
    count_reg(w, name_bytes);
}

static void begin_node(struct outliner *w, const struct fdt_item *item, unsigned level)
{
    if (w->pending)
        finish_node(w);
    w->pending = true;
    w->level = level;
    w->name = item->name;
    w->reg_bytes = 0;
    w->is_memory = false;
    if (level != 2)
        return;
    w->child = item->offset;
    w->family = family_of(item->name);
    w->out->size.reserved += w->family == CHOSEN; /* its initrd */
}

static void extend(struct fdt_span *span, uint32_t start, uint32_t end)
{
    if (span->start == span->end)
        span->start = start;
    span->end = end;
}

static void end_child(struct outliner *w, uint32_t end)
{
    if (w->has_memory)
        extend(&w->out->memory, w->child, end);
    if (w->family == RESERVED_MEMORY)
        extend(&w->out->reserved, w->child, end);
    else if (w->family == CHOSEN)
        extend(&w->out->chosen, w->child, end);
}

static void root_property(struct fdt_outline *out, const struct fdt_item *item)
{
    if (strcmp(item->name, "model") == 0 || strcmp(item->name, "compatible") == 0)
        out->size.text_bytes += item->value.size;
    else if (strcmp(item->name, "#address-cells") == 0)
        out->address_cells = fdt_bus_cells(item->value, 0);
    else if (strcmp(item->name, "#size-cells") == 0)
        out->size_cells = fdt_bus_cells(item->value, 0);
}

static void count_property(struct outliner *w, const struct fdt_item *item)
{
    const char *name = item->name;

    if (name[0] == 'r' && strcmp(name, "reg") == 0)
        w->reg_bytes = (uint32_t)item->value.size;
    else if (name[0] == 'd' && strcmp(name, "device_type") == 0)
        w->is_memory = fdt_scan_is(item->value, "memory");
    else if (w->level == 1)
        root_property(w->out, item);
}

static void take_item(struct outliner *w, const struct fdt_item *item, const struct fdt_scan *s)
{
    if (item->tag == FDT_PROP) {
        count_property(w, item);
        return;
    }
    if (item->tag == FDT_BEGIN_NODE) {
        begin_node(w, item, s->depth);
        return;
    }
    if (w->pending)
        finish_node(w);
    if (item->tag == FDT_END_NODE && s->depth == 1)
        end_child(w, s->offset);
}

static int take_items(struct outliner *w, struct diag *d)
{
    struct fdt_scan s = w->out->scan;
    struct fdt_item item = {0};
    int err = fdt_scan_next(&s, &item, d);

    if (!err && (item.tag != FDT_BEGIN_NODE || item.name[0] != '\0'))
        return diag_set(d, ERR_FORMAT, "does not begin with a root node");
    while (!err) {
        take_item(w, &item, &s);
        if (item.tag == FDT_END)
            return ERR_OK;
        err = fdt_scan_next(&s, &item, d);
    }
    return err;
}

int fdt_outline_read(struct bytes blob, struct fdt_outline *out, struct diag *d)
{
    struct outliner w = {.out = out};
    int err;

    *out = (struct fdt_outline){.address_cells = 2, .size_cells = 1};
    err = fdt_scan_open(blob, &out->scan, d);
    if (!err)
        err = take_items(&w, d);
    if (err)
        return err;
    out->blob = (struct bytes){blob.data, fdt_totalsize(blob.data)};
    out->used = fdt_outline_used(&out->scan);
    out->size.reserved += (unsigned)(out->scan.rsvmap.size / sizeof(struct fdt_reserve_entry));
    out->size.text_bytes += out->path_bytes;
    return ERR_OK;
}
