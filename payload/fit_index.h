/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of a FIT's images, found by their hash: each has to differ from all others, and a
 * configuration names some. A table of fixed size for any number of images: it holds one block of
 * them at a time, so that each further block costs one more walk. Internal to the FIT reader.
 */
#ifndef ELFMON_PAYLOAD_FIT_INDEX_H
#define ELFMON_PAYLOAD_FIT_INDEX_H

#include <stdint.h>

#include "monitor/base/err.h"

enum { FIT_INDEX_SLOTS = 512 };

struct fit_index_slot {
    uint32_t hash;
    uint32_t node; /* 0: free; else in bit 0 how it is meant */
};

struct fit_index {
    const void *tree;
    unsigned image_count;
    unsigned used; /* slots */
    int rest;      /* the first image behind the block; FIT_TREE_NONE: none */
    struct fit_index_slot slots[FIT_INDEX_SLOTS];
};

/** @tree  passed fit_tree_check, and does not change */
void fit_index_init(struct fit_index *index, const void *tree);

/**
 * Add the image @node, in the order of the tree.
 * Returns ERR_OK; ERR_RANGE where its name is longer than FIT_NAME_BYTES allows or cannot be
 * printed; ERR_FORMAT where it cannot be told from one of its block before: they are equal, or one
 * is the other without its unit address. Some readers take "kernel@1" for "kernel", so that it
 * would matter who reads.
 */
int fit_index_add(struct fit_index *index, int node, struct diag *d);

/** The image called @name, or FIT_TREE_NONE. All have been added; before fit_index_finish. */
int fit_index_find(const struct fit_index *index, const char *name);

/** Compare what is behind the first block, too. Errors as of fit_index_add. */
int fit_index_finish(struct fit_index *index, struct diag *d);

/** ERR_RANGE where @name, of a node, is longer than FIT_NAME_BYTES allows or cannot be printed. */
int fit_index_check_name(const char *name);

#endif
