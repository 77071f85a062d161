/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit_image.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/range.h"
#include "monitor/base/text.h"
#include "payload/fit_names.h"
#include "payload/fit_props.h"
#include "payload/fit_tree.h"

enum { DATA_ALIGN = 4, PA_BITS_MAX = 52, GIC_MAX = 3 };

/* Where the bytes of an image are said to be. */
struct placement {
    struct bytes data;
    uint64_t size, offset, position;
};

/* The rules of fit_image_read whose order matters, as bits of what has been seen. */
enum {
    SEEN_DATA = 1,
    SEEN_SIZE = 2,
    SEEN_OFFSET = 4,
    SEEN_POSITION = 8,
    SEEN_PLACEMENT = 0xf, /* any of the above */
    SEEN_FACTS = 0x1f0,   /* any of those for struct sel4_facts */
    SEEN_LOAD = 0x200,
    SEEN_ENTRY = 0x400,
};

static int place_external(const struct fit *fit, struct fit_image *image, const struct placement *p,
                          bool is_relative, struct diag *d)
{
    uint64_t tree_bytes = fit->tree_bytes, start = p->position;

    if (is_relative && checked_add(align_up(tree_bytes, DATA_ALIGN), p->offset, &start))
        return diag_set(d, ERR_RANGE, "image %s: data-offset 0x%" PRIx64 " passes 2^64",
                        image->name, p->offset);
    if (start < tree_bytes)
        return diag_set(d, ERR_OVERLAP,
                        "image %s: data at 0x%" PRIx64 " overlaps the tree of %" PRIu64 " bytes",
                        image->name, start, tree_bytes);
    if (bytes_sub(fit->blob, start, p->size, &image->data))
        return diag_set(d, ERR_TRUNCATED,
                        "image %s: bytes 0x%" PRIx64 "+0x%" PRIx64
                        " lie outside the FIT of %zu bytes",
                        image->name, start, p->size, fit->blob.size);
    return ERR_OK;
}

static int place_data(const struct fit *fit, struct fit_image *image, const struct placement *p,
                      uint32_t seen, struct diag *d)
{
    int err = ERR_OK;

    switch (seen & SEEN_PLACEMENT) {
    case SEEN_DATA:
        image->data = p->data;
        break;
    case SEEN_SIZE | SEEN_OFFSET:
        err = place_external(fit, image, p, true, d);
        break;
    case SEEN_SIZE | SEEN_POSITION:
        err = place_external(fit, image, p, false, d);
        break;
    default:
        return diag_set(d, ERR_FORMAT,
                        "image %s: needs either data, or data-size and one of data-offset and "
                        "data-position",
                        image->name);
    }
    if (!err && image->data.size == 0)
        return diag_set(d, ERR_FORMAT, "image %s: its data is empty", image->name);
    return err;
}

static int read_ram(struct fit_image *image, struct bytes pairs, struct diag *d)
{
    struct sel4_facts *facts = &image->facts;
    const size_t pair_bytes = 2 * sizeof(uint64_t);

    if (pairs.size % pair_bytes != 0 || pairs.size / pair_bytes > SEL4_RAM_MAX)
        return diag_set(d, ERR_FORMAT,
                        "image %s: " FIT_PROP_RAM
                        " has %zu bytes, not 16 for each of up to %d ranges",
                        image->name, pairs.size, SEL4_RAM_MAX);
    for (size_t at = 0; at < pairs.size; at += pair_bytes) {
        struct range *r = &facts->ram[facts->ram_count++];

        (void)bytes_be64(pairs, at, &r->start);
        (void)bytes_be64(pairs, at + sizeof(uint64_t), &r->end);
        if (r->start >= r->end)
            return diag_set(d, ERR_RANGE,
                            "image %s: " FIT_PROP_RAM " 0x%" PRIx64 "-0x%" PRIx64 " is not a range",
                            image->name, r->start, r->end);
    }
    return ERR_OK;
}

static int take_rules(struct fit_image *image, const char *protocol, uint32_t seen, struct diag *d)
{
    struct protocol_rules *rules = &image->rules;

    rules->protocol = protocol_find(protocol);
    if (*protocol && !rules->protocol)
        return diag_set(d, ERR_UNSUPPORTED, "image %s: " FIT_PROP_PROTOCOL " %s is not known",
                        image->name, protocol);
    rules->has_load = seen & SEEN_LOAD;
    if (!(seen & SEEN_ENTRY))
        rules->entry = rules->load;
    return ERR_OK;
}

static int read_properties(const struct fit *fit, int node, struct fit_image *image, struct diag *d)
{
    struct placement p = {{NULL, 0}, 0, 0, 0};
    struct bytes ram = {NULL, 0};
    struct sel4_facts *facts = &image->facts;
    struct protocol_rules *rules = &image->rules;
    char protocol[FIT_WORD_BYTES] = "";
    const struct fit_rule list[] = {
        {FIT_PROP_DATA, FIT_RAW, &p.data, 0}, /* down to entry in the order of SEEN_* */
        {FIT_PROP_DATA_SIZE, FIT_SIZE, &p.size, 0},
        {FIT_PROP_DATA_OFFSET, FIT_SIZE, &p.offset, 0},
        {FIT_PROP_DATA_POSITION, FIT_SIZE, &p.position, 0},
        {FIT_PROP_EL, FIT_COUNT, &facts->el, 2},
        {FIT_PROP_CORES, FIT_COUNT, &facts->core_count, SEL4_CORES_MAX},
        {FIT_PROP_PA_BITS, FIT_COUNT, &facts->pa_bits, PA_BITS_MAX},
        {FIT_PROP_GIC, FIT_COUNT, &facts->gic_version, GIC_MAX},
        {FIT_PROP_RAM, FIT_RAW, &ram, 0},
        {FIT_PROP_LOAD, FIT_SIZE, &rules->load, 0},
        {FIT_PROP_ENTRY, FIT_SIZE, &rules->entry, 0},
        {FIT_PROP_STACK, FIT_SIZE, &rules->stack_bytes, 0},
        {FIT_PROP_ENTER_EL, FIT_COUNT, &rules->el, 2},
        {FIT_PROP_PROTOCOL, FIT_TEXT, protocol, sizeof(protocol)},
        {FIT_PROP_DESCRIPTION, FIT_LABEL, image->description, sizeof(image->description)},
        {FIT_PROP_TYPE, FIT_TEXT, image->type, sizeof(image->type)},
        {FIT_PROP_OS, FIT_TEXT, image->os, sizeof(image->os)},
        {FIT_PROP_COMPRESSION, FIT_TEXT, image->compression, sizeof(image->compression)},
    };
    uint32_t seen;
    int err;

    strcpy(image->compression, FIT_COMPRESSION_NONE);
    err = fit_props_read(fit->blob.data, node, list, FIT_COUNT_OF(list), &seen, d);
    if (!err)
        err = take_rules(image, protocol, seen, d);
    if (!err)
        err = place_data(fit, image, &p, seen, d);
    if (!err)
        err = read_ram(image, ram, d);
    facts->is_sel4 = (seen & SEEN_FACTS) != 0;
    return err;
}

/* Take @value, by the algorithm called @name. */
static int take_hash(struct fit_image *image, const char *name, struct bytes value, struct diag *d)
{
    int algo = digest_find(name);
    size_t bytes;

    if (algo < 0) {
        (void)text_copy(image->unknown_hash, sizeof(image->unknown_hash), name);
        return ERR_OK;
    }
    bytes = digest_bytes((enum digest_algo)algo);
    if (image->recorded & BIT(algo))
        return diag_set(d, ERR_FORMAT, "image %s: more than one %s", image->name, name);
    if (value.size != bytes)
        return diag_set(d, ERR_FORMAT, "image %s: its %s has %zu bytes, not %zu", image->name, name,
                        value.size, bytes);
    memcpy(&image->digests[algo], value.data, bytes);
    image->recorded |= (unsigned)BIT(algo);
    return ERR_OK;
}

enum { SEEN_ALGO = 4 }; /* of read_subnode's rules */

/* Only hashes are taken; signatures and the like are ignored. */
static int read_subnode(const struct fit *fit, int node, struct fit_image *image, struct diag *d)
{
    const char *name = fit_tree_name(fit->blob.data, node);
    bool is_hash = strncmp(name, FIT_NODE_HASH, strlen(FIT_NODE_HASH)) == 0;
    char algo[FIT_WORD_BYTES] = "";
    struct bytes value = {NULL, 0}, data;
    const struct fit_rule rules[] = {
        {FIT_PROP_DATA, FIT_RAW, &data, 0},
        {FIT_PROP_DATA_SIZE, FIT_RAW, &data, 0},
        {FIT_PROP_ALGO, FIT_TEXT, algo, sizeof(algo)}, /* this and the next: hashes only */
        {FIT_PROP_VALUE, FIT_RAW, &value, 0},
    };
    uint32_t seen;
    int err = fit_props_read(fit->blob.data, node, rules, is_hash ? 4 : 2, &seen, d);

    if (!err && seen & (SEEN_DATA | SEEN_SIZE))
        return diag_set(d, ERR_FORMAT, "image %s: another image is nested in it", image->name);
    if (!err && is_hash && !(seen & SEEN_ALGO))
        return diag_set(d, ERR_FORMAT, "image %s: %s has no " FIT_PROP_ALGO, image->name, name);
    if (!err && is_hash)
        err = take_hash(image, algo, value, d);
    return err;
}

static int read_subnodes(const struct fit *fit, int node, struct fit_image *image, struct diag *d)
{
    int sub;

    FIT_TREE_FOR_EACH (sub, fit->blob.data, node) {
        int err = read_subnode(fit, sub, image, d);

        if (err)
            return err;
    }
    return ERR_OK;
}

int fit_image_apart(const struct fit *fit, const struct fit_image *image, struct bytes data,
                    const char *other, struct diag *d)
{
    uint64_t start = (uint64_t)(image->data.data - fit->blob.data);
    uint64_t other_start = (uint64_t)(data.data - fit->blob.data);

    if (!range_overlaps((struct range){start, start + image->data.size},
                        (struct range){other_start, other_start + data.size}))
        return ERR_OK;
    return diag_set(d, ERR_OVERLAP,
                    "image %s: data at 0x%" PRIx64 " overlaps image %s at 0x%" PRIx64, image->name,
                    start, other, other_start);
}

static int check_apart(const struct fit *fit, const struct fit_image *image, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned role = 0; role < FIT_OTHER && !err; role++) {
        const struct fit_image *other = fit_find(fit, (enum fit_role)role);

        if (other)
            err = fit_image_apart(fit, image, other->data, other->name, d);
    }
    return err;
}

int fit_image_read(const struct fit *fit, int node, struct fit_image *image, struct diag *d)
{
    const char *name = fit_tree_name(fit->blob.data, node);
    int err;

    memset(image, 0, sizeof(*image));
    (void)fit_props_copy(image->name, sizeof(image->name), name, strlen(name));
    image->role = FIT_OTHER;
    image->node = node;
    err = read_properties(fit, node, image, d);
    if (!err)
        err = read_subnodes(fit, node, image, d);
    return err ? err : check_apart(fit, image, d);
}

bool fit_image_is_used(const struct fit *fit, int node)
{
    for (unsigned role = 0; role < FIT_OTHER; role++) {
        const struct fit_image *image = fit_find(fit, (enum fit_role)role);

        if (image && image->node == node)
            return true;
    }
    return false;
}

enum fit_role fit_image_role(const struct fit_image *image)
{
    static const struct {
        char type[sizeof(FIT_TYPE_KERNEL_NOLOAD)];
        enum fit_role role;
    } roles[] = {
        {FIT_TYPE_DTB, FIT_DTB},
        {FIT_TYPE_INITRD, FIT_INITRD},
        {FIT_TYPE_SCRIPT, FIT_SCRIPT},
        {FIT_TYPE_KERNEL, FIT_KERNEL},
        {FIT_TYPE_KERNEL_NOLOAD, FIT_KERNEL},
    };

    if (strncmp(image->name, FIT_IMAGE_APP, strlen(FIT_IMAGE_APP)) == 0 ||
        (strcmp(image->type, FIT_TYPE_STANDALONE) == 0 && strcmp(image->os, FIT_OS_SEL4) == 0))
        return FIT_APP;
    for (size_t i = 0; i < FIT_COUNT_OF(roles); i++)
        if (strcmp(image->type, roles[i].type) == 0)
            return roles[i].role;
    return FIT_OTHER;
}
