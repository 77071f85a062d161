/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in devicetrees: #address-cells, #size-cells, reg and ranges.
 * Source: Devicetree Specification 0.4, 2.3.5 to 2.3.8. */
#ifndef ELFMON_MM_FDT_BUS_H
#define ELFMON_MM_FDT_BUS_H

#include <stdbool.h>

#include "monitor/base/range.h"
#include "monitor/base/reader.h"

/** How a node's children give addresses, and what these mean to its parent. */
struct fdt_bus {
    const struct fdt_bus *parent; /* NULL for the root, whose addresses are the CPU's */
    uint8_t address_cells;        /* up to 2; FDT_BUS_OTHER where this cannot be a plain address */
    uint8_t size_cells;
    struct bytes ranges; /* data NULL: children have no address on the parent's bus */
};

enum { FDT_BUS_OTHER = 255 };

/** A cell count property; @fallback where @value is absent. */
uint8_t fdt_bus_cells(struct bytes value, uint8_t fallback);

/** The number in the @cells (1 or 2) cells at @offset of @value. ERR_TRUNCATED, ERR_UNSUPPORTED. */
int fdt_bus_number(struct bytes value, uint64_t offset, unsigned cells, uint64_t *out);

/**
 * Entry @index of the `reg` of a child of @bus, as that bus counts. ERR_NOTFOUND behind the last,
 * ERR_UNSUPPORTED where this is no plain address, ERR_RANGE where it wraps.
 */
int fdt_bus_reg(const struct fdt_bus *bus, struct bytes reg, unsigned index, struct range *out);

/** Turn a range on @bus into one of the CPU's. ERR_NOTFOUND where there is no such. */
int fdt_bus_translate(const struct fdt_bus *bus, struct range *r);

#endif
