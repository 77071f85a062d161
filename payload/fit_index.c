/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit_index.h"

#include <stdbool.h>
#include <string.h>

#include "payload/fit.h"
#include "payload/fit_props.h"
#include "payload/fit_tree.h"

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

/* True where @slot has @part of @key, which it means by @meaning. */
static bool is_in(const struct fit_index *index, const struct fit_index_slot *slot,
                  const struct key *key, const struct part *part, uint32_t meaning)
{
    const char *name = fit_tree_name(index->tree, (int)(slot->node & ~BASE));

    return slot->hash == part->hash && (slot->node & BASE) == meaning &&
           strncmp(name, key->name, part->bytes) == 0 &&
           name[part->bytes] == (meaning == BASE ? '@' : '\0');
}

/* The slot that @part of @key has, or the free one that it would get. */
static unsigned probe(const struct fit_index *index, const struct key *key, const struct part *part,
                      uint32_t meaning)
{
    unsigned i = (part->hash ^ part->hash >> 16) % FIT_INDEX_SLOTS;

    while (index->slots[i].node && !is_in(index, &index->slots[i], key, part, meaning))
        i = (i + 1) % FIT_INDEX_SLOTS;
    return i;
}

/* The node in the slot for @part of @key; 0: there is none. */
static uint32_t look_up(const struct fit_index *index, const struct key *key,
                        const struct part *part, uint32_t meaning)
{
    return index->slots[probe(index, key, part, meaning)].node;
}

static int check(const struct fit_index *index, const struct key *key, struct diag *d)
{
    uint32_t other = look_up(index, key, &key->whole, WHOLE);

    if (!other)
        other = key->has_unit ? look_up(index, key, &key->base, WHOLE)
                              : look_up(index, key, &key->whole, BASE);
    if (other)
        return diag_set(d, ERR_FORMAT, "images %s and %s cannot be told apart",
                        fit_tree_name(index->tree, (int)(other & ~BASE)), key->name);
    return ERR_OK;
}

static void put(struct fit_index *index, const struct key *key, const struct part *part,
                uint32_t meaning, int node)
{
    struct fit_index_slot *slot = &index->slots[probe(index, key, part, meaning)];

    if (!slot->node) {
        *slot = (struct fit_index_slot){part->hash, (uint32_t)node | meaning};
        index->used++;
    }
}

void fit_index_init(struct fit_index *index, const void *tree)
{
    memset(index, 0, sizeof(*index));
    index->tree = tree;
    index->rest = FIT_TREE_NONE;
}

int fit_index_add(struct fit_index *index, int node, struct diag *d)
{
    struct key key;
    int err;

    if (index->rest != FIT_TREE_NONE)
        return ERR_OK;
    if (index->used >= FILL_MAX) {
        index->rest = node;
        return ERR_OK;
    }
    index->image_count++;
    if (make_key(fit_tree_name(index->tree, node), &key))
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
        return FIT_TREE_NONE;
    slot = look_up(index, &key, &key.whole, WHOLE);
    if (slot)
        return (int)slot;
    while (node != FIT_TREE_NONE && strcmp(fit_tree_name(index->tree, node), name) != 0)
        node = fit_tree_next(index->tree, node);
    return node;
}

/* Compare the images from index->rest on with the block before them. */
static int check_rest(const struct fit_index *index, struct diag *d)
{
    int err = ERR_OK;

    for (int node = index->rest; node != FIT_TREE_NONE && !err;
         node = fit_tree_next(index->tree, node)) {
        struct key key;

        if (make_key(fit_tree_name(index->tree, node), &key) ==
            ERR_OK) /* else its own block refuses it */
            err = check(index, &key, d);
    }
    return err;
}

int fit_index_finish(struct fit_index *index, struct diag *d)
{
    int err = ERR_OK;

    while (index->rest != FIT_TREE_NONE && !err) {
        int node = index->rest;

        err = check_rest(index, d);
        memset(index->slots, 0, sizeof(index->slots));
        index->used = 0;
        index->rest = FIT_TREE_NONE;
        for (; node != FIT_TREE_NONE && index->rest == FIT_TREE_NONE && !err;
             node = fit_tree_next(index->tree, node))
            err = fit_index_add(index, node, d);
    }
    return err;
}
