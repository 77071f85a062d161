/* SPDX-License-Identifier: Apache-2.0 */
/* Where a Linux kernel, its DTB and its initrd go, and with what it is entered. */
#include "tests/unit/unit.h"

#include <libfdt.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/plan/plan_make.h"
#include "monitor/plan/preflight.h"
#include "tests/fakes/dtb_fake.h"
#include "tests/fakes/image_fake.h"
#include "tests/fakes/machine_fake.h"

enum { INITRD_BYTES = 0x12345 };

static struct image_fake kernel;
static struct dtb_fake tree;
static uint8_t initrd[INITRD_BYTES];
static struct machine machine;
static struct machine_fake tables;
static struct regions busy;
static struct plan_input input;
static struct boot_plan plan;

static int setup(void **state)
{
    (void)state;
    image_fake_init(&kernel);
    dtb_fake_begin(&tree);
    dtb_fake_node(&tree, "memory@40000000");
    dtb_fake_string(&tree, "device_type", "memory");
    dtb_fake_end(&tree);
    machine_fake_init(&tables, &machine);
    machine_fake_regions(&tables, &busy);
    machine.ram_count = 1;
    machine.ram[0] = (struct range){0x40000000, 0x80000000};
    input = (struct plan_input){
        .kernel = image_fake_bytes(&kernel),
        .initrd = {initrd, sizeof(initrd)},
        .dtb = dtb_fake_finish(&tree),
        .machine = &machine,
        .machine_el = 1,
        .mmfr0 = 0x1122, /* Cortex-A53: no pages of 16 KiB */
        .busy = &busy,
    };
    return 0;
}

static void make(void)
{
    struct diag d = {""};

    if (plan_make(&input, &plan, &d))
        fail_msg("%s", d.text);
    assert_int_equal(plan.protocol, PROTOCOL_LINUX);
}

static void assert_refused(int err, const char *reason)
{
    struct diag d;

    assert_int_equal(plan_make(&input, &plan, &d), err);
    assert_string_equal(d.text, reason);
    assert_int_equal(plan.protocol, PROTOCOL_NONE);
}

static void assert_range(enum plan_role role, uint64_t start, uint64_t end)
{
    assert_int_equal(plan.ranges[role].start, start);
    assert_int_equal(plan.ranges[role].end, end);
}

static void reserve(uint64_t start, uint64_t end)
{
    assert_int_equal(
        regions_add(&busy, (struct range){start, end}, REGION_RESERVED, "firmware", NULL), ERR_OK);
}

static void test_places(void **state)
{
    (void)state;
    make();
    assert_range(PLAN_KERNEL, 0x40000000, 0x40005000);
    assert_range(PLAN_DTB, 0x40200000, 0x40201000);
    assert_range(PLAN_INITRD, 0x40201000, 0x40214000);
    assert_int_equal(plan.chosen.initrd.start, 0x40201000);
    assert_int_equal(plan.chosen.initrd.end, 0x40201000 + INITRD_BYTES);
    for (int role = PLAN_HEADERS; role < PLAN_ROLE_COUNT; role++)
        assert_true(range_is_empty(plan.ranges[role]));
    assert_true(range_is_empty(plan.ranges[PLAN_APP]));
}

static void test_entry(void **state)
{
    (void)state;
    for (unsigned el = 1; el <= 2; el++) {
        input.machine_el = el;
        make();
        assert_int_equal(plan.handover.entry, 0x40000000);
        assert_int_equal(plan.handover.x[0], 0x40200000);
        for (unsigned i = 1; i < HANDOVER_ARGS; i++)
            assert_int_equal(plan.handover.x[i], 0);
        assert_int_equal(plan.handover.el, el);
        assert_int_equal(plan.handover.mmu, 0);
        assert_int_equal(plan.handover.sctlr, el == 2 ? 0x30c50830 : 0x30d00800);
        assert_int_equal(plan.handover.core_count, 1);
        assert_int_equal(plan.handover.trampoline, 0);
    }
}

static void test_text_offset_and_size(void **state)
{
    (void)state;
    image_fake_text_offset(&kernel, 0x280000);
    image_fake_image_size(&kernel, 0x300001);
    make();
    assert_range(PLAN_KERNEL, 0x40280000, 0x40581000);
    assert_int_equal(plan.handover.entry, 0x40280000);
    assert_int_equal(plan.copies[0].zero_bytes, 0x301000 - IMAGE_FAKE_BYTES);
}

static void test_goes_around_what_is_busy(void **state)
{
    (void)state;
    reserve(0x40004fff, 0x40200001);
    reserve(0x40600000, 0x40602000);
    make();
    assert_range(PLAN_KERNEL, 0x40400000, 0x40405000);
    assert_range(PLAN_DTB, 0x40800000, 0x40801000);
}

static void test_ram_in_pieces(void **state)
{
    (void)state;
    machine.ram_count = 3;
    machine.ram[0] = (struct range){0x1000, 0x5000};         /* no multiple of 2 MiB in it */
    machine.ram[1] = (struct range){0x40000000, 0x40008000}; /* the kernel alone */
    machine.ram[2] = (struct range){0x80001000, 0x90000000};
    make();
    assert_range(PLAN_KERNEL, 0x40000000, 0x40005000);
    assert_range(PLAN_DTB, 0x80200000, 0x80201000);
}

static void test_below_the_kernel(void **state)
{
    (void)state;
    machine.ram[0] = (struct range){0x40000000, 0x40400000};
    image_fake_image_size(&kernel, MIB(2));
    reserve(0x40000000, 0x40001000);
    input.initrd.size = 0;
    assert_refused(ERR_NOMEM, "dtb: 4096 bytes with the DTB do not fit into free RAM within 32 GiB "
                              "of the kernel at 0x40200000");
    busy.count = 0;
    reserve(0x40010000, 0x40011000);
    make();
    assert_range(PLAN_KERNEL, 0x40200000, 0x40400000);
    assert_range(PLAN_DTB, 0x40000000, 0x40001000);
}

static void test_initrd_stays_within_32_gib(void **state)
{
    (void)state;
    machine.ram_count = 2;
    machine.ram[0] = (struct range){0x40000000, 0x40008000};
    machine.ram[1] = (struct range){UINT64_C(0x840000000), UINT64_C(0x880000000)};
    assert_refused(ERR_NOMEM, "initrd: 81920 bytes with the DTB do not fit into free RAM within 32 "
                              "GiB of the kernel at 0x40000000");
    machine.ram[1].start -= MIB(4);
    make();
    assert_range(PLAN_DTB, 0x83fc00000, 0x83fc01000);
}

static void test_no_room(void **state)
{
    (void)state;
    image_fake_image_size(&kernel, GIB(1) + 1);
    assert_refused(ERR_NOMEM, "kernel: its image_size 0x40000001 at text_offset 0x0 from a "
                              "multiple of 2 MiB does not fit into free RAM");
    image_fake_image_size(&kernel, 0x4000000000000000);
    assert_int_equal(plan_make(&input, &plan, NULL), ERR_NOMEM);
    image_fake_image_size(&kernel, INT64_MAX);
    assert_int_equal(plan_make(&input, &plan, NULL), ERR_NOMEM);
    image_fake_image_size(&kernel, GIB(1));
    assert_refused(ERR_NOMEM, "initrd: 81920 bytes with the DTB do not fit into free RAM within 32 "
                              "GiB of the kernel at 0x40000000");
    machine.ram_count = 0;
    assert_refused(ERR_STATE, "without a devicetree the machine's RAM is not known");
}

/* A tree of exactly @bytes, with memory. */
static struct bytes tree_of(uint32_t bytes)
{
    static _Alignas(8) uint8_t data[3 << 20];
    static const uint8_t padding[3 << 20];
    int node;

    assert_int_equal(fdt_create_empty_tree(data, sizeof(data)), 0);
    node = fdt_add_subnode(data, 0, "memory");
    assert_int_equal(fdt_setprop_string(data, node, "device_type", "memory"), 0);
    assert_int_equal(fdt_setprop(data, 0, "padding", padding, 4), 0);
    assert_int_equal(fdt_pack(data), 0);
    bytes -= fdt_totalsize(data) - 4;
    fdt_set_totalsize(data, sizeof(data));
    assert_int_equal(fdt_setprop(data, 0, "padding", padding, (int)bytes), 0);
    assert_int_equal(fdt_pack(data), 0);
    return (struct bytes){data, fdt_totalsize(data)};
}

static void test_dtb(void **state)
{
    (void)state;
    input.dtb.size = 0;
    assert_refused(ERR_STATE, "Linux needs a devicetree, and there is none");
    input.dtb = tree_of(MIB(2) - 64);
    assert_int_equal(input.dtb.size, MIB(2) - 64);
    assert_refused(ERR_RANGE, "dtb: 2097192 bytes with what is added to /chosen are more than the "
                              "2 MiB that Linux maps");
    input.initrd.size = 0;
    make();
    assert_int_equal(plan.dtb_bytes, MIB(2) - 64);
    assert_int_equal(plan.copies[1].src.size, MIB(2) - 64);
}

static void test_dtb_is_completed_in_its_room(void **state)
{
    static _Alignas(8) uint8_t out[DTB_FAKE_BYTES];
    uint32_t used;
    struct diag d;

    (void)state;
    input.bootargs = "console=ttyAMA0";
    make();
    assert_int_equal(plan.copy_count, 2); /* without the DTB */
    memset(out, 0xff, sizeof(out));
    assert_int_equal(plan_write_dtb(&input, &plan, out, &d), ERR_OK);
    assert_int_equal(out[plan.dtb_bytes], 0xff);
    assert_int_equal(fdt_mem_check((struct bytes){out, plan.dtb_bytes}, &used, &d), ERR_OK);
    assert_string_equal(fdt_chosen_bootargs(out), "console=ttyAMA0");
}

static void assert_matches(void)
{
    struct diag d = {""};

    make();
    assert_int_equal(preflight_check(&plan, &input, &d), ERR_OK);
    assert_string_equal(d.text, "");
}

static void assert_differs(const char *reason)
{
    struct diag d;

    make();
    assert_int_equal(preflight_check(&plan, &input, &d), ERR_MISMATCH);
    assert_string_equal(d.text, reason);
}

static void test_preflight_pages(void **state)
{
    (void)state;
    assert_matches();
    image_fake_flags(&kernel, 0xc);
    assert_differs("page size: kernel built for 16 KiB, which this CPU does not have");
    input.mmfr0 |= 1 << 20;
    assert_matches();
    image_fake_flags(&kernel, 0xe);
    assert_matches();
    input.mmfr0 |= 0xf << 24;
    assert_differs("page size: kernel built for 64 KiB, which this CPU does not have");
    image_fake_flags(&kernel, 0xa);
    assert_matches();
    input.mmfr0 |= UINT64_C(0xf) << 28;
    assert_differs("page size: kernel built for 4 KiB, which this CPU does not have");
    image_fake_flags(&kernel, 8);
    assert_matches();
}

static void test_preflight_byte_order(void **state)
{
    (void)state;
    image_fake_flags(&kernel, 0xb);
    assert_matches();
    input.mmfr0 = 0x1022;
    assert_differs("byte order: kernel is big-endian, which this CPU does not support");
    input.machine_el = 0; /* the CPU is not known */
    assert_matches();
}

static void test_preflight_bootargs(void **state)
{
    static char text[4097];

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    input.bootargs = text;
    assert_differs("bootargs: 4096 bytes, of which Linux takes 2047");
    text[2047] = '\0';
    assert_matches();
}

static void test_description(void **state)
{
    char text[PREFLIGHT_TEXT_BYTES];

    (void)state;
    make();
    preflight_describe_kernel(&plan, text, sizeof(text));
    assert_string_equal(text, "Linux, 4 KiB pages, little-endian, anywhere in RAM");
    image_fake_flags(&kernel, 1);
    make();
    preflight_describe_kernel(&plan, text, sizeof(text));
    assert_string_equal(text, "Linux, page size unknown, big-endian, at the start of RAM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_places, setup),
        cmocka_unit_test_setup(test_entry, setup),
        cmocka_unit_test_setup(test_text_offset_and_size, setup),
        cmocka_unit_test_setup(test_goes_around_what_is_busy, setup),
        cmocka_unit_test_setup(test_ram_in_pieces, setup),
        cmocka_unit_test_setup(test_below_the_kernel, setup),
        cmocka_unit_test_setup(test_initrd_stays_within_32_gib, setup),
        cmocka_unit_test_setup(test_no_room, setup),
        cmocka_unit_test_setup(test_dtb, setup),
        cmocka_unit_test_setup(test_dtb_is_completed_in_its_room, setup),
        cmocka_unit_test_setup(test_preflight_pages, setup),
        cmocka_unit_test_setup(test_preflight_byte_order, setup),
        cmocka_unit_test_setup(test_preflight_bootargs, setup),
        cmocka_unit_test_setup(test_description, setup),
    };

    return cmocka_run_group_tests_name("plan_linux", tests, NULL, NULL);
}
