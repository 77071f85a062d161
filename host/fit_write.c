/* SPDX-License-Identifier: Apache-2.0 */
#include "host/fit_write.h"

#include <libfdt.h>
#include <string.h>

#include "host/compress.h"
#include "host/file.h"
#include "host/report_error.h"
#include "monitor/base/bits.h"
#include "payload/fit_names.h"
#include "payload/fit_open.h"

/* Sizes and offsets are 32-bit cells, which other readers take as signed. */
#define FIT_BYTES_MAX GIB(2)

#define CONFIG_NAME "conf-1"

enum { PART_COUNT = 6, TREE_ROOM = 16 * 1024 };

/* One image and how the tree describes it. */
struct part {
    const char *name, *description, *type, *os, *arch;
    const char *config_property; /* the configuration's property that names it */
    struct bytes data;
    const char *compression; /* of the data */
    uint64_t offset;         /* from the tree's end */
};

/* A tree under construction; after an error the put_ functions do nothing. */
struct writer {
    void *fdt;
    int err;
};

static void open_node(struct writer *w, const char *name)
{
    if (!w->err)
        w->err = fdt_begin_node(w->fdt, name);
}

static void close_node(struct writer *w)
{
    if (!w->err)
        w->err = fdt_end_node(w->fdt);
}

static void put_bytes(struct writer *w, const char *name, const void *value, size_t size)
{
    if (!w->err)
        w->err = fdt_property(w->fdt, name, value, (int)size);
}

/* Absent texts leave no property. */
static void put_text(struct writer *w, const char *name, const char *value)
{
    if (value)
        put_bytes(w, name, value, strlen(value) + 1);
}

static void put_u32(struct writer *w, const char *name, uint32_t value)
{
    fdt32_t cell = cpu_to_fdt32(value);

    put_bytes(w, name, &cell, sizeof(cell));
}

static void put_u64(struct writer *w, const char *name, uint64_t value)
{
    fdt64_t cells = cpu_to_fdt64(value);

    put_bytes(w, name, &cells, sizeof(cells));
}

/* What is not known leaves no property. */
static void put_fact(struct writer *w, const char *name, unsigned value)
{
    if (value)
        put_u32(w, name, value);
}

static void put_facts(struct writer *w, const struct sel4_facts *facts)
{
    fdt64_t ram[2 * SEL4_RAM_MAX];

    put_fact(w, FIT_PROP_EL, facts->el);
    put_fact(w, FIT_PROP_CORES, facts->core_count);
    put_fact(w, FIT_PROP_PA_BITS, facts->pa_bits);
    put_fact(w, FIT_PROP_GIC, facts->gic_version);
    for (unsigned i = 0; i < facts->ram_count; i++) {
        ram[2 * i] = cpu_to_fdt64(facts->ram[i].start);
        ram[2 * i + 1] = cpu_to_fdt64(facts->ram[i].end);
    }
    if (facts->ram_count)
        put_bytes(w, FIT_PROP_RAM, ram, 2 * facts->ram_count * sizeof(ram[0]));
}

/* How the kernel is entered, where its content does not tell the target. */
static void put_rules(struct writer *w, const struct inputs *in)
{
    const struct protocol_rules *rules = &in->rules;

    if (in->protocol == PROTOCOL_SEL4 || in->protocol == PROTOCOL_LINUX)
        return;
    put_text(w, FIT_PROP_PROTOCOL, protocol_word(in->protocol));
    if (in->protocol == PROTOCOL_RAW) {
        put_u64(w, FIT_PROP_LOAD, rules->load);
        put_u64(w, FIT_PROP_ENTRY, rules->entry);
    }
    if (rules->stack_bytes)
        put_u64(w, FIT_PROP_STACK, rules->stack_bytes);
    put_fact(w, FIT_PROP_ENTER_EL, rules->el);
}

static void put_image(struct writer *w, const struct part *p, const struct inputs *in)
{
    struct sha256 digest;

    digest_sha256(p->data.data, p->data.size, &digest);
    open_node(w, p->name);
    put_text(w, FIT_PROP_DESCRIPTION, p->description);
    put_text(w, FIT_PROP_TYPE, p->type);
    put_text(w, FIT_PROP_ARCH, p->arch);
    put_text(w, FIT_PROP_OS, p->os);
    put_text(w, FIT_PROP_COMPRESSION, p->compression);
    put_u32(w, FIT_PROP_DATA_OFFSET, (uint32_t)p->offset);
    put_u32(w, FIT_PROP_DATA_SIZE, (uint32_t)p->data.size);
    if (!strcmp(p->config_property, FIT_PROP_KERNEL)) {
        put_facts(w, &in->facts);
        put_rules(w, in);
    }
    open_node(w, FIT_NODE_HASH "-1");
    put_text(w, FIT_PROP_ALGO, FIT_ALGO_SHA256);
    put_bytes(w, FIT_PROP_VALUE, digest.value, sizeof(digest.value));
    close_node(w);
    close_node(w);
}

static void put_seconds(struct writer *w, const char *name, int32_t seconds, int32_t absent)
{
    put_u32(w, name, (uint32_t)(seconds == OPT_SECONDS_ABSENT ? absent : seconds));
}

static void put_settings(struct writer *w, const struct options *o)
{
    put_seconds(w, FIT_PROP_AUTOBOOT, o->autoboot_seconds, FIT_AUTOBOOT_DEFAULT);
    put_seconds(w, FIT_PROP_IDLE_BOOT, o->idle_boot_seconds, -1);
    if (o->app_offset.given)
        put_u64(w, FIT_PROP_APP_OFFSET, o->app_offset.value);
    put_text(w, FIT_PROP_STOP_KEY, o->stop_key);
    put_text(w, FIT_PROP_BOOTARGS, o->bootargs);
    put_text(w, FIT_PROP_XEN_ARGS, o->xen_bootargs);
}

static void put_tree(struct writer *w, const struct part *parts, const struct inputs *in,
                     uint32_t timestamp)
{
    static const char *const descriptions[] = {
        [PROTOCOL_NONE] = "no kernel",     [PROTOCOL_SEL4] = "seL4 system",
        [PROTOCOL_LINUX] = "Linux system", [PROTOCOL_ELF] = "ELF kernel",
        [PROTOCOL_KAAL] = "KaaL system",   [PROTOCOL_RAW] = "raw kernel"};

    open_node(w, "");
    put_text(w, FIT_PROP_DESCRIPTION, descriptions[in->protocol]);
    put_u32(w, FIT_PROP_TIMESTAMP, timestamp);
    put_u32(w, "#address-cells", 2);
    open_node(w, FIT_NODE_IMAGES);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (parts[i].data.size)
            put_image(w, &parts[i], in);
    }
    close_node(w);
    open_node(w, FIT_NODE_CONFIGS);
    put_text(w, FIT_PROP_DEFAULT, CONFIG_NAME);
    open_node(w, CONFIG_NAME);
    put_text(w, FIT_PROP_DESCRIPTION, "as packed");
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (parts[i].data.size)
            put_text(w, parts[i].config_property, parts[i].name);
    }
    put_settings(w, in->options);
    close_node(w);
    close_node(w);
    close_node(w);
}

/* The tree in a buffer of a page multiple, so that what follows it is page-aligned with it. */
static int make_tree(const struct part *parts, const struct inputs *in, uint32_t timestamp,
                     uint8_t *room, uint32_t *size)
{
    struct writer w = {.fdt = room};

    w.err = fdt_create(room, TREE_ROOM);
    if (!w.err)
        w.err = fdt_finish_reservemap(room);
    put_tree(&w, parts, in, timestamp);
    if (!w.err)
        w.err = fdt_finish(room);
    if (w.err)
        return report_error(in->options->out, "%s", fdt_strerror(w.err));
    *size = (uint32_t)align_up(fdt_totalsize(room), PAGE_BYTES);
    memset(room + fdt_totalsize(room), 0, *size - fdt_totalsize(room));
    fdt_set_totalsize(room, *size);
    return 0;
}

/* Have the data of @p as --compress says, where that makes it smaller. */
static int compress_part(const struct options *o, struct part *p)
{
    struct bytes packed;

    if (!p->data.size || o->compress == UNPACK_NONE)
        return 0;
    if (compress_bytes(o->compress, p->data, &packed))
        return -1;
    if (packed.size < p->data.size) {
        p->data = packed;
        p->compression = unpack_detect(packed);
    }
    return 0;
}

/* Give each part its offset; the bytes that all of them take. */
static uint64_t lay_parts(struct part *parts)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (parts[i].data.size) {
            parts[i].offset = align_up(end, PAGE_BYTES);
            end = parts[i].offset + parts[i].data.size;
        }
    }
    return end;
}

/* The monitor's reader must take it, and find every digest right. */
static int self_check(struct fit_blob *fit, const char *path)
{
    struct fit_cursor at = {0};
    struct fit_image image;
    struct diag d;

    if (fit_open(fit->data, NULL, &fit->read, &d) || fit_check(&fit->read, &d))
        return report_error(path, "%s", d.text);
    while (fit_next(&fit->read, &at, &image, NULL) == ERR_OK) {
        if (fit_verify(&image, &d))
            return report_error(path, "%s", d.text);
    }
    return 0;
}

int fit_write(const struct inputs *in, uint32_t timestamp, struct fit_blob *out)
{
    static const struct {
        const char *description, *os;
    } kernels[PROTOCOL_COUNT] = {
        [PROTOCOL_SEL4] = {"seL4 kernel", FIT_OS_SEL4},
        [PROTOCOL_LINUX] = {"Linux kernel", FIT_OS_LINUX},
        [PROTOCOL_ELF] = {"ELF kernel", FIT_OS_ELF},
        [PROTOCOL_KAAL] = {"KaaL kernel", FIT_OS_ELF},
        [PROTOCOL_RAW] = {"raw kernel", FIT_OS_ELF},
    };
    struct part parts[PART_COUNT] = {
        {"kernel", kernels[in->protocol].description, FIT_TYPE_KERNEL, kernels[in->protocol].os,
         FIT_ARCH_ARM64, FIT_PROP_KERNEL, in->kernel, FIT_COMPRESSION_NONE, 0},
        {FIT_IMAGE_APP, "root task", FIT_TYPE_STANDALONE, FIT_OS_SEL4, FIT_ARCH_ARM64,
         FIT_PROP_LOADABLES, in->app, FIT_COMPRESSION_NONE, 0},
        {"fdt", "devicetree", FIT_TYPE_DTB, NULL, FIT_ARCH_ARM64, FIT_PROP_FDT, in->dtb,
         FIT_COMPRESSION_NONE, 0},
        {"initrd", "initial RAM disk", FIT_TYPE_INITRD, FIT_OS_LINUX, FIT_ARCH_ARM64,
         FIT_PROP_RAMDISK, in->initrd, FIT_COMPRESSION_NONE, 0},
        {FIT_IMAGE_MODULE, "kernel of Xen's first domain", FIT_TYPE_KERNEL, FIT_OS_LINUX,
         FIT_ARCH_ARM64, FIT_PROP_LOADABLES, in->module, FIT_COMPRESSION_NONE, 0},
        {"script", "commands", FIT_TYPE_SCRIPT, NULL, NULL, FIT_PROP_SCRIPT, in->script,
         FIT_COMPRESSION_NONE, 0},
    };
    uint64_t data_bytes;
    uint8_t *blob;

    if (compress_part(in->options, &parts[0]) || compress_part(in->options, &parts[1]))
        return -1;
    data_bytes = lay_parts(parts);
    if (data_bytes > FIT_BYTES_MAX - TREE_ROOM)
        return report_error(in->options->out, "the images take 2 GiB or more together");
    blob = file_memory(TREE_ROOM + data_bytes);
    if (make_tree(parts, in, timestamp, blob, &out->tree_size))
        return -1;
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (parts[i].data.size)
            memcpy(blob + out->tree_size + parts[i].offset, parts[i].data.data, parts[i].data.size);
    }
    out->data = (struct bytes){blob, out->tree_size + data_bytes};
    digest_sha256(blob, out->tree_size, &out->tree_sha256);
    return self_check(out, in->options->out);
}
