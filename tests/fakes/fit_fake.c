/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/fit_fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "monitor/base/range.h"
#include "payload/fit_names.h"

/* A fake that cannot be made is a mistake in the test. */
static int sure(int result)
{
    if (result < 0) {
        (void)fprintf(stderr, "fit_fake: %s\n", fdt_strerror(result));
        abort();
    }
    return result;
}

static int node_at(const struct fit_fake *fit, const char *path)
{
    return sure(fdt_path_offset(fit->blob, path));
}

void fit_fake_set(struct fit_fake *fit, const char *path, const char *property, const void *value,
                  size_t size)
{
    (void)sure(fdt_setprop(fit->blob, node_at(fit, path), property, value, (int)size));
}

void fit_fake_set_text(struct fit_fake *fit, const char *path, const char *property,
                       const char *value)
{
    fit_fake_set(fit, path, property, value, strlen(value) + 1);
}

void fit_fake_set_u32(struct fit_fake *fit, const char *path, const char *property, uint32_t value)
{
    fdt32_t cell = cpu_to_fdt32(value);

    fit_fake_set(fit, path, property, &cell, sizeof(cell));
}

void fit_fake_set_u64(struct fit_fake *fit, const char *path, const char *property, uint64_t value)
{
    fdt64_t cells = cpu_to_fdt64(value);

    fit_fake_set(fit, path, property, &cells, sizeof(cells));
}

void fit_fake_unset(struct fit_fake *fit, const char *path, const char *property)
{
    (void)sure(fdt_delprop(fit->blob, node_at(fit, path), property));
}

void fit_fake_add_node(struct fit_fake *fit, const char *path, const char *name)
{
    (void)sure(fdt_add_subnode(fit->blob, node_at(fit, path), name));
}

void fit_fake_drop_node(struct fit_fake *fit, const char *path)
{
    (void)sure(fdt_del_node(fit->blob, node_at(fit, path)));
}

void fit_fake_add_image(struct fit_fake *fit, const char *name, uint32_t offset, uint32_t size)
{
    char path[FIT_NAME_BYTES + 32];

    (void)snprintf(path, sizeof(path), "/images/%s", name);
    fit_fake_add_node(fit, "/images", name);
    fit_fake_set_u32(fit, path, FIT_PROP_DATA_OFFSET, offset);
    fit_fake_set_u32(fit, path, FIT_PROP_DATA_SIZE, size);
}

static void add_hashed_image(struct fit_fake *fit, const char *name, const char *type,
                             uint32_t offset, uint32_t size)
{
    char path[FIT_NAME_BYTES + 32];
    struct sha256 digest;

    fit_fake_add_image(fit, name, offset, size);
    (void)snprintf(path, sizeof(path), "/images/%s", name);
    fit_fake_set_text(fit, path, FIT_PROP_DESCRIPTION, name);
    fit_fake_set_text(fit, path, FIT_PROP_TYPE, type);
    fit_fake_set_text(fit, path, FIT_PROP_OS, FIT_OS_SEL4);
    fit_fake_set_text(fit, path, FIT_PROP_COMPRESSION, FIT_COMPRESSION_NONE);
    fit_fake_add_node(fit, path, "hash-1");
    (void)snprintf(path, sizeof(path), "/images/%s/hash-1", name);
    digest_sha256(fit->blob + FIT_FAKE_TREE + offset, size, &digest);
    fit_fake_set_text(fit, path, FIT_PROP_ALGO, FIT_ALGO_SHA256);
    fit_fake_set(fit, path, FIT_PROP_VALUE, digest.value, sizeof(digest.value));
}

void fit_fake_init(struct fit_fake *fit)
{
    memset(fit, 0, sizeof(*fit));
    for (unsigned i = 0; i < FIT_FAKE_DATA; i++)
        fit->blob[FIT_FAKE_TREE + i] = (uint8_t)i;
    (void)sure(fdt_create_empty_tree(fit->blob, FIT_FAKE_TREE));
    fit_fake_set_text(fit, "/", FIT_PROP_DESCRIPTION, "a fake");
    fit_fake_add_node(fit, "/", FIT_NODE_CONFIGS);
    fit_fake_add_node(fit, "/", FIT_NODE_IMAGES);
    add_hashed_image(fit, "fdt", FIT_TYPE_DTB, FIT_FAKE_FDT, FIT_FAKE_FDT_BYTES);
    add_hashed_image(fit, "app", FIT_TYPE_STANDALONE, FIT_FAKE_APP, FIT_FAKE_APP_BYTES);
    add_hashed_image(fit, "kernel", FIT_TYPE_KERNEL, FIT_FAKE_KERNEL, FIT_FAKE_KERNEL_BYTES);
    fit_fake_set_text(fit, "/configurations", FIT_PROP_DEFAULT, "conf-1");
    fit_fake_add_node(fit, "/configurations", "conf-2");
    fit_fake_set_text(fit, "/configurations/conf-2", FIT_PROP_KERNEL, "kernel");
    fit_fake_add_node(fit, "/configurations", "conf-1");
    fit_fake_set_text(fit, "/configurations/conf-1", FIT_PROP_KERNEL, "kernel");
    fit_fake_set_text(fit, "/configurations/conf-1", FIT_PROP_LOADABLES, "app");
    fit_fake_set_text(fit, "/configurations/conf-1", FIT_PROP_FDT, "fdt");
}

struct bytes fit_fake_bytes(const struct fit_fake *fit)
{
    return (struct bytes){fit->blob, sizeof(fit->blob)};
}

void fit_fake_replace(struct fit_fake *fit, const void *from, const void *to, size_t size)
{
    unsigned count = 0;

    for (size_t i = 0; i + size <= FIT_FAKE_TREE; i++) {
        if (memcmp(fit->blob + i, from, size) == 0) {
            memcpy(fit->blob + i, to, size);
            count++;
        }
    }
    (void)sure(count > 0 ? 0 : -FDT_ERR_NOTFOUND);
}

static bool is_terminated(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static const char *broken_image(const struct fit *fit, const struct fit_image *image)
{
    uint64_t start = (uint64_t)(image->data.data - fit->blob.data);

    if (!is_terminated(image->description, sizeof(image->description)) ||
        !is_terminated(image->type, sizeof(image->type)) ||
        !is_terminated(image->os, sizeof(image->os)) ||
        !is_terminated(image->compression, sizeof(image->compression)))
        return "texts are NUL-terminated";
    if (image->data.size == 0 || start > fit->blob.size ||
        image->data.size > fit->blob.size - start)
        return "data inside the blob";
    if (image->facts.ram_count > SEL4_RAM_MAX || image->facts.el > 2)
        return "facts in range";
    return NULL;
}

static bool shares_bytes(const struct fit_image *a, const struct fit_image *b)
{
    uintptr_t a_start = (uintptr_t)a->data.data, b_start = (uintptr_t)b->data.data;

    return range_overlaps((struct range){a_start, a_start + a->data.size},
                          (struct range){b_start, b_start + b->data.size});
}

/* What must hold between @image, before @at, and all behind it; @is_sound: fit_check says so. */
static const char *broken_pair(const struct fit *fit, struct fit_cursor at,
                               const struct fit_image *image, bool is_sound)
{
    struct fit_image other;
    int err;

    while ((err = fit_next(fit, &at, &other, NULL)) != ERR_NOTFOUND) {
        if (strcmp(image->name, other.name) == 0)
            return "names are unique";
        if (err && is_sound)
            return "fit_check tells whether all are sound";
        if (!err && (is_sound || image->role != FIT_OTHER) && shares_bytes(image, &other))
            return "no shared data";
    }
    return NULL;
}

static const char *broken_images(const struct fit *fit)
{
    bool is_sound = fit_check(fit, NULL) == ERR_OK;
    struct fit_cursor at = {0};
    const char *broken = NULL;
    struct fit_image image;
    unsigned count = 0;
    int err;

    while (!broken && (err = fit_next(fit, &at, &image, NULL)) != ERR_NOTFOUND) {
        count++;
        if (!is_terminated(image.name, sizeof(image.name)))
            return "names are NUL-terminated";
        if (err && is_sound)
            return "fit_check tells whether all are sound";
        if (!err)
            broken = broken_image(fit, &image);
        if (!err && !broken)
            broken = broken_pair(fit, at, &image, is_sound);
    }
    return !broken && count == 0 ? "at least one image" : broken;
}

const char *fit_fake_broken_promise(const struct fit *fit)
{
    if (fit->tree_bytes > fit->blob.size)
        return "the tree inside the blob";
    if (!is_terminated(fit->description, sizeof(fit->description)) ||
        !is_terminated(fit->config, sizeof(fit->config)) ||
        !is_terminated(fit->settings.stop_key, sizeof(fit->settings.stop_key)))
        return "texts are NUL-terminated";
    if (fit->settings.bootargs &&
        !memchr(fit->settings.bootargs, '\0',
                fit->tree_bytes -
                    (size_t)((const uint8_t *)fit->settings.bootargs - fit->blob.data)))
        return "the bootargs inside the tree";
    if (fit->settings.autoboot_seconds < -1 || fit->settings.idle_boot_seconds < -1)
        return "seconds, or -1";
    if (fdt_check_full(fit->blob.data, fit->tree_bytes))
        return "a tree that libfdt takes";
    return broken_images(fit);
}
