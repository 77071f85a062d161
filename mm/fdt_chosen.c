/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/fdt_chosen.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/text.h"

#define NODE   "chosen"
#define MEMORY "memory"

static const char bootargs_name[] = "bootargs", start_name[] = "linux,initrd-start",
                  end_name[] = "linux,initrd-end", xen_name[] = "xen,xen-bootargs",
                  dom0_name[] = "xen,dom0-bootargs", address_name[] = "#address-cells",
                  size_name[] = "#size-cells";

/* Of the two kinds of module, as strings one behind the other. */
static const char kernel_module[] = "multiboot,kernel\0multiboot,module",
                  ramdisk_module[] = "multiboot,ramdisk\0multiboot,module";

/* The node itself: its begin, name and end. Each property: token, length, name's offset, name. */
enum {
    NODE_BYTES = 2 * FDT_TAGSIZE + sizeof(NODE) + FDT_TAGSIZE,
    PROPERTY_BYTES = sizeof(struct fdt_property) + FDT_TAGSIZE,
    MODULE_BYTES = NODE_BYTES + sizeof("module@0123456789abcdef") + 2 * PROPERTY_BYTES +
                   sizeof("compatible") + sizeof(ramdisk_module) + FDT_TAGSIZE + sizeof("reg") +
                   2 * sizeof(uint64_t),
    CELLS_BYTES = 2 * (PROPERTY_BYTES + FDT_TAGSIZE) + sizeof(address_name) + sizeof(size_name),
    MEMORY_BYTES = NODE_BYTES + 2 * PROPERTY_BYTES + sizeof(MEMORY) + sizeof("device_type") + 4,
};

static bool is_xen(const struct fdt_chosen *chosen)
{
    return !range_is_empty(chosen->module);
}

static uint64_t text_bytes(const char *text, size_t name_bytes)
{
    return text ? PROPERTY_BYTES + name_bytes + strlen(text) + 1 : 0;
}

uint64_t fdt_chosen_spare(const struct fdt_chosen *chosen)
{
    uint64_t bytes =
        text_bytes(chosen->bootargs, is_xen(chosen) ? sizeof(dom0_name) : sizeof(bootargs_name));

    if (is_xen(chosen))
        bytes += text_bytes(chosen->xen_bootargs, sizeof(xen_name)) + CELLS_BYTES +
                 (range_is_empty(chosen->initrd) ? 1U : 2U) * MODULE_BYTES;
    else if (!range_is_empty(chosen->initrd))
        bytes += 2 * (PROPERTY_BYTES + sizeof(uint64_t)) + sizeof(start_name) + sizeof(end_name);
    if (chosen->ram_count)
        bytes += MEMORY_BYTES + chosen->ram_count * 4 * FDT_TAGSIZE;
    return bytes ? align_up(bytes + NODE_BYTES, sizeof(uint64_t)) : 0;
}

static int refuse(int error, struct diag *d)
{
    if (error == -FDT_ERR_NOSPACE)
        return diag_set(d, ERR_NOMEM, "no room in the devicetree for /" NODE " and /" MEMORY);
    return diag_set(d, ERR_FORMAT, "the devicetree cannot be written: libfdt gives %d", error);
}

/* The root's child @name, with or without a unit address; a new one where there is none. */
static int open_node(void *fdt, const char *name)
{
    int node = fdt_subnode_offset(fdt, 0, name);

    return node == -FDT_ERR_NOTFOUND ? fdt_add_subnode(fdt, 0, name) : node;
}

static int put_text(void *fdt, int node, const char *name, const char *text)
{
    return text ? fdt_setprop(fdt, node, name, text, (int)strlen(text) + 1) : 0;
}

/* Nothing else below /chosen has a reg. */
static int put_module(void *fdt, int chosen, struct range at, const char *compatible, int bytes)
{
    const uint64_t reg[2] = {cpu_to_fdt64(at.start), cpu_to_fdt64(range_bytes(at))};
    char name[32] = "";
    int node, error;

    (void)text_add(name, sizeof(name), "module@%" PRIx64, at.start);
    node = fdt_add_subnode(fdt, chosen, name);
    if (node < 0)
        return node;
    error = fdt_setprop(fdt, node, "reg", reg, sizeof(reg));
    return error ? error : fdt_setprop(fdt, node, "compatible", compatible, bytes);
}

static int write_xen(void *fdt, int node, const struct fdt_chosen *chosen)
{
    int error = put_text(fdt, node, dom0_name, chosen->bootargs);

    if (!error)
        error = put_text(fdt, node, xen_name, chosen->xen_bootargs);
    if (!error)
        error = fdt_setprop_u32(fdt, node, address_name, 2);
    if (!error)
        error = fdt_setprop_u32(fdt, node, size_name, 2);
    if (!error && !range_is_empty(chosen->initrd))
        error = put_module(fdt, node, chosen->initrd, ramdisk_module, sizeof(ramdisk_module));
    if (!error)
        error = put_module(fdt, node, chosen->module, kernel_module, sizeof(kernel_module));
    return error;
}

static int write_chosen(void *fdt, const struct fdt_chosen *chosen)
{
    int error, node = open_node(fdt, NODE);

    if (node < 0)
        return node;
    if (is_xen(chosen))
        return write_xen(fdt, node, chosen);
    error = put_text(fdt, node, bootargs_name, chosen->bootargs);
    if (!error && !range_is_empty(chosen->initrd))
        error = fdt_setprop_u64(fdt, node, start_name, chosen->initrd.start);
    if (!error && !range_is_empty(chosen->initrd))
        error = fdt_setprop_u64(fdt, node, end_name, chosen->initrd.end);
    return error;
}

/* One of the root's cell counts, which are 2 and 1 where it does not say. */
static unsigned read_cells(const void *fdt, const char *name, unsigned fallback)
{
    int size;
    const fdt32_t *value = fdt_getprop(fdt, 0, name, &size);

    return value && size == sizeof(*value) ? fdt32_ld(value) : fallback;
}

/* @value in @cells cells, of which it needs no more. */
static void put_cells(fdt32_t **at, unsigned cells, uint64_t value)
{
    if (cells == 2)
        fdt32_st((*at)++, (uint32_t)(value >> 32));
    fdt32_st((*at)++, (uint32_t)value);
}

static bool fits_cells(unsigned cells, uint64_t value)
{
    return cells == 2 || (cells == 1 && value <= UINT32_MAX);
}

static int write_memory(void *fdt, const struct fdt_chosen *chosen)
{
    const unsigned address_cells = read_cells(fdt, "#address-cells", 2);
    const unsigned size_cells = read_cells(fdt, "#size-cells", 1);
    int node = open_node(fdt, MEMORY);
    int error = node < 0 ? node : fdt_setprop(fdt, node, "device_type", MEMORY, sizeof(MEMORY));
    const unsigned bytes = chosen->ram_count * (address_cells + size_cells) * FDT_TAGSIZE;
    void *reg;
    fdt32_t *at;

    for (unsigned i = 0; i < chosen->ram_count; i++) {
        if (!fits_cells(address_cells, chosen->ram[i].start) ||
            !fits_cells(size_cells, range_bytes(chosen->ram[i])))
            return -FDT_ERR_BADNCELLS;
    }
    if (!error)
        error = fdt_setprop_placeholder(fdt, node, "reg", (int)bytes, &reg);
    if (error)
        return error;
    at = reg;
    for (unsigned i = 0; i < chosen->ram_count; i++) {
        put_cells(&at, address_cells, chosen->ram[i].start);
        put_cells(&at, size_cells, range_bytes(chosen->ram[i]));
    }
    return 0;
}

int fdt_chosen_write(void *fdt, const struct fdt_chosen *chosen, struct diag *d)
{
    int error = chosen->ram_count ? write_memory(fdt, chosen) : 0;

    if (!error && (chosen->bootargs || !range_is_empty(chosen->initrd) || is_xen(chosen)))
        error = write_chosen(fdt, chosen);
    return error ? refuse(error, d) : ERR_OK;
}

bool fdt_chosen_has_memory(const void *fdt)
{
    return fdt_node_offset_by_prop_value(fdt, -1, "device_type", MEMORY, sizeof(MEMORY)) >= 0;
}

const char *fdt_chosen_bootargs(const void *fdt)
{
    int size = 0, node = fdt_subnode_offset(fdt, 0, NODE);
    const char *text = node < 0 ? NULL : fdt_getprop(fdt, node, bootargs_name, &size);

    return text && size > 0 && !text[size - 1] ? text : "";
}
