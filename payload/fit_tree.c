/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit_tree.h"

#include <stddef.h>
#include <string.h>

#include <libfdt.h>

#include "monitor/base/bits.h"

enum { TAG_BYTES = FDT_TAGSIZE };

static const uint8_t *structure(const void *tree)
{
    return (const uint8_t *)tree + fdt_off_dt_struct(tree);
}

static const char *strings(const void *tree)
{
    return (const char *)tree + fdt_off_dt_strings(tree);
}

/* Tags are aligned, as the block is and all that is between them. */
static uint32_t tag_at(const uint8_t *at)
{
    return fdt32_to_cpu(*(const fdt32_t *)at);
}

/* The bytes of the property at @at of @block; 0: it is damaged. */
static uint64_t property_bytes(const void *tree, struct bytes block, uint64_t at)
{
    uint32_t size, name;

    if (bytes_be32(block, at + offsetof(struct fdt_property, len), &size) ||
        bytes_be32(block, at + offsetof(struct fdt_property, nameoff), &name) ||
        name >= fdt_size_dt_strings(tree))
        return 0;
    return sizeof(struct fdt_property) + (uint64_t)size;
}

/* The bytes of the beginning of a node at @at of @block; 0: its name does not end. */
static uint64_t beginning_bytes(struct bytes block, uint64_t at)
{
    const uint8_t *name = block.data + at + TAG_BYTES;
    const uint8_t *end = memchr(name, '\0', block.size - at - TAG_BYTES);

    return end ? (uint64_t)(end - name) + TAG_BYTES + 1 : 0;
}

static int check_structure(const void *tree, struct bytes block)
{
    uint64_t bytes = 0;
    uint32_t tag;
    unsigned depth = 0;

    for (uint64_t at = 0; bytes_be32(block, at, &tag) == ERR_OK; at += align_up(bytes, TAG_BYTES)) {
        bytes = TAG_BYTES;
        if (tag == FDT_END)
            return at > 0 && depth == 0 ? 0 : -FDT_ERR_BADSTRUCTURE;
        if ((at > 0 || tag != FDT_BEGIN_NODE) && depth == 0 && tag != FDT_NOP)
            return -FDT_ERR_BADSTRUCTURE; /* what belongs to a node is in the root, which is one */
        if (tag == FDT_BEGIN_NODE) {
            depth++;
            bytes = beginning_bytes(block, at);
        } else if (tag == FDT_END_NODE) {
            depth--;
        } else if (tag == FDT_PROP) {
            bytes = property_bytes(tree, block, at);
        } else if (tag != FDT_NOP) {
            return -FDT_ERR_BADSTRUCTURE;
        }
        if (bytes == 0 || bytes > block.size - at || (at == 0 && bytes > TAG_BYTES + 1))
            return -FDT_ERR_BADSTRUCTURE; /* the root has no name */
    }
    return -FDT_ERR_TRUNCATED;
}

int fit_tree_check(const void *tree)
{
    uint32_t strings_bytes = fdt_size_dt_strings(tree);
    int err = fdt_check_header(tree);

    if (!err)
        err = fdt_num_mem_rsv(tree);
    if (err < 0)
        return err;
    if (strings_bytes && strings(tree)[strings_bytes - 1])
        return -FDT_ERR_TRUNCATED;
    return check_structure(tree, (struct bytes){structure(tree), fdt_size_dt_struct(tree)});
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
    *name = strings(tree) + fdt32_to_cpu(property->nameoff);
    *value = (struct bytes){(const uint8_t *)property->data, fdt32_to_cpu(property->len)};
    *at = (int)(tag - base);
    return true;
}
