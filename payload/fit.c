/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit.h"

#include <inttypes.h>
#include <string.h>

#include <libfdt.h>

#include "monitor/base/bits.h"
#include "monitor/base/range.h"
#include "monitor/base/text.h"
#include "payload/fit_image.h"
#include "payload/fit_names.h"
#include "payload/fit_props.h"

enum { NOT_THERE = -1 };

/* A node below /images. */
struct candidate {
    const char *name; /* in the tree; printable, fits into struct fit_image */
    int node;
    bool is_added; /* to fit->images */
};

/* What fit_open's steps share. */
struct opener {
    const void *tree; /* checked */
    struct fit *fit;
    struct diag *d;
    bool has_configs;
    unsigned candidate_count;
    struct candidate candidates[FIT_IMAGES_MAX];
};

/* What fdt_check_full found, which answers with -@error. */
static const char *damage(int error)
{
    static const uint8_t errors[] = {FDT_ERR_TRUNCATED, FDT_ERR_BADSTRUCTURE, FDT_ERR_BADOFFSET};

    return text_name(errors, sizeof(errors), (unsigned)error,
                     "it ends too early\0its structure is wrong\0an offset is wrong\0"
                     "its header is wrong");
}

/* Make sure that libfdt can walk the tree at the start of @blob. */
static int check_tree(struct bytes blob, struct diag *d)
{
    uint32_t magic = 0;
    int err;

    if (bytes_be32(blob, 0, &magic) || magic != FDT_MAGIC)
        return diag_set(d, ERR_FORMAT, "not a FIT: it does not begin with d0 0d fe ed");
    if (!is_aligned((uintptr_t)blob.data, sizeof(uint64_t)))
        return diag_set(d, ERR_ALIGN, "FIT at 0x%" PRIx64 ": the address is not a multiple of 8",
                        bytes_range(blob).start);
    if (blob.size < sizeof(struct fdt_header) || fdt_totalsize(blob.data) > blob.size)
        return diag_set(d, ERR_TRUNCATED, "the FIT's tree is longer than the %zu bytes there are",
                        blob.size);
    if (fdt_version(blob.data) < 17 || fdt_last_comp_version(blob.data) > 17)
        return diag_set(d, ERR_UNSUPPORTED, "the FIT's tree has version %" PRIu32 ", not 17",
                        fdt_version(blob.data));
    if (!is_aligned(fdt_off_dt_struct(blob.data), sizeof(uint32_t)) ||
        !is_aligned(fdt_off_mem_rsvmap(blob.data), sizeof(uint64_t)))
        return diag_set(d, ERR_ALIGN,
                        "the FIT's tree has misaligned blocks at 0x%" PRIx32 " and 0x%" PRIx32,
                        fdt_off_dt_struct(blob.data), fdt_off_mem_rsvmap(blob.data));
    err = fdt_check_full(blob.data, fdt_totalsize(blob.data));
    if (err)
        return diag_set(d, ERR_FORMAT, "the FIT's tree is damaged: %s", damage(-err));
    return ERR_OK;
}

/* True where @a and @b are one name, or one is the other without its unit address: some readers
 * take "kernel@1" for "kernel", so that it matters who reads. */
static bool is_ambiguous(const char *a, const char *b)
{
    size_t a_bytes = strcspn(a, "@"), b_bytes = strcspn(b, "@");

    if (strcmp(a, b) == 0)
        return true;
    return a_bytes == b_bytes && memcmp(a, b, a_bytes) == 0 && (!a[a_bytes] || !b[b_bytes]);
}

/* The one child of @parent called @name, into @out; NOT_THERE where there is none. */
static int find_child(const void *tree, int parent, const char *name, int *out, struct diag *d)
{
    int child;

    *out = NOT_THERE;
    fdt_for_each_subnode (child, tree, parent) {
        const char *found = fdt_get_name(tree, child, NULL);

        if (strcmp(found, name) == 0 && *out == NOT_THERE)
            *out = child;
        else if (is_ambiguous(found, name))
            return diag_set(d, ERR_FORMAT, "two nodes are called %s", name);
    }
    return ERR_OK;
}

static int add_candidate(struct opener *o, int node)
{
    const char *name = fdt_get_name(o->tree, node, NULL);
    char copy[FIT_NAME_BYTES];

    if (o->candidate_count == FIT_IMAGES_MAX)
        return diag_set(o->d, ERR_NOMEM, "more than %d images", FIT_IMAGES_MAX);
    if (fit_props_copy(copy, sizeof(copy), name, strlen(name)))
        return diag_set(o->d, ERR_RANGE,
                        "the name of image %u is longer than %d characters or not printable",
                        o->candidate_count + 1, FIT_NAME_BYTES - 1);
    for (unsigned i = 0; i < o->candidate_count; i++)
        if (is_ambiguous(name, o->candidates[i].name))
            return diag_set(o->d, ERR_FORMAT, "images %s and %s cannot be told apart",
                            o->candidates[i].name, name);
    o->candidates[o->candidate_count++] = (struct candidate){name, node, false};
    return ERR_OK;
}

static int list_candidates(struct opener *o)
{
    int images, node, err = find_child(o->tree, 0, FIT_NODE_IMAGES, &images, o->d);

    if (err)
        return err;
    if (images == NOT_THERE)
        return diag_set(o->d, ERR_FORMAT, "not a FIT: no node /" FIT_NODE_IMAGES);
    fdt_for_each_subnode (node, o->tree, images) {
        err = add_candidate(o, node);
        if (err)
            return err;
    }
    if (o->candidate_count == 0)
        return diag_set(o->d, ERR_FORMAT, "no image in the FIT");
    return ERR_OK;
}

/* Compare with the images before: no byte twice. */
static int check_disjoint(const struct opener *o, const struct fit_image *image)
{
    const uint8_t *base = o->fit->blob.data;
    uint64_t start = (uint64_t)(image->data.data - base);

    for (const struct fit_image *other = o->fit->images; other < image; other++) {
        uint64_t other_start = (uint64_t)(other->data.data - base);

        if (range_overlaps((struct range){start, start + image->data.size},
                           (struct range){other_start, other_start + other->data.size}))
            return diag_set(o->d, ERR_OVERLAP,
                            "image %s: data at 0x%" PRIx64 " overlaps image %s at 0x%" PRIx64,
                            image->name, start, other->name, other_start);
    }
    return ERR_OK;
}

/* Read the image @c into the next place of fit->images; FIT_OTHER: its own type tells the role. */
static int add_image(struct opener *o, struct candidate *c, enum fit_role role)
{
    struct fit_image *image = &o->fit->images[o->fit->image_count];
    int err = fit_image_read(o->fit, c->node, image, o->d);

    if (!err)
        err = check_disjoint(o, image);
    if (err)
        return err;
    image->role = role == FIT_OTHER ? fit_image_role(image) : role;
    o->fit->image_count++;
    c->is_added = true;
    return ERR_OK;
}

/* A property of a configuration that names images, and what it makes of them. */
static const struct naming {
    const char *property;
    enum fit_role role; /* FIT_OTHER: as the image's own type says */
    bool is_list;
} namings[] = {
    {FIT_PROP_KERNEL, FIT_KERNEL, false},  {FIT_PROP_FDT, FIT_DTB, false},
    {FIT_PROP_RAMDISK, FIT_INITRD, false}, {FIT_PROP_SCRIPT, FIT_SCRIPT, false},
    {FIT_PROP_LOADABLES, FIT_OTHER, true},
};

/* There is no image called @name, which comes from @naming's property as it is. */
static int refuse_name(const struct opener *o, const struct naming *naming, const char *name)
{
    char printable[FIT_NAME_BYTES];

    if (fit_props_copy(printable, sizeof(printable), name, strlen(name)))
        strcpy(printable, "with such a name");
    return diag_set(o->d, ERR_NOTFOUND, "configuration %s: no image %s, as %s wants",
                    o->fit->config, printable, naming->property);
}

/* Add the image called @name, which @naming gives its role. */
static int add_named(struct opener *o, const struct naming *naming, const char *name)
{
    for (unsigned i = 0; i < o->candidate_count; i++) {
        struct candidate *c = &o->candidates[i];

        if (strcmp(c->name, name) != 0)
            continue;
        if (c->is_added)
            return diag_set(o->d, ERR_FORMAT, "configuration %s: names image %s twice",
                            o->fit->config, name);
        return add_image(o, c, naming->role);
    }
    return refuse_name(o, naming, name);
}

/* Add the images in @list, strings one behind the other. */
static int add_list(struct opener *o, const struct naming *naming, struct bytes list)
{
    const char *name = (const char *)list.data, *end;

    if (!name)
        return ERR_OK;
    end = name + list.size;
    if (list.size == 0 || end[-1] != '\0')
        return diag_set(o->d, ERR_FORMAT, "configuration %s: %s is not NUL-terminated",
                        o->fit->config, naming->property);
    if (!naming->is_list && name + strlen(name) + 1 != end)
        return diag_set(o->d, ERR_UNSUPPORTED, "configuration %s: %s names more than one image",
                        o->fit->config, naming->property);
    for (; name < end; name += strlen(name) + 1) {
        int err = add_named(o, naming, name);

        if (err)
            return err;
    }
    return ERR_OK;
}

static int read_config(struct opener *o, int node)
{
    struct fit_settings *s = &o->fit->settings;
    struct bytes lists[FIT_COUNT_OF(namings)] = {{NULL, 0}};
    struct fit_rule rules[FIT_COUNT_OF(namings) + 5] = {
        {FIT_PROP_BOOTARGS, FIT_STRING, &s->bootargs, 0},
        {FIT_PROP_AUTOBOOT, FIT_SECONDS, &s->autoboot_seconds, INT32_MAX},
        {FIT_PROP_IDLE_BOOT, FIT_SECONDS, &s->idle_boot_seconds, INT32_MAX},
        {FIT_PROP_APP_OFFSET, FIT_SIZE, &s->app_offset, 0},
        {FIT_PROP_STOP_KEY, FIT_TEXT, s->stop_key, sizeof(s->stop_key)},
    };
    uint32_t seen;
    int err;

    for (size_t i = 0; i < FIT_COUNT_OF(namings); i++)
        rules[5 + i] = (struct fit_rule){namings[i].property, FIT_RAW, &lists[i], 0};
    err = fit_props_read(o->tree, node, rules, FIT_COUNT_OF(rules), &seen, o->d);
    for (size_t i = 0; !err && i < FIT_COUNT_OF(namings); i++)
        err = add_list(o, &namings[i], lists[i]);
    return err;
}

/* The name of the configuration to read, into fit->config: @wanted, or the default one. */
static int choose_config(const struct opener *o, int configs, const char *wanted)
{
    struct fit *fit = o->fit;
    const struct fit_rule rule = {FIT_PROP_DEFAULT, FIT_TEXT, fit->config, sizeof(fit->config)};
    uint32_t seen;
    int err;

    if (wanted && fit_props_copy(fit->config, sizeof(fit->config), wanted, strlen(wanted)))
        return diag_set(o->d, ERR_NOTFOUND, "no configuration has a name of %zu characters",
                        strlen(wanted));
    if (wanted)
        return ERR_OK;
    err = fit_props_read(o->tree, configs, &rule, 1, &seen, o->d);
    if (!err && !seen)
        return diag_set(o->d, ERR_NOTFOUND, "no default configuration");
    return err;
}

/* Add what configuration @wanted, or the default one where @wanted is NULL, names. */
static int open_config(struct opener *o, const char *wanted)
{
    int configs, node, err = find_child(o->tree, 0, FIT_NODE_CONFIGS, &configs, o->d);

    if (err)
        return err;
    o->has_configs = configs != NOT_THERE;
    if (!o->has_configs && wanted)
        return diag_set(o->d, ERR_NOTFOUND, "no configuration %s: the FIT has none", wanted);
    if (!o->has_configs)
        return ERR_OK;
    err = choose_config(o, configs, wanted);
    if (!err)
        err = find_child(o->tree, configs, o->fit->config, &node, o->d);
    if (err)
        return err;
    if (node == NOT_THERE)
        return diag_set(o->d, ERR_NOTFOUND, "no configuration %s", o->fit->config);
    return read_config(o, node);
}

/* Add the images that the configuration does not name: they belong to others and have no role
 * here, unless there are no configurations. */
static int add_others(struct opener *o)
{
    for (unsigned i = 0; i < o->candidate_count; i++) {
        struct fit_image *image = &o->fit->images[o->fit->image_count];
        int err;

        if (o->candidates[i].is_added)
            continue;
        err = add_image(o, &o->candidates[i], FIT_OTHER);
        if (err)
            return err;
        if (o->has_configs)
            image->role = FIT_OTHER;
    }
    return ERR_OK;
}

static int open_tree(struct opener *o, const char *config)
{
    struct fit *fit = o->fit;
    const struct fit_rule rule = {FIT_PROP_DESCRIPTION, FIT_LABEL, fit->description,
                                  sizeof(fit->description)};
    uint32_t seen;
    int err = fit_props_read(o->tree, 0, &rule, 1, &seen, o->d);

    if (!err)
        err = list_candidates(o);
    if (!err)
        err = open_config(o, config);
    return err ? err : add_others(o);
}

bool fit_is_fit(struct bytes blob)
{
    int images;

    return check_tree(blob, NULL) == ERR_OK &&
           find_child(blob.data, 0, FIT_NODE_IMAGES, &images, NULL) == ERR_OK &&
           images != NOT_THERE;
}

int fit_open(struct bytes blob, const char *config, struct fit *out, struct diag *d)
{
    struct opener o = {.tree = blob.data, .fit = out, .d = d};
    int err;

    memset(out, 0, sizeof(*out));
    out->settings.autoboot_seconds = FIT_AUTOBOOT_DEFAULT;
    out->settings.idle_boot_seconds = -1;
    err = check_tree(blob, d);
    if (err)
        return err;
    out->blob = blob;
    out->tree_bytes = fdt_totalsize(blob.data);
    err = open_tree(&o, config);
    if (err)
        out->image_count = 0;
    return err;
}

static int compare(const struct fit_image *image, enum digest_algo algo, struct diag *d)
{
    const struct sha256 *recorded = &image->digests[algo];
    size_t size = digest_bytes(algo);
    const char *more = size > sizeof(uint64_t) ? "..." : "";
    char found_hex[SHA256_HEX_BYTES], recorded_hex[SHA256_HEX_BYTES];
    struct sha256 found;

    digest_make(algo, image->data, &found);
    if (memcmp(&found, recorded, size) == 0)
        return ERR_OK;
    digest_hex(algo, &found, found_hex);
    digest_hex(algo, recorded, recorded_hex);
    return diag_set(d, ERR_DIGEST, "image %s: its %s is %.16s%s, recorded is %.16s%s", image->name,
                    digest_name(algo), found_hex, more, recorded_hex, more);
}

int fit_verify(const struct fit_image *image, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned algo = 0; algo < DIGEST_ALGO_COUNT && !err; algo++) {
        if (image->recorded & BIT(algo))
            err = compare(image, (enum digest_algo)algo, d);
    }
    if (!image->recorded && image->unknown_hash[0])
        return diag_set(d, ERR_UNSUPPORTED,
                        "image %s: its %s cannot be checked, only crc32, sha1 and sha256 can",
                        image->name, image->unknown_hash);
    return err;
}

bool fit_config_name(const struct fit *fit, unsigned index, char name[FIT_NAME_BYTES])
{
    const void *tree = fit->blob.data;
    int configs = NOT_THERE, node;

    if (!tree || find_child(tree, 0, FIT_NODE_CONFIGS, &configs, NULL) || configs == NOT_THERE)
        return false;
    fdt_for_each_subnode (node, tree, configs) {
        const char *found = fdt_get_name(tree, node, NULL);

        if (index-- > 0)
            continue;
        if (fit_props_copy(name, FIT_NAME_BYTES, found, strlen(found)))
            (void)text_copy(name, FIT_NAME_BYTES, "?");
        return true;
    }
    return false;
}

const struct fit_image *fit_find(const struct fit *fit, enum fit_role role)
{
    for (unsigned i = 0; i < fit->image_count; i++)
        if (fit->images[i].role == role)
            return &fit->images[i];
    return NULL;
}
