/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit_tree.h"

#include <string.h>

#include <libfdt.h>

#include "monitor/base/bits.h"

enum { TAG_BYTES = FDT_TAGSIZE };

static const uint8_t *structure(const void *tree)
{
    return (const uint8_t *)tree + fdt_off_dt_struct(tree);
}

/* Tags are aligned, as the block is and all that is between them. */
static uint32_t tag_at(const uint8_t *at)
{
    return fdt32_to_cpu(*(const fdt32_t *)at);
}

const char *fit_tree_name(const void *tree, int node)
{
    return (const char *)structure(tree) + node + TAG_BYTES;
}

/* The tag behind the one at @at and what belongs to it. */
static const uint8_t *behind(const uint8_t *at)
{
    const struct fdt_property *property = (const struct fdt_property *)at;

    switch (tag_at(at)) {
    case FDT_BEGIN_NODE:
        at += TAG_BYTES;
        return at + align_up(strlen((const char *)at) + 1, TAG_BYTES);
    case FDT_PROP:
        return at + sizeof(*property) + align_up(fdt32_to_cpu(property->len), TAG_BYTES);
    default:
        return at + TAG_BYTES;
    }
}

/* The first node behind the beginning of @node that is @depth levels above what is in there. */
static int find_node(const void *tree, int node, unsigned depth)
{
    const uint8_t *base = structure(tree), *at = base + node;

    for (;;) {
        at = behind(at);
        switch (tag_at(at)) {
        case FDT_BEGIN_NODE:
            if (depth == 0)
                return (int)(at - base);
            depth++;
            break;
        case FDT_END_NODE:
            if (depth == 0)
                return FIT_TREE_NONE;
            depth--;
            break;
        case FDT_END:
            return FIT_TREE_NONE;
        default:
            break;
        }
    }
}

int fit_tree_child(const void *tree, int node)
{
    return find_node(tree, node, 0);
}

int fit_tree_next(const void *tree, int node)
{
    return find_node(tree, node, 1);
}

bool fit_tree_property(const void *tree, int node, int *at, const char **name, struct bytes *value)
{
    const uint8_t *base = structure(tree), *tag = behind(base + (*at ? *at : node));
    const struct fdt_property *property;

    while (tag_at(tag) == FDT_NOP)
        tag = behind(tag);
    if (tag_at(tag) != FDT_PROP)
        return false;
    property = (const struct fdt_property *)tag;
    *name = (const char *)tree + fdt_off_dt_strings(tree) + fdt32_to_cpu(property->nameoff);
    *value = (struct bytes){(const uint8_t *)property->data, fdt32_to_cpu(property->len)};
    *at = (int)(tag - base);
    return true;
}
