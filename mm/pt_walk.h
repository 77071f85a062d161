/* SPDX-License-Identifier: Apache-2.0 */
/* Software walk over VMSAv8-64 tables, and decoding of descriptors. Reads tables through a
 * callback, so that the same code walks live tables, built tables and a test's arrays. */
#ifndef ELFMON_MM_PT_WALK_H
#define ELFMON_MM_PT_WALK_H

#include <stdbool.h>

#include "monitor/base/range.h"

/** Reads the descriptor at physical address @pa into *@out; an error ends the walk with it. */
typedef int (*pt_read_fn)(void *context, paddr_t pa, uint64_t *out);

struct pt_view {
    pt_read_fn read;
    void *context;
    paddr_t root;
    bool el2;
    bool upper;
};

enum pt_entry_kind { PT_INVALID, PT_TABLE, PT_BLOCK, PT_PAGE };

/** One level's look-up. */
struct pt_step {
    unsigned level; /* 0..3 */
    paddr_t entry;  /* where the descriptor lies */
    uint64_t descriptor;
    enum pt_entry_kind kind;
};

struct pt_walk {
    unsigned step_count; /* 1..4 */
    struct pt_step steps[4];
    bool mapped;
    paddr_t pa;          /* of the byte asked for, where mapped */
    uint64_t block_size; /* 4 KiB, 2 MiB or 1 GiB, where mapped */
};

/** Attributes of a leaf descriptor, decoded. */
struct pt_leaf {
    unsigned attr_index; /* MAIR slot */
    bool writable, executable, user, access_flag;
    unsigned shareability; /* SH: 0 non, 2 outer, 3 inner */
};

/** Translate @va. ERR_RANGE where it is no address of this half; an unmapped @va is no error. */
int pt_walk(const struct pt_view *view, vaddr_t va, struct pt_walk *out);

/**
 * Decode a block or page descriptor. Hierarchical attributes of the tables above it (APTable,
 * PXNTable, UXNTable), which the builder never sets, are not applied.
 */
void pt_leaf_decode(uint64_t descriptor, bool el2, struct pt_leaf *out);

/** "non-shareable", "outer" or "inner", of a descriptor's or PAR_EL1's SH field. */
const char *pt_sharing_name(unsigned shareability);

/** "Normal WB, RWX, inner, AF" and the like, for @out of @size bytes (48 hold all of them). */
void pt_leaf_describe(const struct pt_leaf *leaf, char *out, unsigned size);

/** A run of neighbouring leaves with one attribute set and a constant va - pa. */
struct pt_run {
    vaddr_t va;
    paddr_t pa;
    uint64_t size;
    struct pt_leaf leaf;
};

/**
 * Call @visit for every merged run, ascending. A non-zero return of @visit ends the scan and is
 * returned. Errors of view->read likewise.
 */
int pt_runs(const struct pt_view *view, int (*visit)(void *context, const struct pt_run *run),
            void *context);

#endif
