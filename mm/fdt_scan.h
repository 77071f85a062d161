/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded scan over the tokens of a flattened devicetree: safe on any bytes, one pass, cheap.
 * Source: Devicetree Specification 0.4, chapter 5 "Flattened Devicetree (DTB) Format". */
#ifndef ELFMON_MM_FDT_SCAN_H
#define ELFMON_MM_FDT_SCAN_H

#include <stdbool.h>

#include "monitor/base/reader.h"

enum { FDT_SCAN_LEVELS = 32 }; /* of nodes within each other, the root included */

/** Where the blocks of a DTB lie, and how far the scan has got. */
struct fdt_scan {
    struct bytes structure;    /* in words of 4 bytes */
    struct bytes strings;      /* NUL-terminated names throughout */
    struct bytes rsvmap;       /* with its terminating entry */
    uint32_t structure_offset; /* of the structure block in the DTB */
    uint32_t offset;           /* of the next token in the structure block */
    unsigned depth;            /* nodes open at that point */
    bool behind_node;          /* a subnode has ended: no property may follow */
};

/** One token. Names are NUL-terminated and made of the characters that dts allows. */
struct fdt_item {
    uint32_t tag;       /* FDT_BEGIN_NODE, FDT_PROP, FDT_END_NODE or FDT_END of libfdt's fdt.h */
    uint32_t offset;    /* of the token in the structure block: libfdt's node offset */
    const char *name;   /* of a node or property, else NULL */
    struct bytes value; /* of a property */
};

/**
 * Check the header, the memory reservation and strings blocks of the DTB in @blob (which may be
 * larger than it) and begin a scan at its root.
 * ERR_ALIGN, ERR_TRUNCATED, ERR_FORMAT or ERR_UNSUPPORTED with the reason in @d.
 */
int fdt_scan_open(struct bytes blob, struct fdt_scan *s, struct diag *d);

/** Begin again at the node at @offset, as libfdt or fdt_item.offset gives it. */
void fdt_scan_seek(struct fdt_scan *s, uint32_t offset);

/**
 * The next token but FDT_NOP. Nodes are balanced and at most FDT_SCAN_LEVELS deep, properties
 * precede subnodes, FDT_END comes when no node is open. The same errors as fdt_scan_open.
 */
int fdt_scan_next(struct fdt_scan *s, struct fdt_item *item, struct diag *d);

/** The first string of a property's value, or NULL where that is no text. */
const char *fdt_scan_text(struct bytes value);

/** True where that string is @expected. */
bool fdt_scan_is(struct bytes value, const char *expected);

#endif
