/* SPDX-License-Identifier: Apache-2.0 */
/* Devicetrees: what fdt_mem_check accepts is sound for libfdt, for the copy, for the machine and
 * for dts, and nothing of it reads beyond the tree. */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/dts.h"
#include "mm/fdt_mem.h"
#include "mm/fdt_room.h"
#include "tests/fakes/dtb_fake.h"
#include "tests/fakes/machine_fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SPARE_BYTES = 24, COPY_BYTES = 2 * DTB_FAKE_BYTES, ROOM_BYTES = 0x2000 };

static void no_write(void *context, const char *text, size_t size)
{
    (void)context;
    (void)text;
    (void)size;
}

static size_t no_read(void *context, uint8_t *to, size_t room, unsigned looks)
{
    (void)context;
    (void)to;
    (void)room;
    (void)looks;
    return 0;
}

static const struct console_ops nowhere = {.write = no_write, .read = no_read};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The place that is found before there is a machine is free by what the machine tells then. */
static void check_room(struct bytes fdt, const struct machine *m)
{
    struct fdt_outline outline;
    struct range room, taken = {0x4000, 0x5000};
    struct diag why = {""};
    int err;

    require(fdt_outline_read(fdt, &outline, NULL) == ERR_OK);
    err = fdt_room_find(&outline, ROOM_BYTES, &taken, 1, &room, &why);
    require(err == ERR_OK || (err == ERR_NOMEM && why.text[0]) ||
            (err == ERR_NOTFOUND && m->ram_count == 0));
    if (err || !m->ram_count) /* without any where the root is disabled */
        return;
    require(machine_has_ram(m, room) && range_bytes(room) == ROOM_BYTES);
    require(!range_overlaps(room, taken));
    for (unsigned i = 0; i < m->reserved_count; i++)
        require(!range_overlaps(room, m->reserved[i].range));
}

/* Memory of exactly the size that the outline tells is enough for every tree. */
static void check_machine(struct bytes fdt)
{
    struct machine m;
    void *memory;
    struct diag why = {""};
    int err = machine_fake_read(fdt, &memory, &m, &why);

    require(err == ERR_OK || (err == ERR_NOTFOUND && m.ram_count == 0 && why.text[0]));
    check_room(fdt, &m);
    for (unsigned i = 0; i < m.ram_count; i++) {
        require(m.ram[i].start < m.ram[i].end);
        require(i == 0 || m.ram[i - 1].end < m.ram[i].start);
    }
    for (unsigned i = 0; i < m.mmio_count; i++)
        require(m.mmio[i].range.start < m.mmio[i].range.end && m.mmio[i].name[0] != '/');
    for (unsigned i = 0; i < m.reserved_count; i++)
        require(strlen(m.reserved[i].name) < fdt.size);
    require(strlen(m.model) < fdt.size && strlen(m.uart.path) < fdt.size);
    free(memory);
}

static void check_copy(struct bytes blob, uint32_t used)
{
    static _Alignas(8) uint8_t copy[COPY_BYTES];
    struct console con;
    uint32_t size;

    require(fdt_mem_copy(blob, SPARE_BYTES, copy, used + SPARE_BYTES, NULL) == ERR_OK);
    require(fdt_totalsize(copy) == used + SPARE_BYTES);
    require(fdt_check_full(copy, used + SPARE_BYTES) == 0);
    require(fdt_mem_check((struct bytes){copy, used + SPARE_BYTES}, &size, NULL) == ERR_OK);
    require(size == used);
    check_machine((struct bytes){copy, used + SPARE_BYTES});
    console_init(&con, &nowhere, NULL);
    require(dts_print_tree(&con, copy, NULL) == ERR_OK);
}

static void check(const uint8_t *data, size_t size)
{
    uint8_t *exact = aligned_alloc(8, (size + 8) & ~(size_t)7); /* for ASan to see its end */
    struct diag why = {""};
    uint32_t used = 0;

    memcpy(exact, data, size);
    if (fdt_mem_check((struct bytes){exact, size}, &used, &why)) {
        require(why.text[0] && used == 0);
    } else {
        require(used <= size && fdt_check_full(exact, size) == 0);
        check_machine((struct bytes){exact, size});
        check_copy((struct bytes){exact, size}, used);
    }
    free(exact);
}

static void make_device(struct dtb_fake *dtb, const char *name, const char *compatible)
{
    dtb_fake_node(dtb, name);
    dtb_fake_string(dtb, "compatible", compatible);
    dtb_fake_cells(dtb, "reg", 0x201000, 0x1000, 0x202000, 0x1000);
    dtb_fake_cells(dtb, "interrupts", 0, 1, 4);
    dtb_fake_string(dtb, "status", "okay");
    dtb_fake_string(dtb, "method", "hvc");
    dtb_fake_cells(dtb, "phandle", 1);
    dtb_fake_end(dtb);
}

static void make_cpus(struct dtb_fake *dtb)
{
    dtb_fake_node(dtb, "cpus");
    dtb_fake_counts(dtb, 1, 0);
    dtb_fake_node(dtb, "cpu@0");
    dtb_fake_string(dtb, "device_type", "cpu");
    dtb_fake_string(dtb, "enable-method", "spin-table");
    dtb_fake_cells(dtb, "reg", 0);
    dtb_fake_cells(dtb, "cpu-release-addr", 0, 0xd8);
    dtb_fake_end(dtb);
    dtb_fake_end(dtb);
}

/* A tree with one of everything that fdt_mem_machine looks at. */
static struct bytes make_tree(struct dtb_fake *dtb)
{
    dtb_fake_begin_reserving(dtb, 0x1000, 0x1000);
    dtb_fake_counts(dtb, 2, 1);
    dtb_fake_cells(dtb, "interrupt-parent", 1);
    dtb_fake_node(dtb, "aliases");
    dtb_fake_string(dtb, "serial0", "/soc/pl011@201000");
    dtb_fake_end(dtb);
    dtb_fake_node(dtb, "memory@0");
    dtb_fake_string(dtb, "device_type", "memory");
    dtb_fake_cells(dtb, "reg", 0, 0, 0x1000, 0, 0x2000, 0x1000);
    dtb_fake_end(dtb);
    make_cpus(dtb);
    dtb_fake_node(dtb, "soc");
    dtb_fake_counts(dtb, 1, 1);
    dtb_fake_cells(dtb, "ranges", 0x200000, 0, 0x3f200000, 0x100000);
    make_device(dtb, "serial@200000", "arm,pl011");
    make_device(dtb, "pl011@201000", "arm,pl011");
    make_device(dtb, "intc", "arm,gic-v3");
    make_device(dtb, "psci", "arm,psci-0.2");
    dtb_fake_end(dtb);
    dtb_fake_node(dtb, "reserved-memory");
    make_device(dtb, "pool", "shared");
    dtb_fake_end(dtb);
    dtb_fake_node(dtb, "chosen");
    dtb_fake_string(dtb, "stdout-path", "serial0:115200");
    dtb_fake_string(dtb, "bootargs", "quiet");
    dtb_fake_end(dtb);
    return dtb_fake_finish(dtb);
}

/* Change a sound tree: each 4 bytes of @data are an offset and what to write there. */
static void check_patched(const uint8_t *data, size_t size)
{
    static struct dtb_fake dtb;
    struct bytes tree = make_tree(&dtb);
    uint16_t offset;

    for (; size >= 4; data += 4, size -= 4) {
        memcpy(&offset, data, sizeof(offset));
        memcpy(dtb.data + offset % (tree.size - 1), data + sizeof(offset), 2);
    }
    check(dtb.data, tree.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= DTB_FAKE_BYTES)
        check(data, size);
    check_patched(data, size);
    return 0;
}
