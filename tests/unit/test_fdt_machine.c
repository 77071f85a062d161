/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "mm/fdt_mem.h"
#include "tests/fakes/dtb_fake.h"

static struct dtb_fake dtb;
static struct machine m;
static struct diag d;

static void begin(uint32_t address_cells, uint32_t size_cells)
{
    dtb_fake_begin(&dtb);
    dtb_fake_counts(&dtb, address_cells, size_cells);
}

static void node(const char *name)
{
    dtb_fake_node(&dtb, name);
}

static void end(void)
{
    dtb_fake_end(&dtb);
}

static void string(const char *name, const char *value)
{
    dtb_fake_string(&dtb, name, value);
}

#define cells(name, ...) dtb_fake_cells(&dtb, (name), __VA_ARGS__)

static void empty(const char *name)
{
    dtb_fake_bytes(&dtb, name, NULL, 0);
}

/* A node with `compatible` and one address and size of one cell each, left open. */
static void device(const char *name, const char *compatible, uint32_t base, uint32_t size)
{
    node(name);
    string("compatible", compatible);
    cells("reg", base, size);
}

static void memory(void)
{
    node("memory@40000000");
    string("device_type", "memory");
    cells("reg", 0x40000000, 0x1000000);
    end();
}

static int finish(void)
{
    struct bytes blob = dtb_fake_finish(&dtb);
    uint32_t size;

    assert_int_equal(fdt_mem_check(blob, &size, NULL), ERR_OK);
    memset(&m, 0xa5, sizeof(m));
    return fdt_mem_machine(dtb.data, &m, &d);
}

static void finish_ok(void)
{
    assert_int_equal(finish(), ERR_OK);
    assert_string_equal(d.text, "");
}

static void assert_range(struct range r, uint64_t start, uint64_t size)
{
    assert_true(r.start == start);
    assert_true(range_bytes(r) == size);
}

static void assert_region(const struct machine_region *region, const char *name, uint64_t start,
                          uint64_t size)
{
    assert_string_equal(region->name, name);
    assert_range(region->range, start, size);
}

static void test_nothing_but_ram(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    finish_ok();
    assert_int_equal(m.ram_count, 1);
    assert_range(m.ram[0], 0x40000000, 0x1000000);
    assert_int_equal(m.reserved_count, 0);
    assert_int_equal(m.mmio_count, 0);
    assert_int_equal(m.cpu_count, 0);
    assert_false(m.uart.found);
    assert_int_equal(m.psci, PSCI_NONE);
    assert_int_equal(m.gic_version, 0);
    assert_string_equal(m.model, "");
    assert_string_equal(m.compatible, "");
    assert_true(range_is_empty(m.initrd));
}

static void test_ram_is_sorted_and_merged(void **state)
{
    (void)state;
    begin(2, 2);
    node("memory@2");
    string("device_type", "memory");
    cells("reg", 1, 0, 0, 0x1000, 0, 0x8000, 0, 0x1000);
    end();
    node("memory");
    string("device_type", "memory");
    string("status", "okay");
    cells("reg", 0, 0x9000, 0, 0x1000, 0, 0, 0, 0x1000, 0, 0x7800, 0, 0x900);
    end();
    finish_ok();
    assert_int_equal(m.ram_count, 3);
    assert_range(m.ram[0], 0, 0x1000);
    assert_range(m.ram[1], 0x7800, 0x2800);
    assert_range(m.ram[2], UINT64_C(0x100000000), 0x1000);
}

/* Every order of four pieces, one of which touches two others, gives the same two ranges. */
static void test_ram_in_any_order(void **state)
{
    static const uint32_t pieces[4][2] = {
        {0x1000, 0x1000}, {0x3000, 0x1000}, {0x2000, 0x1000}, {0x9000, 0x1000}};

    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        unsigned slots[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};

        if ((1u << slots[0] | 1u << slots[1] | 1u << slots[2] | 1u << slots[3]) != 15)
            continue;
        begin(1, 1);
        node("memory@1000");
        string("device_type", "memory");
        cells("reg", pieces[slots[0]][0], pieces[slots[0]][1], pieces[slots[1]][0],
              pieces[slots[1]][1], pieces[slots[2]][0], pieces[slots[2]][1], pieces[slots[3]][0],
              pieces[slots[3]][1]);
        end();
        finish_ok();
        assert_int_equal(m.ram_count, 2);
        assert_range(m.ram[0], 0x1000, 0x3000);
        assert_range(m.ram[1], 0x9000, 0x1000);
    }
}

static void test_ram_that_does_not_count(void **state)
{
    (void)state;
    begin(2, 2);
    node("secram@e000000");
    string("device_type", "memory");
    string("status", "disabled");
    string("secure-status", "okay");
    cells("reg", 0, 0xe000000, 0, 0x1000000);
    end();
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0, 0xffffffff, 0xfffff000, 0, 0x2000, 1, 2, 3);
    end();
    node("buffer@80000000"); /* no device_type */
    cells("reg", 0, 0x80000000, 0, 0x1000);
    end();
    assert_int_equal(finish(), ERR_NOTFOUND);
    assert_string_equal(d.text, "no enabled memory node with a size");
    assert_int_equal(m.ram_count, 0);
    assert_int_equal(m.mmio_count, 1);
}

static void test_more_ram_than_fits(void **state)
{
    (void)state;
    begin(1, 1);
    for (uint32_t i = 0; i <= MACHINE_RAM_MAX; i++) {
        node("memory");
        string("device_type", "memory");
        cells("reg", 0x10000 * i, 0x1000);
        end();
    }
    node("memory"); /* fits: it joins two of them */
    string("device_type", "memory");
    cells("reg", 0x1000, 0xf000);
    end();
    assert_int_equal(finish(), ERR_OK);
    assert_string_equal(d.text, "more than 8 ranges of RAM, the rest is left out");
    assert_int_equal(m.ram_count, MACHINE_RAM_MAX - 1);
    assert_range(m.ram[0], 0, 0x11000);
    assert_range(m.ram[6], 0x70000, 0x1000);
}

static void test_names(void **state)
{
    char longer[2 * MACHINE_NAME_BYTES];

    (void)state;
    begin(1, 1);
    dtb_fake_bytes(&dtb, "compatible", "maker,board\0maker,soc", 22);
    memory();
    finish_ok();
    assert_string_equal(m.compatible, "maker,board");
    assert_string_equal(m.model, "maker,board");

    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    begin(1, 1);
    string("compatible", "maker,board");
    string("model", longer);
    memory();
    finish_ok();
    assert_string_equal(m.compatible, "maker,board");
    assert_int_equal(strlen(m.model), MACHINE_NAME_BYTES - 1);
}

static void test_reserved(void **state)
{
    (void)state;
    dtb_fake_begin_reserving(&dtb, 0x100000, 0x2000);
    dtb_fake_counts(&dtb, 2, 2);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0x1000000);
    end();
    node("reserved-memory");
    dtb_fake_counts(&dtb, 1, 1);
    empty("ranges");
    node("secmon@5000");
    cells("reg", 0x5000, 0x1000, 0x9000, 0x1000);
    empty("no-map");
    end();
    node("ramoops@7000");
    cells("reg", 0x7000, 0x1000);
    end();
    node("pool"); /* placed at run time */
    cells("size", 0x100000);
    end();
    node("off@8000");
    string("status", "disabled");
    cells("reg", 0x8000, 0x1000);
    end();
    end();
    finish_ok();
    assert_int_equal(m.reserved_count, 4);
    assert_region(&m.reserved[0], "memreserve", 0x100000, 0x2000);
    assert_false(m.reserved[0].no_map);
    assert_region(&m.reserved[1], "secmon@5000", 0x5000, 0x1000);
    assert_true(m.reserved[1].no_map);
    assert_region(&m.reserved[2], "secmon@5000", 0x9000, 0x1000);
    assert_region(&m.reserved[3], "ramoops@7000", 0x7000, 0x1000);
    assert_false(m.reserved[3].no_map);
    assert_int_equal(m.mmio_count, 0);
}

static void test_more_reserved_than_fits(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("reserved-memory"); /* without `ranges`: reserved all the same */
    dtb_fake_counts(&dtb, 1, 1);
    for (uint32_t i = 0; i <= MACHINE_RESERVED_MAX; i++) {
        node("r");
        cells("reg", 0x1000 * i, 0x1000);
        end();
    }
    end();
    assert_int_equal(finish(), ERR_OK);
    assert_string_equal(d.text, "more than 32 reserved ranges, the rest is left out");
    assert_int_equal(m.reserved_count, MACHINE_RESERVED_MAX);
}

static void gic(const char *compatible)
{
    device("intc@8000000", compatible, 0x8000000, 0x10000);
    cells("phandle", 7);
    end();
}

static void test_gic(void **state)
{
    static const struct {
        const char *compatible;
        unsigned version;
    } kinds[] = {{"arm,cortex-a15-gic", 2},
                 {"arm,gic-400", 2},
                 {"arm,cortex-a7-gic", 2},
                 {"arm,cortex-a9-gic", 2},
                 {"arm,gic-v3", 3},
                 {"arm,gic-v4", 0},
                 {"arm,gic", 0},
                 {"arm,cortex-a15-gicx", 0}};

    (void)state;
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        begin(1, 1);
        memory();
        node("intc@8000000");
        string("compatible", kinds[i].compatible);
        cells("reg", 0x8000000, 0x10000, 0x8010000, 0x10000);
        end();
        finish_ok();
        assert_int_equal(m.gic_version, kinds[i].version);
        assert_true(m.gic_dist == (kinds[i].version ? 0x8000000 : 0));
        assert_true(m.gic_cpu == (kinds[i].version ? 0x8010000 : 0));
    }
}

static void test_gic_as_second_compatible(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("intc@0");
    dtb_fake_bytes(&dtb, "compatible", "maker,gic\0arm,gic-v3", 21);
    cells("reg", 0, 0x10000);
    end();
    gic("arm,gic-400"); /* the first counts */
    finish_ok();
    assert_int_equal(m.gic_version, 3);
    assert_true(m.gic_dist == 0);
    assert_true(m.gic_cpu == 0);
}

static void test_timer(void **state)
{
    (void)state;
    for (unsigned hz = 0; hz <= 24000000; hz += 24000000) {
        begin(1, 1);
        memory();
        node("timer");
        dtb_fake_bytes(&dtb, "compatible", "arm,armv8-timer\0arm,armv7-timer", 32);
        if (hz)
            cells("clock-frequency", hz);
        end();
        node("clock");
        string("compatible", "fixed-clock");
        cells("clock-frequency", 62500000);
        end();
        finish_ok();
        assert_int_equal(m.timer_hz, hz);
    }
}

static void test_psci(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("psci");
    dtb_fake_bytes(&dtb, "compatible", "arm,psci-1.0\0arm,psci-0.2\0arm,psci", 35);
    string("method", "hvc");
    end();
    finish_ok();
    assert_int_equal(m.psci, PSCI_HVC);
    assert_true(m.psci_0_2);

    begin(1, 1);
    memory();
    node("firmware");
    node("psci");
    string("compatible", "arm,psci");
    string("method", "smc");
    end();
    end();
    finish_ok();
    assert_int_equal(m.psci, PSCI_SMC);
    assert_false(m.psci_0_2);

    begin(1, 1);
    memory();
    node("psci");
    string("compatible", "arm,psci-0.2");
    string("method", "magic");
    end();
    finish_ok();
    assert_int_equal(m.psci, PSCI_NONE);
}

static void cpu(const char *name, uint32_t reg)
{
    node(name);
    string("device_type", "cpu");
    cells("reg", reg);
}

static void test_cpus(void **state)
{
    (void)state;
    begin(2, 2);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0x1000);
    end();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    node("cpu-map");
    end();
    cpu("cpu@0", 0);
    string("enable-method", "psci");
    end();
    cpu("cpu@101", 0x101);
    string("enable-method", "spin-table");
    cells("cpu-release-addr", 1, 0xd8);
    node("l2-cache");
    end();
    end();
    cpu("cpu@102", 0x102);
    string("status", "fail");
    end();
    cpu("cpu@103", 0x103);
    string("enable-method", "spin-table"); /* without an address: of no use */
    end();
    node("cache@1");
    string("device_type", "cache");
    cells("reg", 1);
    end();
    end();
    finish_ok();
    assert_int_equal(m.cpu_count, 3);
    assert_int_equal(m.cpus[0].mpidr, 0);
    assert_int_equal(m.cpus[0].enable, CPU_ENABLE_PSCI);
    assert_int_equal(m.cpus[1].mpidr, 0x101);
    assert_int_equal(m.cpus[1].enable, CPU_ENABLE_SPIN_TABLE);
    assert_true(m.cpus[1].release_addr == UINT64_C(0x1000000d8));
    assert_int_equal(m.cpus[2].mpidr, 0x103);
    assert_int_equal(m.cpus[2].enable, CPU_ENABLE_NONE);
    assert_int_equal(m.mmio_count, 0);
}

static void test_cpus_with_two_cells_and_a_common_method(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("cpus");
    dtb_fake_counts(&dtb, 2, 0);
    string("enable-method", "psci");
    node("cpu@0");
    string("device_type", "cpu");
    cells("reg", 1, 0x203);
    end();
    node("cpu@1");
    string("device_type", "cpu");
    string("enable-method", "maker,own");
    cells("reg", 0, 1);
    end();
    node("cpu@2");
    string("device_type", "cpu"); /* no reg */
    end();
    node("cpu@3"); /* no device_type */
    cells("reg", 0, 3);
    end();
    node("cpu-map");
    cells("reg", 0, 4);
    end();
    end();
    finish_ok();
    assert_int_equal(m.cpu_count, 3);
    assert_int_equal(m.cpus[2].mpidr, 3);
    assert_true(m.cpus[0].mpidr == UINT64_C(0x100000203));
    assert_int_equal(m.cpus[0].enable, CPU_ENABLE_PSCI);
    assert_int_equal(m.cpus[1].enable, CPU_ENABLE_NONE);
}

static void test_spin_table_with_a_one_cell_address(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    cpu("cpu@0", 0);
    string("enable-method", "spin-table");
    cells("cpu-release-addr", 0xd8);
    end();
    end();
    finish_ok();
    assert_int_equal(m.cpus[0].enable, CPU_ENABLE_SPIN_TABLE);
    assert_true(m.cpus[0].release_addr == 0xd8);
}

static void test_more_cpus_than_fit(void **state)
{
    char name[16];

    (void)state;
    begin(1, 1);
    memory();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    for (uint32_t i = 0; i <= MACHINE_CPUS_MAX; i++) {
        (void)snprintf(name, sizeof(name), "cpu@%x", i);
        cpu(name, i);
        end();
    }
    end();
    assert_int_equal(finish(), ERR_OK);
    assert_string_equal(d.text, "more than 64 CPUs, the rest is left out");
    assert_int_equal(m.cpu_count, MACHINE_CPUS_MAX);
    assert_int_equal(m.cpus[MACHINE_CPUS_MAX - 1].mpidr, MACHINE_CPUS_MAX - 1);
}

/* Two PL011s, the second one on a bus. @chosen_first puts /chosen before them. */
static void two_uarts(const char *stdout_path, bool chosen_first)
{
    begin(1, 1);
    memory();
    for (int i = 0; i < 2; i++) {
        if (chosen_first == (i == 0)) {
            node("aliases");
            string("serial0", "/soc/serial@201000");
            end();
            node("chosen");
            if (stdout_path)
                string("stdout-path", stdout_path);
            end();
        }
        if (i == 0) {
            device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
            end();
            node("soc");
            dtb_fake_counts(&dtb, 1, 1);
            cells("ranges", 0, 0x3f000000, 0x1000000);
            device("mini@215040", "brcm,bcm2835-aux-uart", 0x215040, 0x40);
            end();
            node("serial@201000");
            dtb_fake_bytes(&dtb, "compatible", "brcm,pl011\0arm,pl011\0arm,primecell", 35);
            cells("reg", 0x201000, 0x200);
            end();
            end();
        }
    }
    finish_ok();
    assert_true(m.uart.found);
    assert_int_equal(m.mmio_count, 3);
    assert_int_equal(m.ram_count, 1);
}

static void test_uart_of_stdout_path(void **state)
{
    static const char *const second[] = {
        "/soc/serial@201000", "/soc/serial@201000:115200n8", "serial0", "serial0:115200",
        "/soc/serial",        "//soc//serial@201000/"};
    static const char *const first[] = {NULL,
                                        "/pl011@9000000",
                                        "/pl011",
                                        "/soc/mini@215040",
                                        "serial1",
                                        "/soc/serial@20100",
                                        "/soc/serial@2010000",
                                        "/soc/seri",
                                        "/soc",
                                        "/soc/serial@201000/port",
                                        "/",
                                        "",
                                        ":115200"};

    (void)state;
    for (unsigned i = 0; i < 2 * sizeof(second) / sizeof(second[0]); i++) {
        two_uarts(second[i / 2], i % 2);
        assert_string_equal(m.uart.path, "/soc/serial@201000");
        assert_true(m.uart.base == 0x3f201000);
        assert_true(m.uart.size == 0x200);
    }
    for (unsigned i = 0; i < 2 * sizeof(first) / sizeof(first[0]); i++) {
        two_uarts(first[i / 2], i % 2);
        assert_string_equal(m.uart.path, "/pl011@9000000");
        assert_true(m.uart.base == 0x9000000);
        assert_true(m.uart.size == 0x1000);
    }
}

/* A node without a name of its own is not what an exhausted path names. */
static void test_stdout_path_of_the_root(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("chosen");
    string("stdout-path", "/");
    end();
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    end();
    device("@9040000", "arm,pl011", 0x9040000, 0x1000);
    end();
    finish_ok();
    assert_string_equal(m.uart.path, "/pl011@9000000");
}

static void test_disabled_uarts_do_not_count(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    device("pl011@9040000", "arm,pl011", 0x9040000, 0x1000);
    string("status", "disabled");
    end();
    node("off");
    dtb_fake_counts(&dtb, 1, 1);
    string("status", "disabled");
    empty("ranges");
    device("pl011@9050000", "arm,pl011", 0x9050000, 0x1000);
    string("status", "okay");
    end();
    end();
    node("bus"); /* no `ranges`: no CPU address */
    dtb_fake_counts(&dtb, 1, 1);
    device("pl011@9060000", "arm,pl011", 0x9060000, 0x1000);
    end();
    end();
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    string("status", "ok");
    end();
    finish_ok();
    assert_string_equal(m.uart.path, "/pl011@9000000");
    assert_int_equal(m.mmio_count, 1);
}

static void test_uart_interrupt(void **state)
{
    static const struct {
        uint32_t type, number;
        unsigned irq;
    } cases[] = {{0, 1, 33},  {0, 0, 32},  {0, 987, 1019}, {0, 988, 0}, {0, 0xffffffff, 0},
                 {1, 14, 30}, {1, 15, 31}, {1, 16, 0},     {2, 1, 0}};

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin(1, 1);
        cells("interrupt-parent", 7);
        memory();
        device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
        cells("interrupts", cases[i].type, cases[i].number, 4);
        end();
        gic("arm,gic-400");
        finish_ok();
        assert_int_equal(m.uart.irq, cases[i].irq);
    }
}

static void uart_interrupt_of(uint32_t root_parent, uint32_t own_parent, uint32_t cell_count,
                              unsigned expected)
{
    const uint32_t interrupts[] = {0, 5, 4, 0};

    begin(1, 1);
    if (root_parent)
        cells("interrupt-parent", root_parent);
    memory();
    gic("arm,gic-v3");
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    if (own_parent)
        cells("interrupt-parent", own_parent);
    dtb_fake_cell_list(&dtb, "interrupts", interrupts, cell_count);
    end();
    finish_ok();
    assert_int_equal(m.uart.irq, expected);
}

static void test_uart_interrupt_parent(void **state)
{
    (void)state;
    uart_interrupt_of(7, 0, 3, 37);
    uart_interrupt_of(0, 7, 3, 37);
    uart_interrupt_of(7, 0, 4, 37); /* GICv3 with partitions */
    uart_interrupt_of(3, 7, 3, 37);
    uart_interrupt_of(7, 3, 3, 0); /* another controller */
    uart_interrupt_of(0, 0, 3, 0);
    uart_interrupt_of(7, 0, 2, 0);
    uart_interrupt_of(7, 0, 0, 0);
}

static void test_long_path_is_cut(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    for (int i = 0; i < 5; i++) {
        node("a-bus-with-a-long-name");
        dtb_fake_counts(&dtb, 1, 1);
        empty("ranges");
    }
    device("pl011@9000000", "arm,pl011", 0x9000000, 0x1000);
    end();
    for (int i = 0; i < 5; i++)
        end();
    finish_ok();
    assert_int_equal(strlen(m.uart.path), MACHINE_NAME_BYTES - 1);
    assert_true(m.uart.base == 0x9000000);
}

static void test_ranges_of_buses_in_buses(void **state)
{
    (void)state;
    begin(2, 2);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0x1000);
    end();
    node("outer");
    dtb_fake_counts(&dtb, 2, 1);
    cells("ranges", 0, 0, 0x10, 0, 0x1000, 1, 0, 0x20, 0, 0x1000);
    node("inner");
    dtb_fake_counts(&dtb, 1, 1);
    cells("ranges", 0x100, 1, 0x200, 0x100);
    node("inside@180");
    cells("reg", 0x180, 0x80);
    end();
    node("across@180");
    cells("reg", 0x180, 0x81);
    end();
    node("below@80");
    cells("reg", 0x80, 0x80);
    end();
    node("beyond@200");
    cells("reg", 0x200, 1);
    end();
    end();
    node("first@0");
    cells("reg", 0, 0x800, 0x800);
    end();
    node("second@1");
    cells("reg", 1, 0x800, 0x800, 1, 0x801, 0x800, 2, 0, 0x10);
    end();
    end();
    finish_ok();
    assert_int_equal(m.mmio_count, 3);
    assert_region(&m.mmio[0], "inside@180", UINT64_C(0x2000000280), 0x80);
    assert_region(&m.mmio[1], "first@0", UINT64_C(0x1000000800), 0x800);
    assert_region(&m.mmio[2], "second@1", UINT64_C(0x2000000800), 0x800);
}

static void test_what_is_no_mmio(void **state)
{
    (void)state;
    begin(2, 1);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0x1000);
    end();
    node("pcie@10000000"); /* the controller counts, what is behind it does not */
    dtb_fake_counts(&dtb, 3, 2);
    cells("reg", 0x40, 0x10000000, 0x10000000);
    cells("ranges", 0x2000000, 0, 0x10000000, 0, 0x10000000, 0, 0x2eff0000);
    node("pci@0");
    cells("reg", 0, 0, 0, 0, 0);
    end();
    node("ep@1");
    cells("reg", 0x2000000, 0, 0x10000000, 0, 0x1000);
    end();
    end();
    node("i2c@9000000");
    dtb_fake_counts(&dtb, 1, 0);
    cells("reg", 0, 0x9000000, 0x1000);
    node("sensor@48");
    cells("reg", 0x48);
    end();
    end();
    node("flash@0");
    cells("reg", 0, 0, 0x4000000, 0, 0x4000000, 0x4000000);
    dtb_fake_counts(&dtb, 1, 1);
    node("partition@0");
    cells("reg", 0, 0x40000);
    end();
    end();
    node("nothing@5");
    cells("reg", 0, 5, 0);
    end();
    node("off@9100000");
    string("status", "disabled");
    cells("reg", 0, 0x9100000, 0x1000);
    end();
    node("wraps@ff");
    cells("reg", 0xffffffff, 0xffffff00, 0x101);
    end();
    node("part@9000800"); /* inside i2c@9000000 */
    cells("reg", 0, 0x9000800, 0x800);
    end();
    node("short");
    cells("reg", 0, 0x9200000);
    end();
    node("absurd");
    dtb_fake_counts(&dtb, 0xffffffff, 0x80000000);
    empty("ranges");
    node("child@1");
    cells("reg", 1, 1, 1);
    end();
    end();
    node("unit@0"); /* cell counts of no cells */
    dtb_fake_counts(&dtb, 0, 0);
    cells("ranges", 1, 2, 3);
    node("child@1");
    cells("reg", 1);
    end();
    end();
    finish_ok();
    assert_int_equal(m.mmio_count, 4);
    assert_region(&m.mmio[0], "pcie@10000000", UINT64_C(0x4010000000), 0x10000000);
    assert_region(&m.mmio[1], "i2c@9000000", 0x9000000, 0x1000);
    assert_region(&m.mmio[2], "flash@0", 0, 0x4000000);
    assert_region(&m.mmio[3], "flash@0", 0x4000000, 0x4000000);
}

static void test_more_mmio_than_fits(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    for (uint32_t i = 0; i <= MACHINE_MMIO_MAX; i++) {
        device("virtio", "virtio,mmio", 0xa000000 + 0x200 * i, 0x200);
        end();
    }
    assert_int_equal(finish(), ERR_OK);
    assert_string_equal(d.text, "more than 64 device ranges, the rest is left out");
    assert_int_equal(m.mmio_count, MACHINE_MMIO_MAX);
    assert_int_equal(fdt_mem_machine(dtb.data, &m, NULL), ERR_OK);
}

static void initrd(uint32_t from, uint32_t to)
{
    begin(1, 1);
    memory();
    node("chosen");
    cells("linux,initrd-start", from);
    cells("linux,initrd-end", 0, to);
    end();
    finish_ok();
}

static void test_initrd_is_reserved(void **state)
{
    (void)state;
    initrd(0x48000000, 0x48001234);
    assert_int_equal(m.initrd.start, 0x48000000);
    assert_int_equal(m.initrd.end, 0x48001234);
    assert_int_equal(m.reserved_count, 1);
    assert_region(&m.reserved[0], "initrd", 0x48000000, 0x1234);
    initrd(0x48000000, 0x48000000);
    assert_int_equal(m.reserved_count, 0);
    initrd(0x48000000, 0x47ffffff);
    assert_true(m.reserved_count == 0 && range_is_empty(m.initrd));
}

/* Texts that end without a NUL are no texts. */
static void test_texts_without_end(void **state)
{
    (void)state;
    begin(1, 1);
    dtb_fake_bytes(&dtb, "model", "board", 5);
    dtb_fake_bytes(&dtb, "compatible", "maker,board", 11);
    memory();
    node("aliases");
    dtb_fake_bytes(&dtb, "serial0", "/pl011", 6);
    end();
    node("chosen");
    string("stdout-path", "serial0");
    end();
    for (uint32_t i = 0; i < 2; i++) {
        device("pl011", "arm,pl011", 0x9000000 + 0x1000 * i, 0x1000);
        end();
    }
    node("memory@1");
    dtb_fake_bytes(&dtb, "device_type", "memory", 6);
    cells("reg", 0, 0x1000);
    end();
    node("psci");
    string("compatible", "arm,psci-0.2");
    dtb_fake_bytes(&dtb, "method", "hvc", 3);
    end();
    finish_ok();
    assert_string_equal(m.model, "");
    assert_string_equal(m.compatible, "");
    assert_true(range_is_empty(m.initrd));
    assert_true(m.uart.base == 0x9000000);
    assert_int_equal(m.psci, PSCI_NONE);
    assert_int_equal(m.ram_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_but_ram),
        cmocka_unit_test(test_ram_is_sorted_and_merged),
        cmocka_unit_test(test_ram_in_any_order),
        cmocka_unit_test(test_ram_that_does_not_count),
        cmocka_unit_test(test_more_ram_than_fits),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_reserved),
        cmocka_unit_test(test_more_reserved_than_fits),
        cmocka_unit_test(test_gic),
        cmocka_unit_test(test_gic_as_second_compatible),
        cmocka_unit_test(test_timer),
        cmocka_unit_test(test_psci),
        cmocka_unit_test(test_cpus),
        cmocka_unit_test(test_cpus_with_two_cells_and_a_common_method),
        cmocka_unit_test(test_spin_table_with_a_one_cell_address),
        cmocka_unit_test(test_more_cpus_than_fit),
        cmocka_unit_test(test_uart_of_stdout_path),
        cmocka_unit_test(test_stdout_path_of_the_root),
        cmocka_unit_test(test_disabled_uarts_do_not_count),
        cmocka_unit_test(test_uart_interrupt),
        cmocka_unit_test(test_uart_interrupt_parent),
        cmocka_unit_test(test_long_path_is_cut),
        cmocka_unit_test(test_ranges_of_buses_in_buses),
        cmocka_unit_test(test_what_is_no_mmio),
        cmocka_unit_test(test_more_mmio_than_fits),
        cmocka_unit_test(test_initrd_is_reserved),
        cmocka_unit_test(test_texts_without_end),
    };

    return cmocka_run_group_tests_name("fdt_machine", tests, NULL, NULL);
}
