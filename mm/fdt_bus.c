/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/fdt_bus.h"

enum { CELL_BYTES = 4, CELLS_MAX = 2 };

uint8_t fdt_bus_cells(struct bytes value, uint8_t fallback)
{
    uint32_t cells;

    if (!value.data)
        return fallback;
    if (bytes_be32(value, 0, &cells) || cells > CELLS_MAX)
        return FDT_BUS_OTHER;
    return (uint8_t)cells;
}

int fdt_bus_number(struct bytes value, uint64_t offset, unsigned cells, uint64_t *out)
{
    uint32_t low;
    int err;

    if (cells == CELLS_MAX)
        return bytes_be64(value, offset, out);
    if (cells != 1)
        return ERR_UNSUPPORTED;
    err = bytes_be32(value, offset, &low);
    if (!err)
        *out = low;
    return err;
}

int fdt_bus_reg(const struct fdt_bus *bus, struct bytes reg, unsigned index, struct range *out)
{
    unsigned entry_bytes = ((unsigned)bus->address_cells + bus->size_cells) * CELL_BYTES;
    uint64_t offset = (uint64_t)index * entry_bytes;
    uint64_t start, size = 0;

    if (bus->address_cells == 0 || bus->address_cells > CELLS_MAX || bus->size_cells > CELLS_MAX)
        return ERR_UNSUPPORTED;
    if (fdt_bus_number(reg, offset, bus->address_cells, &start))
        return ERR_NOTFOUND;
    offset += bus->address_cells * CELL_BYTES;
    if (bus->size_cells && fdt_bus_number(reg, offset, bus->size_cells, &size))
        return ERR_NOTFOUND;
    return range_make(start, size, out);
}

/* One step up, from @bus to its parent. */
static int translate_once(const struct fdt_bus *bus, struct range *r)
{
    unsigned child = bus->address_cells, parent = bus->parent->address_cells;
    unsigned entry_bytes = (child + parent + bus->size_cells) * CELL_BYTES;
    uint64_t offset = 0;

    if (bus->ranges.data && bus->ranges.size == 0)
        return ERR_OK;
    for (; bus->ranges.size - offset >= entry_bytes; offset += entry_bytes) {
        uint64_t from, to, size, end;

        if (fdt_bus_number(bus->ranges, offset, child, &from) ||
            fdt_bus_number(bus->ranges, offset + child * CELL_BYTES, parent, &to) ||
            fdt_bus_number(bus->ranges, offset + (child + parent) * CELL_BYTES, bus->size_cells,
                           &size))
            return ERR_NOTFOUND;
        if (r->start < from || r->end - from > size)
            continue;
        if (checked_add(to, r->end - from, &end))
            return ERR_NOTFOUND;
        *r = (struct range){to + (r->start - from), end};
        return ERR_OK;
    }
    return ERR_NOTFOUND;
}

int fdt_bus_translate(const struct fdt_bus *bus, struct range *r)
{
    for (; bus->parent; bus = bus->parent) {
        int err = translate_once(bus, r);

        if (err)
            return err;
    }
    return ERR_OK;
}
