/* SPDX-License-Identifier: Apache-2.0 */
/* A whole devicetree, checked and counted in one pass: what must be known about it before there is
 * room for the tables that it fills. */
#ifndef ELFMON_MM_FDT_OUTLINE_H
#define ELFMON_MM_FDT_OUTLINE_H

#include "mm/fdt_scan.h"
#include "mm/machine.h"

/** Children of the root, from the first of a kind to the last: offsets in the structure block. */
struct fdt_span {
    uint32_t start, end; /* equal: there is none */
};

struct fdt_outline {
    struct bytes blob;        /* the DTB as it lies there, cut to its total size */
    struct fdt_scan scan;     /* opened, at the root */
    uint32_t used;            /* bytes of @blob in use, to which fdt_mem_copy can pack it */
    struct machine_size size; /* that the lists of its machine need at most */
    size_t path_bytes;        /* of the longest path to a node with reg; @size has them too */
    uint8_t address_cells, size_cells;        /* of the root's children */
    struct fdt_span memory, reserved, chosen; /* memory nodes, /reserved-memory, /chosen */
};

/**
 * Check a whole DTB that lies in @blob (which may be larger than it), as fdt_mem_check does, and
 * fill in @out. The same errors.
 */
int fdt_outline_read(struct bytes blob, struct fdt_outline *out, struct diag *d);

/** The bytes of the blocks that @s has found, and of a header. */
uint32_t fdt_outline_used(const struct fdt_scan *s);

#endif
