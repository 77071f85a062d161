/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of fdt_mem_machine share: a tree to write, and the machine that is read from it.
 */
#ifndef ELFMON_TESTS_UNIT_FDT_MACHINE_UNIT_H
#define ELFMON_TESTS_UNIT_FDT_MACHINE_UNIT_H

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "mm/fdt_mem.h"
#include "tests/fakes/dtb_fake.h"
#include "tests/fakes/machine_fake.h"

static struct dtb_fake dtb;
static struct machine m;
static struct diag d;
static void *tables; /* of @m's tables */

static inline void begin(uint32_t address_cells, uint32_t size_cells)
{
    dtb_fake_begin(&dtb);
    dtb_fake_counts(&dtb, address_cells, size_cells);
}

static inline void node(const char *name)
{
    dtb_fake_node(&dtb, name);
}

static inline void end(void)
{
    dtb_fake_end(&dtb);
}

static inline void string(const char *name, const char *value)
{
    dtb_fake_string(&dtb, name, value);
}

#define cells(name, ...) dtb_fake_cells(&dtb, (name), __VA_ARGS__)

static inline void empty(const char *name)
{
    dtb_fake_bytes(&dtb, name, NULL, 0);
}

/* A node with `compatible` and one address and size of one cell each, left open. */
static inline void device(const char *name, const char *compatible, uint32_t base, uint32_t size)
{
    node(name);
    string("compatible", compatible);
    cells("reg", base, size);
}

static inline void memory(void)
{
    node("memory@40000000");
    string("device_type", "memory");
    cells("reg", 0x40000000, 0x1000000);
    end();
}

static inline int finish(void)
{
    struct bytes blob = dtb_fake_finish(&dtb);
    uint32_t size;

    assert_int_equal(fdt_mem_check(blob, &size, NULL), ERR_OK);
    memset(&m, 0xa5, sizeof(m));
    free(tables);
    d.text[0] = '\0';
    return machine_fake_read(blob, &tables, &m, &d);
}

static inline void finish_ok(void)
{
    assert_int_equal(finish(), ERR_OK);
    assert_string_equal(d.text, "");
}

static inline void assert_range(struct range r, uint64_t start, uint64_t size)
{
    assert_true(r.start == start);
    assert_true(range_bytes(r) == size);
}

static inline void assert_region(const struct machine_region *region, const char *name,
                                 uint64_t start, uint64_t size)
{
    assert_string_equal(region->name, name);
    assert_range(region->range, start, size);
}

#endif
