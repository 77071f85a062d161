/* SPDX-License-Identifier: Apache-2.0 */
/* Devicetrees to order, written with libfdt's sequential interface. A call that fails aborts. */
#ifndef ELFMON_TESTS_DTB_FAKE_H
#define ELFMON_TESTS_DTB_FAKE_H

#include <stddef.h>
#include <stdint.h>

#include "monitor/base/reader.h"

enum { DTB_FAKE_BYTES = 65536 };

struct dtb_fake {
    _Alignas(8) uint8_t data[DTB_FAKE_BYTES];
};

/** Begin with an open root node. */
void dtb_fake_begin(struct dtb_fake *dtb);

/** The same with one /memreserve/ entry. */
void dtb_fake_begin_reserving(struct dtb_fake *dtb, uint64_t start, uint64_t size);

/** Close the root node; @dtb->data is a whole, packed DTB then. */
struct bytes dtb_fake_finish(struct dtb_fake *dtb);

void dtb_fake_node(struct dtb_fake *dtb, const char *name);
void dtb_fake_end(struct dtb_fake *dtb);

void dtb_fake_bytes(struct dtb_fake *dtb, const char *name, const void *data, size_t size);
void dtb_fake_string(struct dtb_fake *dtb, const char *name, const char *value);
void dtb_fake_cell_list(struct dtb_fake *dtb, const char *name, const uint32_t *cells,
                        size_t count);

/** Cells, as in <1 2 3>; none makes an empty property. */
#define dtb_fake_cells(dtb, name, ...)                                          \
    dtb_fake_cell_list((dtb), (name), (const uint32_t[]){0, ##__VA_ARGS__} + 1, \
                       sizeof((const uint32_t[]){0, ##__VA_ARGS__}) / sizeof(uint32_t) - 1)

/** #address-cells and #size-cells. */
void dtb_fake_counts(struct dtb_fake *dtb, uint32_t address_cells, uint32_t size_cells);

#endif
