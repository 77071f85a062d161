/* SPDX-License-Identifier: Apache-2.0 */
/* What is written into /chosen, and what is left alone. */
#include "tests/unit/unit.h"

#include <libfdt.h>
#include <string.h>

#include "mm/fdt_chosen.h"
#include "mm/fdt_mem.h"
#include "tests/fakes/dtb_fake.h"

static struct dtb_fake dtb;
static _Alignas(8) uint8_t out[2 * DTB_FAKE_BYTES];

static struct bytes tree(bool has_chosen)
{
    dtb_fake_begin_reserving(&dtb, 0x1000, 0x2000);
    dtb_fake_string(&dtb, "model", "small");
    if (has_chosen) {
        dtb_fake_node(&dtb, "chosen");
        dtb_fake_string(&dtb, "bootargs", "quiet");
        dtb_fake_cells(&dtb, "kaslr-seed", 1, 2);
        dtb_fake_cells(&dtb, "linux,initrd-start", 5);
        dtb_fake_end(&dtb);
    }
    dtb_fake_node(&dtb, "memory@0");
    dtb_fake_end(&dtb);
    return dtb_fake_finish(&dtb);
}

/* With no more room than was asked for. */
static void write(struct bytes from, const struct fdt_chosen *chosen)
{
    uint32_t spare = (uint32_t)fdt_chosen_spare(chosen), used;
    struct diag d = {""};

    assert_int_equal(fdt_mem_check(from, &used, &d), ERR_OK);
    assert_int_equal(fdt_mem_copy(from, spare, out, used + spare, &d), ERR_OK);
    assert_int_equal(fdt_chosen_write(out, chosen, &d), ERR_OK);
    assert_string_equal(d.text, "");
    assert_int_equal(fdt_check_full(out, used + spare), 0);
    assert_int_equal(fdt_num_mem_rsv(out), 1);
}

static uint64_t number(const char *name)
{
    int size;
    const void *value = fdt_getprop(out, fdt_path_offset(out, "/chosen"), name, &size);

    assert_non_null(value);
    assert_int_equal(size, 8);
    return fdt64_ld(value);
}

static void test_all_of_it(void **state)
{
    static char text[5000];
    const struct fdt_chosen chosen = {.bootargs = text, .initrd = {0x123450000, 0x123456789}};

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    for (size_t length = 0; length < sizeof(text); length += 1 + length) {
        for (int has_chosen = 0; has_chosen < 2; has_chosen++) {
            text[length] = '\0';
            write(tree(has_chosen), &chosen);
            text[length] = 'x';
            assert_int_equal(strlen(fdt_chosen_bootargs(out)), length);
            assert_int_equal(number("linux,initrd-start"), 0x123450000);
            assert_int_equal(number("linux,initrd-end"), 0x123456789);
            assert_true(!has_chosen || number("kaslr-seed") == 0x0000000100000002);
        }
    }
}

static void test_some_of_it(void **state)
{
    const struct fdt_chosen bootargs = {.bootargs = "a b"}, initrd = {.initrd = {0x1000, 0x2000}};

    (void)state;
    write(tree(true), &bootargs);
    assert_string_equal(fdt_chosen_bootargs(out), "a b");
    assert_null(fdt_getprop(out, fdt_path_offset(out, "/chosen"), "linux,initrd-end", NULL));
    write(tree(true), &initrd);
    assert_string_equal(fdt_chosen_bootargs(out), "quiet");
    assert_int_equal(number("linux,initrd-start"), 0x1000);
}

static void assert_reg(const uint8_t *expected, int expected_size)
{
    int size, node = fdt_path_offset(out, "/memory");
    const void *reg = fdt_getprop(out, node, "reg", &size);

    assert_int_equal(size, expected_size);
    assert_memory_equal(reg, expected, (size_t)size);
    assert_string_equal(fdt_getprop(out, node, "device_type", NULL), "memory");
    assert_true(fdt_chosen_has_memory(out));
}

static void test_memory(void **state)
{
    static const struct range ram[] = {{0x40000000, 0x80000000}, {0x880000000, 0x8c0000000}};
    const struct fdt_chosen one = {.ram = ram, .ram_count = 1}, two = {.ram = ram, .ram_count = 2};
    struct diag d;

    (void)state;
    write(tree(false), &two); /* cells of a root that does not say: 2 and 1 */
    assert_reg((const uint8_t[]){0, 0, 0, 0, 0x40, 0, 0, 0, 0x40, 0, 0, 0,
                                 0, 0, 0, 8, 0x80, 0, 0, 0, 0x40, 0, 0, 0},
               24);
    for (uint32_t cells = 1; cells <= 2; cells++) {
        dtb_fake_begin_reserving(&dtb, 0x1000, 0x2000);
        dtb_fake_counts(&dtb, cells, cells);
        write(dtb_fake_finish(&dtb), &one);
        if (cells == 1)
            assert_reg((const uint8_t[]){0x40, 0, 0, 0, 0x40, 0, 0, 0}, 8);
        else
            assert_reg((const uint8_t[]){0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0}, 16);
    }
    dtb_fake_begin(&dtb);
    dtb_fake_counts(&dtb, 1, 1);
    assert_false(fdt_chosen_has_memory(dtb_fake_finish(&dtb).data));
    assert_int_equal(
        fdt_mem_copy((struct bytes){dtb.data, fdt_totalsize(dtb.data)}, 1024, out, sizeof(out), &d),
        ERR_OK);
    assert_int_equal(fdt_chosen_write(out, &two, &d), ERR_FORMAT); /* above 4 GiB */
}

static void test_100_ranges_of_memory(void **state)
{
    struct range ram[100];
    const struct fdt_chosen chosen = {.ram = ram, .ram_count = 100};
    uint8_t expected[1200] = {0};

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        ram[i] = (struct range){i * UINT64_C(0x1000000), i * UINT64_C(0x1000000) + 0x10000};
        expected[12 * i + 4] = (uint8_t)i;
        expected[12 * i + 9] = 1;
    }
    write(tree(false), &chosen);
    assert_reg(expected, 1200);
}

static void test_nothing(void **state)
{
    const struct fdt_chosen chosen = {0};
    struct bytes from = tree(false);

    (void)state;
    assert_int_equal(fdt_chosen_spare(&chosen), 0);
    write(from, &chosen);
    assert_true(fdt_path_offset(out, "/chosen") < 0);
    assert_string_equal(fdt_chosen_bootargs(out), "");
}

static void test_no_room(void **state)
{
    const struct fdt_chosen chosen = {.bootargs = "console=ttyAMA0"};
    struct bytes from = tree(false);
    struct diag d;

    (void)state;
    memcpy(out, from.data, from.size);
    assert_int_equal(fdt_chosen_write(out, &chosen, &d), ERR_NOMEM);
    assert_string_equal(d.text, "no room in the devicetree for /chosen and /memory");
}

static void test_bootargs_that_are_no_text(void **state)
{
    (void)state;
    dtb_fake_begin(&dtb);
    dtb_fake_node(&dtb, "chosen");
    dtb_fake_bytes(&dtb, "bootargs", "quiet", 5);
    dtb_fake_end(&dtb);
    assert_string_equal(fdt_chosen_bootargs(dtb_fake_finish(&dtb).data), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_some_of_it),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_100_ranges_of_memory),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_bootargs_that_are_no_text),
    };

    return cmocka_run_group_tests_name("fdt_chosen", tests, NULL, NULL);
}
