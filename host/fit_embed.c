/* SPDX-License-Identifier: Apache-2.0 */
#include "host/fit_embed.h"

#include <libfdt.h>
#include <string.h>

#include "host/compress.h"
#include "host/file.h"
#include "host/report_error.h"
#include "monitor/base/bits.h"
#include "payload/fit_names.h"
#include "payload/fit_open.h"

/* More than all settings take in a configuration. */
enum { SETTINGS_ROOM = 6 * 1024 };

static bool has_settings(const struct options *o)
{
    return o->autoboot_seconds != OPT_SECONDS_ABSENT ||
           o->idle_boot_seconds != OPT_SECONDS_ABSENT || o->app_offset.given || o->stop_key ||
           o->bootargs || o->xen_bootargs;
}

static int set_text(void *fdt, int config, const char *property, const char *text)
{
    return text ? fdt_setprop(fdt, config, property, text, (int)strlen(text) + 1) : 0;
}

static int set_settings(void *fdt, int config, const struct options *o)
{
    int err = 0;

    if (o->autoboot_seconds != OPT_SECONDS_ABSENT)
        err = fdt_setprop_u32(fdt, config, FIT_PROP_AUTOBOOT, (uint32_t)o->autoboot_seconds);
    if (!err && o->idle_boot_seconds != OPT_SECONDS_ABSENT)
        err = fdt_setprop_u32(fdt, config, FIT_PROP_IDLE_BOOT, (uint32_t)o->idle_boot_seconds);
    if (!err && o->app_offset.given)
        err = fdt_setprop_u64(fdt, config, FIT_PROP_APP_OFFSET, o->app_offset.value);
    if (!err)
        err = set_text(fdt, config, FIT_PROP_STOP_KEY, o->stop_key);
    if (!err)
        err = set_text(fdt, config, FIT_PROP_BOOTARGS, o->bootargs);
    if (!err)
        err = set_text(fdt, config, FIT_PROP_XEN_ARGS, o->xen_bootargs);
    return err;
}

/* The data behind the tree has moved by @bytes; data-offset counts from the tree's end. */
static int move_positions(void *fdt, uint32_t bytes)
{
    int image, err = 0;

    fdt_for_each_subnode (image, fdt, fdt_path_offset(fdt, "/" FIT_NODE_IMAGES)) {
        const fdt32_t *position = fdt_getprop(fdt, image, FIT_PROP_DATA_POSITION, NULL);

        if (position && !err)
            err = fdt_setprop_inplace_u32(fdt, image, FIT_PROP_DATA_POSITION,
                                          fdt32_to_cpu(*position) + bytes);
    }
    return err;
}

static unsigned count_configs(const void *fdt, int configs)
{
    unsigned count = 0;
    int config;

    fdt_for_each_subnode (config, fdt, configs)
        count++;
    return count;
}

/* Have @file, a sound FIT, in new memory with the settings in all of its configurations. */
static int add_settings(const struct options *o, struct bytes *file)
{
    int configs = fdt_path_offset(file->data, "/" FIT_NODE_CONFIGS), config, err;
    uint64_t old_end = align_up(fdt_totalsize(file->data), sizeof(uint32_t)), new_end;
    uint64_t tail = file->size > old_end ? file->size - old_end : 0;
    uint8_t *fdt;

    if (configs < 0)
        return report_error(o->fit, "has no configurations to put the settings into");
    new_end = align_up(old_end + count_configs(file->data, configs) * SETTINGS_ROOM, PAGE_BYTES);
    fdt = file_memory(new_end + tail);
    err = fdt_open_into(file->data, fdt, (int)new_end);
    configs = fdt_path_offset(fdt, "/" FIT_NODE_CONFIGS);
    fdt_for_each_subnode (config, fdt, configs) {
        if (!err)
            err = set_settings(fdt, config, o);
    }
    if (!err)
        err = move_positions(fdt, (uint32_t)(new_end - old_end));
    if (err)
        return report_error(o->fit, "%s", fdt_strerror(err));
    if (tail)
        memcpy(fdt + new_end, file->data + old_end, tail);
    *file = (struct bytes){fdt, new_end + tail};
    return 0;
}

/* The bytes of the image of @role, checked and unpacked; size 0: there is none. */
static int take_image(const char *path, const struct fit *fit, enum fit_role role,
                      struct bytes *out)
{
    const struct fit_image *image = fit_find(fit, role);
    struct diag d;

    if (!image)
        return 0;
    if (fit_verify(image, &d))
        return report_error(path, "%s", d.text);
    if (compress_undo(role == FIT_INITRD ? FIT_COMPRESSION_NONE : image->compression, image->data,
                      out, &d))
        return report_error(path, "image %s: %s", image->name, d.text);
    return 0;
}

static int take_images(const struct options *o, const struct fit *fit, struct inputs *in)
{
    const struct fit_image *kernel = fit_find(fit, FIT_KERNEL);

    if (take_image(o->fit, fit, FIT_KERNEL, &in->kernel) ||
        take_image(o->fit, fit, FIT_APP, &in->app) || take_image(o->fit, fit, FIT_DTB, &in->dtb) ||
        take_image(o->fit, fit, FIT_SCRIPT, &in->script) ||
        take_image(o->fit, fit, FIT_INITRD, &in->initrd) ||
        take_image(o->fit, fit, FIT_MODULE, &in->module))
        return -1;
    if (kernel)
        in->rules = kernel->rules;
    return kernel ? inputs_describe(o->fit, &kernel->facts, in) : 0;
}

int fit_embed(const struct options *options, struct inputs *in, struct fit_blob *out)
{
    const char *path = options->fit;
    struct diag d;

    *in = (struct inputs){.options = options};
    if (file_read(path, &out->data))
        return -1;
    if (fit_open(out->data, NULL, &out->read, &d))
        return report_error(path, "%s", d.text);
    if (fit_check(&out->read, &d))
        return report_error(path, "%s", d.text);
    if (has_settings(options) && add_settings(options, &out->data))
        return -1;
    if (fit_open(out->data, NULL, &out->read, &d))
        return report_error(path, "%s", d.text);
    if (take_images(options, &out->read, in))
        return -1;
    out->tree_size = out->read.tree_bytes;
    digest_sha256(out->data.data, out->tree_size, &out->tree_sha256);
    return 0;
}
