/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit_index.h"

#include <stdbool.h>
#include <string.h>

#include <libfdt.h>

#include "payload/fit.h"
#include "payload/fit_props.h"

enum { FILL_MAX = FIT_INDEX_SLOTS / 4 * 3 };

/* How a slot is meant. Offsets of nodes are multiples of 4. */
#define WHOLE UINT32_C(0) /* by the whole name */
#define BASE  UINT32_C(1) /* by the name without its unit address: there is at least this one */

/* FNV-1a; source: draft-eastlake-fnv, "FNV-1a Hash" for 32 bits. */
#define HASH_BASIS UINT32_C(2166136261)
#define HASH_PRIME UINT32_C(16777619)

struct part {
    size_t bytes;
    uint32_t hash;
};

struct key {
    const char *name;
    struct part whole, base; /* base: what is before a unit address */
    bool has_unit;
};

static int make_key(const char *name, struct key *out)
{
    uint32_t hash = HASH_BASIS;
    size_t i;

    *out = (struct key){.name = name};
    for (i = 0; name[i]; i++) {
        if (i == FIT_NAME_BYTES - 1 || !fit_props_is_printable(name[i]))
            return ERR_RANGE;
        if (name[i] == '@' && !out->has_unit) {
            out->has_unit = true;
            out->base = (struct part){i, hash};
        }
        hash = (hash ^ (uint8_t)name[i]) * HASH_PRIME;
    }
    out->whole = (struct part){i, hash};
    return ERR_OK;
}

int fit_index_check_name(const char *name)
{
    struct key key;

    return make_key(name, &key);
}

static const char *name_in(const struct fit_index *index, uint32_t slot)
{
    return index->names + (slot & ~BASE);
}

/* The slot that @part of @key has, or the free one that it would get. */
static unsigned probe(const struct fit_index *index, const struct key *key, const struct part *part,
                      uint32_t meaning)
{
    char end = meaning == BASE ? '@' : '\0';
    unsigned i = (part->hash ^ part->hash >> 16) % FIT_INDEX_SLOTS;

    for (; index->slots[i]; i = (i + 1) % FIT_INDEX_SLOTS) {
        const char *name = name_in(index, index->slots[i]);

        if ((index->slots[i] & BASE) == meaning && strncmp(name, key->name, part->bytes) == 0 &&
            name[part->bytes] == end)
            break;
    }
    return i;
}

static int check(const struct fit_index *index, const struct key *key, struct diag *d)
{
    uint32_t other = index->slots[probe(index, key, &key->whole, WHOLE)];

    if (!other)
        other = key->has_unit ? index->slots[probe(index, key, &key->base, WHOLE)]
                              : index->slots[probe(index, key, &key->whole, BASE)];
    if (other)
        return diag_set(d, ERR_FORMAT, "images %s and %s cannot be told apart",
                        name_in(index, other), key->name);
    return ERR_OK;
}

static void put(struct fit_index *index, const struct key *key, const struct part *part,
                uint32_t meaning, int node)
{
    unsigned i = probe(index, key, part, meaning);

    if (!index->slots[i]) {
        index->slots[i] = (uint32_t)node | meaning;
        index->used++;
    }
}

void fit_index_init(struct fit_index *index, const void *tree)
{
    memset(index, 0, sizeof(*index));
    index->tree = tree;
    index->names = (const char *)tree + fdt_off_dt_struct(tree) + FDT_TAGSIZE;
    index->rest = FIT_INDEX_NONE;
}

int fit_index_add(struct fit_index *index, int node, struct diag *d)
{
    struct key key;
    int err;

    if (index->rest != FIT_INDEX_NONE)
        return ERR_OK;
    if (index->used >= FILL_MAX) {
        index->rest = node;
        return ERR_OK;
    }
    index->image_count++;
    if (make_key(index->names + node, &key))
        return diag_set(d, ERR_RANGE,
                        "the name of image %u is longer than %d characters or not printable",
                        index->image_count, FIT_NAME_BYTES - 1);
    err = check(index, &key, d);
    if (err)
        return err;
    put(index, &key, &key.whole, WHOLE, node);
    if (key.has_unit)
        put(index, &key, &key.base, BASE, node);
    return ERR_OK;
}

int fit_index_find(const struct fit_index *index, const char *name)
{
    int node = index->rest;
    struct key key;
    uint32_t slot;

    if (make_key(name, &key))
        return FIT_INDEX_NONE;
    slot = index->slots[probe(index, &key, &key.whole, WHOLE)];
    if (slot)
        return (int)slot;
    while (node >= 0 && strcmp(index->names + node, name) != 0)
        node = fdt_next_subnode(index->tree, node);
    return node >= 0 ? node : FIT_INDEX_NONE;
}

/* Compare the images from index->rest on with the block before them. */
static int check_rest(const struct fit_index *index, struct diag *d)
{
    int err = ERR_OK;

    for (int node = index->rest; node >= 0 && !err; node = fdt_next_subnode(index->tree, node)) {
        struct key key;

        if (make_key(index->names + node, &key) == ERR_OK) /* else its own block refuses it */
            err = check(index, &key, d);
    }
    return err;
}

int fit_index_finish(struct fit_index *index, struct diag *d)
{
    int err = ERR_OK;

    while (index->rest != FIT_INDEX_NONE && !err) {
        int node = index->rest;

        err = check_rest(index, d);
        memset(index->slots, 0, sizeof(index->slots));
        index->used = 0;
        index->rest = FIT_INDEX_NONE;
        for (; node >= 0 && index->rest == FIT_INDEX_NONE && !err;
             node = fdt_next_subnode(index->tree, node))
            err = fit_index_add(index, node, d);
    }
    return err;
}
