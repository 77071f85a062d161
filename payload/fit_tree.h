/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes and properties of a tree that was checked once, straight from its structure block. libfdt
 * checks each of them again with every step, and each character of a name.
 * Internal to the FIT reader. Source: Devicetree Specification 0.4, 5.4 "Structure Block".
 */
#ifndef ELFMON_PAYLOAD_FIT_TREE_H
#define ELFMON_PAYLOAD_FIT_TREE_H

#include <stdbool.h>

#include "monitor/base/reader.h"

enum { FIT_TREE_ROOT = 0, FIT_TREE_NONE = -1 };

/**
 * Make sure that fit_tree and libfdt can walk @tree, in one pass that ends for every input. What
 * passes here passes libfdt's fdt_check_full, too, which takes longer.
 * @tree  as long as its header says, which has magic, version and alignment right
 * Returns 0, or the negative of one of libfdt's errors.
 */
int fit_tree_check(const void *tree);

/** The first node below @node, or FIT_TREE_NONE. A node is its offset, as libfdt has it. */
int fit_tree_child(const void *tree, int node);

/** The node behind @node below the same one, or FIT_TREE_NONE. */
int fit_tree_next(const void *tree, int node);

const char *fit_tree_name(const void *tree, int node);

#define FIT_TREE_FOR_EACH(child, tree, node)                             \
    for ((child) = fit_tree_child(tree, node); (child) != FIT_TREE_NONE; \
         (child) = fit_tree_next(tree, child))

/**
 * Step to the next property of @node. False behind the last one.
 * @at  0 at the beginning
 */
bool fit_tree_property(const void *tree, int node, int *at, const char **name, struct bytes *value);

#endif
