/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit_open.h"

#include <inttypes.h>
#include <string.h>

#include <libfdt.h>

#include "monitor/base/bits.h"
#include "monitor/base/range.h"
#include "monitor/base/text.h"
#include "payload/fit_image.h"
#include "payload/fit_index.h"
#include "payload/fit_names.h"
#include "payload/fit_props.h"
#include "payload/fit_tree.h"

/* What fit_open's steps share. */
struct opener {
    const void *tree; /* checked */
    struct fit *fit;
    struct diag *d;
    struct fit_index *index; /* of /images */
};

/* What fit_tree_check found, which answers with -@error. */
static const char *damage(int error)
{
    static const uint8_t errors[] = {FDT_ERR_TRUNCATED, FDT_ERR_BADSTRUCTURE, FDT_ERR_BADOFFSET};

    return text_name(errors, sizeof(errors), (unsigned)error,
                     "it ends too early\0its structure is wrong\0an offset is wrong\0"
                     "its header is wrong");
}

/* Make sure that libfdt and fit_tree can walk the tree at the start of @blob. */
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
    err = fit_tree_check(blob.data);
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

/* Have @out be @node where that is called @name, which only one may be. */
static int take_node(const void *tree, int node, const char *name, int *out, struct diag *d)
{
    const char *found = fit_tree_name(tree, node);

    if (strcmp(found, name) == 0 && *out == FIT_TREE_NONE)
        *out = node;
    else if (is_ambiguous(found, name))
        return diag_set(d, ERR_FORMAT, "two nodes are called %s", name);
    return ERR_OK;
}

/* The one child of @parent called @name, into @out; FIT_TREE_NONE where there is none. */
static int find_child(const void *tree, int parent, const char *name, int *out, struct diag *d)
{
    int child, err = ERR_OK;

    *out = FIT_TREE_NONE;
    FIT_TREE_FOR_EACH (child, tree, parent) {
        err = take_node(tree, child, name, out, d);
        if (err)
            break;
    }
    return err;
}

static int list_images(struct opener *o)
{
    int node, err;

    FIT_TREE_FOR_EACH (node, o->tree, o->fit->images_node) {
        err = fit_index_add(o->index, node, o->d);
        if (err)
            return err;
    }
    return o->index->image_count ? ERR_OK : diag_set(o->d, ERR_FORMAT, "no image in the FIT");
}

static int list_configs(struct opener *o)
{
    unsigned count = 0;
    int node;

    FIT_TREE_FOR_EACH (node, o->tree, o->fit->configs_node) {
        count++;
        if (fit_index_check_name(fit_tree_name(o->tree, node)))
            return diag_set(o->d, ERR_RANGE,
                            "the name of configuration %u is longer than %d characters or not "
                            "printable",
                            count, FIT_NAME_BYTES - 1);
    }
    return ERR_OK;
}

/* Find images and configurations. */
static int list_nodes(struct opener *o)
{
    int *images = &o->fit->images_node, *configs = &o->fit->configs_node, node, err = ERR_OK;

    *images = *configs = FIT_TREE_NONE;
    FIT_TREE_FOR_EACH (node, o->tree, FIT_TREE_ROOT) {
        err = take_node(o->tree, node, FIT_NODE_IMAGES, images, o->d);
        if (!err)
            err = take_node(o->tree, node, FIT_NODE_CONFIGS, configs, o->d);
        if (err)
            return err;
    }
    if (*images == FIT_TREE_NONE)
        return diag_set(o->d, ERR_FORMAT, "not a FIT: no node /" FIT_NODE_IMAGES);
    err = list_images(o);
    return err || *configs == FIT_TREE_NONE ? err : list_configs(o);
}

/* Have the image @node in use, where its role is free; FIT_OTHER: its own type tells the role. A
 * second kernel that is loaded along with the first one is for Xen's first domain. */
static int use_image(struct opener *o, int node, enum fit_role role, bool is_loadable)
{
    struct fit_image image;
    int err = fit_image_read(o->fit, node, &image, o->d);

    if (err)
        return err;
    image.role = role == FIT_OTHER ? fit_image_role(&image) : role;
    if (is_loadable && image.role == FIT_KERNEL && fit_find(o->fit, FIT_KERNEL))
        image.role = FIT_MODULE;
    if (image.role < FIT_OTHER && !fit_find(o->fit, image.role))
        o->fit->images[image.role] = image;
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
    return diag_set(o->d, ERR_NOTFOUND, "configuration %s: no image %s, which %s names",
                    o->fit->config, printable, naming->property);
}

/* Use the image called @name, which stands behind those of @naming in @list. */
static int use_named(struct opener *o, const struct naming *naming, const char *list,
                     const char *name)
{
    int node = fit_index_find(o->index, name);
    bool is_twice;

    if (node == FIT_TREE_NONE)
        return refuse_name(o, naming, name);
    is_twice = fit_image_is_used(o->fit, node);
    for (; list < name && !is_twice; list += strlen(list) + 1)
        is_twice = strcmp(list, name) == 0;
    if (is_twice)
        return diag_set(o->d, ERR_FORMAT, "configuration %s: names image %s twice", o->fit->config,
                        name);
    return use_image(o, node, naming->role, naming->is_list);
}

/* Use the images in @list, strings one behind the other. */
static int use_list(struct opener *o, const struct naming *naming, struct bytes list)
{
    const char *first = (const char *)list.data, *end;

    if (!first)
        return ERR_OK;
    end = first + list.size;
    if (list.size == 0 || end[-1] != '\0')
        return diag_set(o->d, ERR_FORMAT, "configuration %s: %s is not NUL-terminated",
                        o->fit->config, naming->property);
    if (!naming->is_list && first + strlen(first) + 1 != end)
        return diag_set(o->d, ERR_UNSUPPORTED, "configuration %s: %s names more than one image",
                        o->fit->config, naming->property);
    for (const char *name = first; name < end; name += strlen(name) + 1) {
        int err = use_named(o, naming, first, name);

        if (err)
            return err;
    }
    return ERR_OK;
}

static int read_config(struct opener *o, int node)
{
    struct fit_settings *s = &o->fit->settings;
    struct bytes lists[FIT_COUNT_OF(namings)] = {{NULL, 0}};
    struct fit_rule rules[FIT_COUNT_OF(namings) + 6] = {
        {FIT_PROP_BOOTARGS, FIT_STRING, &s->bootargs, 0},
        {FIT_PROP_AUTOBOOT, FIT_SECONDS, &s->autoboot_seconds, INT32_MAX},
        {FIT_PROP_IDLE_BOOT, FIT_SECONDS, &s->idle_boot_seconds, INT32_MAX},
        {FIT_PROP_APP_OFFSET, FIT_SIZE, &s->app_offset, 0},
        {FIT_PROP_STOP_KEY, FIT_TEXT, s->stop_key, sizeof(s->stop_key)},
        {FIT_PROP_XEN_ARGS, FIT_STRING, &s->xen_bootargs, 0},
    };
    uint32_t seen;
    int err;

    for (size_t i = 0; i < FIT_COUNT_OF(namings); i++)
        rules[6 + i] = (struct fit_rule){namings[i].property, FIT_RAW, &lists[i], 0};
    err = fit_props_read(o->tree, node, rules, FIT_COUNT_OF(rules), &seen, o->d);
    for (size_t i = 0; !err && i < FIT_COUNT_OF(namings); i++)
        err = use_list(o, &namings[i], lists[i]);
    return err;
}

/* The name of the configuration to read, into fit->config: @wanted, or the default one. */
static int choose_config(const struct opener *o, const char *wanted)
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
    err = fit_props_read(o->tree, fit->configs_node, &rule, 1, &seen, o->d);
    if (!err && !seen)
        return diag_set(o->d, ERR_NOTFOUND, "no default configuration");
    return err;
}

/* Use what configuration @wanted, or the default one where @wanted is NULL, names. */
static int open_config(struct opener *o, const char *wanted)
{
    int node, err = choose_config(o, wanted);

    if (!err)
        err = find_child(o->tree, o->fit->configs_node, o->fit->config, &node, o->d);
    if (err)
        return err;
    if (node == FIT_TREE_NONE)
        return diag_set(o->d, ERR_NOTFOUND, "no configuration %s", o->fit->config);
    return read_config(o, node);
}

/* There are no configurations. */
static int open_all(struct opener *o, const char *wanted)
{
    int node;

    if (wanted)
        return diag_set(o->d, ERR_NOTFOUND, "no configuration %s: the FIT has none", wanted);
    FIT_TREE_FOR_EACH (node, o->tree, o->fit->images_node) {
        int err = use_image(o, node, FIT_OTHER, false);

        if (err)
            return err;
    }
    return ERR_OK;
}

static int open_tree(struct opener *o, const char *config)
{
    struct fit *fit = o->fit;
    const struct fit_rule rule = {FIT_PROP_DESCRIPTION, FIT_LABEL, fit->description,
                                  sizeof(fit->description)};
    uint32_t seen;
    int err = fit_props_read(o->tree, FIT_TREE_ROOT, &rule, 1, &seen, o->d);

    if (!err)
        err = list_nodes(o);
    if (!err)
        err = fit->configs_node == FIT_TREE_NONE ? open_all(o, config) : open_config(o, config);
    return err ? err : fit_index_finish(o->index, o->d);
}

static void empty(struct fit *fit)
{
    memset(fit, 0, sizeof(*fit));
    fit->settings.autoboot_seconds = FIT_AUTOBOOT_DEFAULT;
    fit->settings.idle_boot_seconds = -1;
}

bool fit_is_fit(struct bytes blob)
{
    int images;

    return check_tree(blob, NULL) == ERR_OK &&
           find_child(blob.data, FIT_TREE_ROOT, FIT_NODE_IMAGES, &images, NULL) == ERR_OK &&
           images != FIT_TREE_NONE;
}

int fit_open(struct bytes blob, const char *config, struct fit *out, struct diag *d)
{
    struct fit_index index;
    struct opener o = {.tree = blob.data, .fit = out, .d = d, .index = &index};
    int err = check_tree(blob, d);

    empty(out);
    if (err)
        return err;
    fit_index_init(&index, blob.data);
    out->blob = blob;
    out->tree_bytes = fdt_totalsize(blob.data);
    err = open_tree(&o, config);
    if (err)
        empty(out);
    return err;
}
