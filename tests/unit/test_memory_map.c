/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/plan/memory_map.h"
#include "tests/fakes/machine_fake.h"

static struct regions busy;
static struct boot_plan plan;
static struct machine machine;
static struct machine_fake tables;
static struct memory_map map;

static int setup(void **state)
{
    (void)state;
    memset(&plan, 0, sizeof(plan));
    machine_fake_init(&tables, &machine);
    machine_fake_regions(&tables, &busy);
    plan.protocol = PROTOCOL_SEL4;
    map = (struct memory_map){.busy = &busy, .plan = &plan, .machine = &machine};
    return 0;
}

static void add_ram(uint64_t start, uint64_t end)
{
    machine.ram[machine.ram_count++] = (struct range){start, end};
}

static void add_busy(uint64_t start, uint64_t end, enum region_kind kind, const char *name)
{
    assert_int_equal(regions_add(&busy, (struct range){start, end}, kind, name, NULL), ERR_OK);
}

struct row {
    uint64_t start, end;
    enum region_kind kind;
    const char *name;
};

static void assert_map(const struct row *rows, unsigned count)
{
    struct region r;
    uint64_t at = 0;

    for (unsigned i = 0; i < count; i++) {
        assert_true(memory_map_next(&map, at, &r));
        assert_int_equal(r.range.start, rows[i].start);
        assert_int_equal(r.range.end, rows[i].end);
        assert_int_equal(r.kind, rows[i].kind);
        assert_string_equal(r.name, rows[i].name);
        at = r.range.end;
    }
    assert_false(memory_map_next(&map, at, &r));
}

static void test_nothing(void **state)
{
    (void)state;
    assert_map(NULL, 0);
}

static void test_free_memory_only(void **state)
{
    static const struct row rows[] = {
        {0x1000, 0x2000, REGION_RAM, "free"},
        {0x4000, UINT64_MAX, REGION_RAM, "free"},
    };

    (void)state;
    add_ram(0x1000, 0x2000);
    add_ram(0x4000, UINT64_MAX);
    assert_map(rows, 2);
}

static void test_every_source(void **state)
{
    static const struct row rows[] = {
        {0x100, 0x200, REGION_DEVICE, "uart"},      {0x1000, 0x3000, REGION_DONE, "kernel"},
        {0x3000, 0x4000, REGION_PLANNED, "dtb"},    {0x4000, 0x6000, REGION_RAM, "free"},
        {0x6000, 0x7000, REGION_MONITOR, "me"},     {0x7000, 0x8000, REGION_RAM, "free"},
        {0x9000, 0xa000, REGION_RESERVED, "other"},
    };

    (void)state;
    add_ram(0x1000, 0x8000);
    add_busy(0x9000, 0xa000, REGION_RESERVED, "other");
    add_busy(0x6000, 0x7000, REGION_MONITOR, "me");
    plan.ranges[PLAN_KERNEL] = (struct range){0x1000, 0x3000};
    plan.ranges[PLAN_DTB] = (struct range){0x3000, 0x4000};
    map.done[PLAN_KERNEL] = true;
    machine.mmio_count = 1;
    machine.mmio[0] = (struct machine_region){.range = {0x100, 0x200}, .name = "uart"};
    assert_map(rows + 1, 6);
    map.devices = true;
    assert_map(rows, 7);
}

/* Who is listed first keeps its place; the other goes on behind it. */
static void test_overlaps(void **state)
{
    static const struct row rows[] = {
        {0x1000, 0x2000, REGION_PLANNED, "kernel"}, {0x2000, 0x3000, REGION_MONITOR, "me"},
        {0x3000, 0x5000, REGION_PLANNED, "kernel"}, {0x5000, 0x6000, REGION_PLANNED, "dtb"},
        {0x6000, 0x7000, REGION_RAM, "free"},
    };

    (void)state;
    add_ram(0x1000, 0x7000);
    add_busy(0x2000, 0x3000, REGION_MONITOR, "me");
    plan.ranges[PLAN_KERNEL] = (struct range){0x1000, 0x5000};
    plan.ranges[PLAN_DTB] = (struct range){0x4000, 0x6000};
    assert_map(rows, 5);
}

static void test_what_is_left_of_a_refused_plan(void **state)
{
    static const struct row row = {0x1000, 0x7000, REGION_RAM, "free"};

    (void)state;
    add_ram(0x1000, 0x7000);
    plan.protocol = PROTOCOL_NONE;
    plan.ranges[PLAN_KERNEL] = (struct range){0x1000, 0x5000};
    assert_map(&row, 1);
}

static void test_begins_inside(void **state)
{
    struct region r;

    (void)state;
    add_ram(0x1000, 0x7000);
    assert_true(memory_map_next(&map, 0x6fff, &r));
    assert_int_equal(r.range.start, 0x6fff);
    assert_int_equal(r.range.end, 0x7000);
}

static void assert_line(const struct region *r, const char *text)
{
    char line[MEMORY_MAP_LINE_BYTES];

    memory_map_line(r, line);
    assert_string_equal(line, text);
}

static void test_lines(void **state)
{
    struct region r = {.range = {0x40000000, 0x4023d000}, .name = "kernel"};
    char line[MEMORY_MAP_LINE_BYTES];

    (void)state;
    memory_map_heading(line);
    assert_string_equal(line, "START              END                       SIZE  USE");
    r.kind = REGION_PLANNED;
    assert_line(&r, "0x0000000040000000 0x000000004023d000     2.2 MiB  kernel (planned)");
    r.kind = REGION_DONE;
    assert_line(&r, "0x0000000040000000 0x000000004023d000     2.2 MiB  kernel (done)");
    r.kind = REGION_RESERVED;
    assert_line(&r, "0x0000000040000000 0x000000004023d000     2.2 MiB  reserved: kernel");
    r.kind = REGION_DEVICE;
    assert_line(&r, "0x0000000040000000 0x000000004023d000     2.2 MiB  device: kernel");
    r.kind = REGION_MONITOR;
    assert_line(&r, "0x0000000040000000 0x000000004023d000     2.2 MiB  kernel");
    r.range = (struct range){0, UINT64_MAX};
    r.name = "a-name-that-is-longer-than-the-sixty-three-characters-of-once@ffffffffffffffff";
    assert_line(&r,
                "0x0000000000000000 0xffffffffffffffff    15.9 EiB  "
                "a-name-that-is-longer-than-the-sixty-three-characters-of-once@ffffffffffffffff");
}

static void test_sizes(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {1, "1 B"},
        {1023, "1023 B"},
        {KIB(1), "1 KiB"},
        {KIB(1) + 102, "1 KiB"},
        {KIB(1) + 103, "1.1 KiB"},
        {MIB(1) - 1, "1023.9 KiB"},
        {MIB(1), "1 MiB"},
        {0x23d000, "2.2 MiB"},
        {GIB(1), "1 GiB"},
        {GIB(1536), "1.5 TiB"},
        {UINT64_MAX, "15.9 EiB"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[TEXT_SIZE_BYTES];

        text_size(text, sizeof(text), cases[i].bytes);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nothing, setup),
        cmocka_unit_test_setup(test_free_memory_only, setup),
        cmocka_unit_test_setup(test_every_source, setup),
        cmocka_unit_test_setup(test_overlaps, setup),
        cmocka_unit_test_setup(test_what_is_left_of_a_refused_plan, setup),
        cmocka_unit_test_setup(test_begins_inside, setup),
        cmocka_unit_test_setup(test_lines, setup),
        cmocka_unit_test_setup(test_sizes, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
