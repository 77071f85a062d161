/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/dtb_fake.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int err)
{
    if (err) {
        (void)fprintf(stderr, "dtb_fake: %s\n", fdt_strerror(err));
        abort();
    }
}

static void begin(struct dtb_fake *dtb)
{
    must(fdt_finish_reservemap(dtb->data));
    must(fdt_begin_node(dtb->data, ""));
}

void dtb_fake_begin(struct dtb_fake *dtb)
{
    memset(dtb, 0, sizeof(*dtb));
    must(fdt_create(dtb->data, sizeof(dtb->data)));
    begin(dtb);
}

void dtb_fake_begin_reserving(struct dtb_fake *dtb, uint64_t start, uint64_t size)
{
    memset(dtb, 0, sizeof(*dtb));
    must(fdt_create(dtb->data, sizeof(dtb->data)));
    must(fdt_add_reservemap_entry(dtb->data, start, size));
    begin(dtb);
}

struct bytes dtb_fake_finish(struct dtb_fake *dtb)
{
    dtb_fake_end(dtb);
    must(fdt_finish(dtb->data));
    must(fdt_pack(dtb->data));
    return (struct bytes){dtb->data, fdt_totalsize(dtb->data)};
}

void dtb_fake_node(struct dtb_fake *dtb, const char *name)
{
    must(fdt_begin_node(dtb->data, name));
}

void dtb_fake_end(struct dtb_fake *dtb)
{
    must(fdt_end_node(dtb->data));
}

void dtb_fake_bytes(struct dtb_fake *dtb, const char *name, const void *data, size_t size)
{
    must(fdt_property(dtb->data, name, data, (int)size));
}

void dtb_fake_string(struct dtb_fake *dtb, const char *name, const char *value)
{
    dtb_fake_bytes(dtb, name, value, strlen(value) + 1);
}

void dtb_fake_cell_list(struct dtb_fake *dtb, const char *name, const uint32_t *cells, size_t count)
{
    void *value;

    must(fdt_property_placeholder(dtb->data, name, (int)(count * sizeof(uint32_t)), &value));
    for (size_t i = 0; i < count; i++)
        fdt32_st((uint8_t *)value + i * sizeof(uint32_t), cells[i]);
}

void dtb_fake_counts(struct dtb_fake *dtb, uint32_t address_cells, uint32_t size_cells)
{
    dtb_fake_cells(dtb, "#address-cells", address_cells);
    dtb_fake_cells(dtb, "#size-cells", size_cells);
}
