/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/fdt_chosen.h"

#include <libfdt.h>
#include <string.h>

#include "monitor/base/bits.h"

#define NODE "chosen"

static const char bootargs_name[] = "bootargs", start_name[] = "linux,initrd-start",
                  end_name[] = "linux,initrd-end";

/* The node itself: its begin, name and end. Each property: token, length, name's offset, name. */
enum {
    NODE_BYTES = 2 * FDT_TAGSIZE + sizeof(NODE) + FDT_TAGSIZE,
    PROPERTY_BYTES = sizeof(struct fdt_property) + FDT_TAGSIZE,
};

uint64_t fdt_chosen_spare(const struct fdt_chosen *chosen)
{
    uint64_t bytes = 0;

    if (chosen->bootargs)
        bytes += PROPERTY_BYTES + sizeof(bootargs_name) + strlen(chosen->bootargs) + 1;
    if (!range_is_empty(chosen->initrd))
        bytes += 2 * (PROPERTY_BYTES + sizeof(uint64_t)) + sizeof(start_name) + sizeof(end_name);
    return bytes ? align_up(bytes + NODE_BYTES, sizeof(uint64_t)) : 0;
}

static int refuse(int error, struct diag *d)
{
    if (error == -FDT_ERR_NOSPACE)
        return diag_set(d, ERR_NOMEM, "no room in the devicetree for /" NODE);
    return diag_set(d, ERR_FORMAT, "the devicetree's /" NODE " cannot be written: libfdt gives %d",
                    error);
}

int fdt_chosen_write(void *fdt, const struct fdt_chosen *chosen, struct diag *d)
{
    int node, error = 0;

    if (!fdt_chosen_spare(chosen))
        return ERR_OK;
    node = fdt_subnode_offset(fdt, 0, NODE);
    if (node == -FDT_ERR_NOTFOUND)
        node = fdt_add_subnode(fdt, 0, NODE);
    if (node < 0)
        return refuse(node, d);
    if (chosen->bootargs)
        error = fdt_setprop(fdt, node, bootargs_name, chosen->bootargs,
                            (int)strlen(chosen->bootargs) + 1);
    if (!error && !range_is_empty(chosen->initrd))
        error = fdt_setprop_u64(fdt, node, start_name, chosen->initrd.start);
    if (!error && !range_is_empty(chosen->initrd))
        error = fdt_setprop_u64(fdt, node, end_name, chosen->initrd.end);
    return error ? refuse(error, d) : ERR_OK;
}

const char *fdt_chosen_bootargs(const void *fdt)
{
    int size = 0, node = fdt_subnode_offset(fdt, 0, NODE);
    const char *text = node < 0 ? NULL : fdt_getprop(fdt, node, bootargs_name, &size);

    return text && size > 0 && !text[size - 1] ? text : "";
}
