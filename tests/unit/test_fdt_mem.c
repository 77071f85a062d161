/* SPDX-License-Identifier: Apache-2.0 */
/* Checking and copying; test_fdt_machine.c has what is read from a tree. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/fdt_mem.h"
#include "tests/fakes/dtb_fake.h"
#include "tests/fakes/machine_fake.h"

static struct dtb_fake dtb;
static struct machine machine;
static void *tables;
static struct diag d;
static _Alignas(8) uint8_t out[2 * DTB_FAKE_BYTES];

static struct bytes small_tree(void)
{
    dtb_fake_begin_reserving(&dtb, 0x1000, 0x2000);
    dtb_fake_counts(&dtb, 1, 1);
    dtb_fake_string(&dtb, "model", "small");
    dtb_fake_node(&dtb, "memory@0");
    dtb_fake_string(&dtb, "device_type", "memory");
    dtb_fake_cells(&dtb, "reg", 0, 0x1000);
    dtb_fake_end(&dtb);
    return dtb_fake_finish(&dtb);
}

static int check(struct bytes blob, uint32_t *size)
{
    d.text[0] = '\0';
    return fdt_mem_check(blob, size, &d);
}

static void refused(int err, const char *reason)
{
    uint32_t size = 77;
    struct bytes blob = {dtb.data, sizeof(dtb.data)};

    assert_int_equal(check(blob, &size), err);
    assert_string_equal(d.text, reason);
    assert_int_equal(size, 77);
}

static uint32_t struct_word(uint32_t index)
{
    return fdt32_ld((fdt32_t *)(void *)(dtb.data + fdt_off_dt_struct(dtb.data)) + index);
}

static void set_struct_word(uint32_t index, uint32_t value)
{
    fdt32_st(dtb.data + fdt_off_dt_struct(dtb.data) + 4 * index, value);
}

static void test_a_good_tree(void **state)
{
    struct bytes blob = small_tree();
    uint32_t size = 0;

    (void)state;
    assert_int_equal(check(blob, &size), ERR_OK);
    assert_int_equal(size, blob.size);
    assert_int_equal(fdt_check_full(blob.data, blob.size), 0);
    assert_int_equal(check((struct bytes){blob.data, sizeof(dtb.data)}, &size), ERR_OK);
    assert_int_equal(size, blob.size);
    assert_int_equal(fdt_mem_check(blob, &size, NULL), ERR_OK);
}

static void test_slack_is_not_in_use(void **state)
{
    struct bytes blob = small_tree();
    uint32_t size = 0;

    (void)state;
    fdt_set_totalsize(dtb.data, sizeof(dtb.data));
    assert_int_equal(check((struct bytes){dtb.data, sizeof(dtb.data)}, &size), ERR_OK);
    assert_int_equal(size, blob.size);
}

static void test_every_truncation(void **state)
{
    struct bytes blob = small_tree();

    (void)state;
    for (size_t size = 0; size < blob.size; size++) {
        uint8_t *copy = aligned_alloc(8, (size + 8) & ~(size_t)7);
        uint32_t used;

        memcpy(copy, blob.data, size);
        assert_int_equal(check((struct bytes){copy, size}, &used), ERR_TRUNCATED);
        assert_true(d.text[0] != '\0');
        free(copy);
    }
}

/* Whatever one changed byte makes of the tree: what is accepted is sound. */
static void test_every_changed_byte(void **state)
{
    static const uint8_t changes[] = {0x01, 0x02, 0x04, 0x10, 0x20, 0x80, 0xff};
    size_t size = small_tree().size;
    uint8_t *copy = aligned_alloc(8, (size + 7) & ~(size_t)7);
    unsigned accepted = 0;

    (void)state;
    for (size_t i = 0; i < size; i++)
        for (unsigned c = 0; c < sizeof(changes); c++) {
            struct bytes blob = {copy, size};
            uint32_t used;

            memcpy(copy, dtb.data, size);
            copy[i] ^= changes[c];
            if (check(blob, &used)) {
                assert_true(d.text[0] != '\0');
                continue;
            }
            accepted++;
            assert_int_equal(fdt_check_full(copy, size), 0);
            (void)machine_fake_read(blob, &tables, &machine, &d);
            free(tables);
        }
    assert_true(accepted > 0);
    free(copy);
}

static void test_alignment(void **state)
{
    struct bytes blob = small_tree();
    char text[DIAG_TEXT_BYTES];
    uint32_t size;

    (void)state;
    memmove(out + 4, blob.data, blob.size);
    assert_int_equal(check((struct bytes){out + 4, blob.size}, &size), ERR_ALIGN);
    (void)snprintf(text, sizeof(text), "the DTB's address 0x%" PRIxPTR " is not a multiple of 8",
                   (uintptr_t)out + 4);
    assert_string_equal(d.text, text);

    fdt_set_off_mem_rsvmap(dtb.data, fdt_off_mem_rsvmap(dtb.data) + 4);
    refused(ERR_ALIGN, "reservation block at 0x2c, not a multiple of 8");
    (void)small_tree();
    fdt_set_off_dt_struct(dtb.data, fdt_off_dt_struct(dtb.data) + 2);
    refused(ERR_ALIGN, "structure block at 0x4a, not a multiple of 4");
}

static void test_header(void **state)
{
    uint32_t size;

    (void)state;
    (void)small_tree();
    fdt_set_magic(dtb.data, 0xd00dfeee);
    refused(ERR_FORMAT, "magic 0xd00dfeee instead of 0xd00dfeed");
    assert_int_equal(check((struct bytes){NULL, 0}, &size), ERR_TRUNCATED);
    assert_string_equal(d.text, "0 bytes do not hold a devicetree header");

    (void)small_tree();
    fdt_set_totalsize(dtb.data, 100000);
    refused(ERR_TRUNCATED, "total size 100000 but only 65536 bytes");
    fdt_set_totalsize(dtb.data, 0xffffffff);
    refused(ERR_TRUNCATED, "total size 4294967295 but only 65536 bytes");
    fdt_set_totalsize(dtb.data, 39);
    refused(ERR_FORMAT, "total size 39 is not from 40 to 2147483647");
    fdt_set_totalsize(dtb.data, 40);
    refused(ERR_TRUNCATED, "reservation block at 0x28 has no end");
    assert_int_equal(check((struct bytes){dtb.data, (size_t)3 << 30}, &size), ERR_TRUNCATED);
    fdt_set_totalsize(dtb.data, 0x80000000);
    assert_int_equal(check((struct bytes){dtb.data, (size_t)3 << 30}, &size), ERR_FORMAT);
}

static void test_versions(void **state)
{
    uint32_t size;

    (void)state;
    (void)small_tree();
    fdt_set_version(dtb.data, 15);
    fdt_set_last_comp_version(dtb.data, 15);
    refused(ERR_UNSUPPORTED, "version 15, compatible down to 15: expected 16 or 17");
    fdt_set_version(dtb.data, 18);
    fdt_set_last_comp_version(dtb.data, 18);
    refused(ERR_UNSUPPORTED, "version 18, compatible down to 18: expected 16 or 17");
    fdt_set_version(dtb.data, 16);
    fdt_set_last_comp_version(dtb.data, 17);
    refused(ERR_FORMAT, "version 16 below last compatible version 17");
    fdt_set_version(dtb.data, 99);
    assert_int_equal(check((struct bytes){dtb.data, sizeof(dtb.data)}, &size), ERR_OK);
}

/* Version 16 has no size of the structure block: the header's word is not looked at. */
static void test_version_16(void **state)
{
    size_t size = small_tree().size;
    uint32_t used;

    (void)state;
    fdt_set_version(dtb.data, 16);
    fdt_set_size_dt_struct(dtb.data, 0xffffffff);
    assert_int_equal(check((struct bytes){dtb.data, size}, &used), ERR_OK);
    assert_int_equal(used, size);
    assert_int_equal(fdt_mem_copy((struct bytes){dtb.data, size}, 0, out, sizeof(out), &d), ERR_OK);
    assert_int_equal(fdt_version(out), 17);
    assert_int_equal(fdt_check_full(out, sizeof(out)), 0);
    assert_int_equal(fdt_totalsize(out), size);
}

static void test_blocks_outside(void **state)
{
    (void)state;
    (void)small_tree();
    fdt_set_off_dt_struct(dtb.data, 0xfffffffc);
    refused(ERR_TRUNCATED, "structure block at 0xfffffffc+0x80 lies outside the 0xf9 bytes "
                           "after the header");
    (void)small_tree();
    fdt_set_off_dt_struct(dtb.data, 0);
    refused(ERR_TRUNCATED,
            "structure block at 0x0+0x80 lies outside the 0xf9 bytes after the header");
    (void)small_tree();
    fdt_set_size_dt_strings(dtb.data, 0xfffffff0);
    refused(ERR_TRUNCATED, "strings block at 0xc8+0xfffffff0 lies outside the 0xf9 bytes "
                           "after the header");
    (void)small_tree();
    fdt_set_off_mem_rsvmap(dtb.data, 0x10000);
    refused(ERR_TRUNCATED,
            "reservation block at 0x10000+0x0 lies outside the 0xf9 bytes after the header");
    (void)small_tree();
    fdt_set_off_dt_strings(dtb.data, 0x48);
    fdt_set_size_dt_strings(dtb.data, 3);
    refused(ERR_FORMAT, "the blocks at 0x28, 0x48 and 0x48 overlap");
}

static void test_reservations_without_end(void **state)
{
    uint32_t size = (uint32_t)small_tree().size;

    (void)state;
    memset(dtb.data + size, 0xff, 64);
    fdt_set_totalsize(dtb.data, (size + 64) & ~31u);
    fdt_set_off_mem_rsvmap(dtb.data, (size + 7) & ~7u);
    refused(ERR_TRUNCATED, "reservation block at 0x100 has no end");
}

static void test_tokens(void **state)
{
    (void)state;
    (void)small_tree();
    set_struct_word(0, 5);
    refused(ERR_FORMAT, "0x00000005 at 0x48 is not a devicetree token");
    set_struct_word(0, FDT_PROP);
    set_struct_word(2, 0);
    refused(ERR_FORMAT, "property reg at 0x48 is outside any node");
    set_struct_word(0, FDT_END);
    refused(ERR_FORMAT, "does not begin with a root node");
    set_struct_word(0, FDT_END_NODE);
    refused(ERR_FORMAT, "end of a node at 0x48 without its begin");
    (void)small_tree();
    set_struct_word(0, FDT_NOP);
    set_struct_word(1, FDT_NOP);
    refused(ERR_FORMAT, "property #address-cells at 0x50 is outside any node");
}

static void test_ends(void **state)
{
    uint32_t last;

    (void)state;
    (void)small_tree();
    last = fdt_size_dt_struct(dtb.data) / 4 - 1;
    assert_int_equal(struct_word(last), FDT_END);
    set_struct_word(last, FDT_NOP);
    refused(ERR_TRUNCATED, "next token at 0xc8 passes the end of the structure block at 0xc8");
    set_struct_word(last - 1, FDT_END);
    refused(ERR_FORMAT, "ends at 0xc0 inside a node");
    (void)small_tree();
    set_struct_word(last, FDT_END_NODE);
    refused(ERR_FORMAT, "end of a node at 0xc4 without its begin");
}

static void test_names(void **state)
{
    uint32_t strings;

    (void)state;
    (void)small_tree();
    dtb.data[fdt_off_dt_struct(dtb.data) + 4] = 'x';
    refused(ERR_FORMAT, "does not begin with a root node");

    (void)small_tree();
    strings = fdt_off_dt_strings(dtb.data);
    dtb.data[strings + 3] = ' ';
    refused(ERR_FORMAT, "strings block has the byte 0x20 at +0x3");
    dtb.data[strings + 3] = '@';
    refused(ERR_FORMAT, "strings block has the byte 0x40 at +0x3");
    (void)small_tree();
    dtb.data[strings + fdt_size_dt_strings(dtb.data) - 1] = 'x';
    refused(ERR_TRUNCATED, "the last name of the strings block has no end");

    dtb_fake_begin(&dtb);
    dtb_fake_node(&dtb, "a/b");
    dtb_fake_end(&dtb);
    (void)dtb_fake_finish(&dtb);
    refused(ERR_FORMAT, "name of the node at 0x40 has the byte 0x2f");
    dtb_fake_begin(&dtb);
    dtb_fake_node(&dtb, "\xc3\xa4");
    dtb_fake_end(&dtb);
    (void)dtb_fake_finish(&dtb);
    refused(ERR_FORMAT, "name of the node at 0x40 has the byte 0xc3");
}

/* A node's name that runs into the end of the block, which is full of letters. */
static void test_name_without_end(void **state)
{
    (void)state;
    (void)small_tree();
    memset(dtb.data + fdt_off_dt_struct(dtb.data) + 4, 'x', fdt_size_dt_struct(dtb.data) - 4);
    refused(ERR_TRUNCATED, "node at 0x48 passes the end of the structure block at 0xc8");
}

static void test_property_sizes(void **state)
{
    static const uint32_t sizes[] = {0x6d,       0x1000,     0x7ffffff0, 0x7fffffff,
                                     0x80000000, 0xfffffff0, 0xfffffffd, 0xffffffff};

    (void)state;
    (void)small_tree();
    assert_int_equal(struct_word(2), FDT_PROP);
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        set_struct_word(3, sizes[i]);
        refused(ERR_TRUNCATED, "property at 0x50 passes the end of the structure block at 0xc8");
    }
    set_struct_word(3, 0x6c); /* exactly to the end of the block */
    refused(ERR_TRUNCATED, "next token at 0xc8 passes the end of the structure block at 0xc8");
}

static void test_property_names(void **state)
{
    (void)state;
    (void)small_tree();
    set_struct_word(4, fdt_size_dt_strings(dtb.data));
    refused(ERR_FORMAT, "property at 0x50 has no name at 0x31 of the strings block");
    set_struct_word(4, fdt_size_dt_strings(dtb.data) - 1);
    refused(ERR_FORMAT, "property at 0x50 has no name at 0x30 of the strings block");
    set_struct_word(4, 0xffffffff);
    refused(ERR_FORMAT, "property at 0x50 has no name at 0xffffffff of the strings block");
}

static void test_property_behind_a_subnode(void **state)
{
    (void)state;
    dtb_fake_begin(&dtb);
    dtb_fake_node(&dtb, "a");
    dtb_fake_end(&dtb);
    dtb_fake_cells(&dtb, "late", 1);
    (void)dtb_fake_finish(&dtb);
    refused(ERR_FORMAT, "property late at 0x4c follows a subnode");
}

static void test_two_roots(void **state)
{
    uint32_t size;

    (void)state;
    dtb_fake_begin(&dtb);
    dtb_fake_node(&dtb, "");
    dtb_fake_end(&dtb);
    dtb_fake_node(&dtb, "");
    dtb_fake_end(&dtb);
    (void)dtb_fake_finish(&dtb);
    assert_int_equal(check((struct bytes){dtb.data, sizeof(dtb.data)}, &size), ERR_OK);
    set_struct_word(2, FDT_NOP); /* the first child becomes the root's end, the second a root */
    set_struct_word(3, FDT_NOP);
    refused(ERR_FORMAT, "second root node at 0x4c");
}

static void nest(unsigned levels)
{
    dtb_fake_begin(&dtb);
    for (unsigned i = 1; i < levels; i++)
        dtb_fake_node(&dtb, "n");
    for (unsigned i = 1; i < levels; i++)
        dtb_fake_end(&dtb);
    (void)dtb_fake_finish(&dtb);
}

static void test_nesting(void **state)
{
    uint32_t size;

    (void)state;
    nest(32);
    assert_int_equal(check((struct bytes){dtb.data, sizeof(dtb.data)}, &size), ERR_OK);
    assert_int_equal(
        machine_fake_read((struct bytes){dtb.data, sizeof(dtb.data)}, &tables, &machine, &d),
        ERR_NOTFOUND);
    free(tables);
    nest(33);
    refused(ERR_UNSUPPORTED, "node at 0x138 is more than 32 levels deep");
}

static void test_an_empty_root_is_fine(void **state)
{
    uint32_t size = 0;

    (void)state;
    dtb_fake_begin(&dtb);
    assert_int_equal(check(dtb_fake_finish(&dtb), &size), ERR_OK);
    assert_int_equal(size, 40 + 16 + 16);
}

static void compare_copy(struct bytes blob, uint32_t spare)
{
    uint32_t size = 0;

    assert_int_equal(check(blob, &size), ERR_OK);
    memset(out, 0xa5, sizeof(out));
    assert_int_equal(fdt_mem_copy(blob, spare, out, size + spare, &d), ERR_OK);
    assert_int_equal(out[size + spare], 0xa5);
    assert_int_equal(fdt_totalsize(out), size + spare);
    assert_int_equal(fdt_check_full(out, size + spare), 0);
    assert_int_equal(fdt_size_dt_struct(out), fdt_size_dt_struct(blob.data));
    assert_memory_equal(out + fdt_off_dt_struct(out), blob.data + fdt_off_dt_struct(blob.data),
                        fdt_size_dt_struct(out));
    assert_memory_equal(out + fdt_off_dt_strings(out), blob.data + fdt_off_dt_strings(blob.data),
                        fdt_size_dt_strings(out));
    assert_int_equal(fdt_num_mem_rsv(out), fdt_num_mem_rsv(blob.data));
    assert_int_equal(fdt_boot_cpuid_phys(out), fdt_boot_cpuid_phys(blob.data));
    assert_int_equal(fdt_mem_copy(blob, spare, out, size + spare - 1, &d), ERR_NOMEM);
}

static void test_copy(void **state)
{
    struct bytes blob = small_tree();

    (void)state;
    fdt_set_boot_cpuid_phys(dtb.data, 3);
    compare_copy(blob, 0);
    compare_copy(blob, 1000);
    fdt_set_totalsize(dtb.data, sizeof(dtb.data));
    compare_copy((struct bytes){dtb.data, sizeof(dtb.data)}, 24);
    blob = (struct bytes){dtb.data, sizeof(dtb.data)};
    assert_int_equal(fdt_mem_copy(blob, UINT32_MAX, out, UINT32_MAX, &d), ERR_NOMEM);
    assert_string_equal(d.text, "a DTB of 4294967544 bytes does not fit into 4294967295");
}

/* Blocks in another order than the copy has them: fdt_open_into leaves strings before struct
 * alone, so move them by hand. */
static void test_copy_of_another_order(void **state)
{
    uint32_t size = (uint32_t)small_tree().size;
    uint32_t at = (size + 7) & ~7u;

    (void)state;
    memcpy(dtb.data + at, dtb.data + fdt_off_mem_rsvmap(dtb.data), 32);
    fdt_set_off_mem_rsvmap(dtb.data, at);
    fdt_set_totalsize(dtb.data, at + 32);
    compare_copy((struct bytes){dtb.data, at + 32}, 8);
}

static void test_the_spare_bytes_take_edits(void **state)
{
    struct bytes blob = small_tree();

    (void)state;
    assert_int_equal(fdt_mem_copy(blob, 64, out, sizeof(out), &d), ERR_OK);
    assert_int_equal(fdt_setprop_u32(out, 0, "added", 5), 0);
    assert_int_equal(fdt_mem_copy(blob, 0, out, sizeof(out), &d), ERR_OK);
    assert_int_equal(fdt_setprop_u32(out, 0, "added", 5), -FDT_ERR_NOSPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_tree),
        cmocka_unit_test(test_slack_is_not_in_use),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_changed_byte),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_version_16),
        cmocka_unit_test(test_blocks_outside),
        cmocka_unit_test(test_reservations_without_end),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_name_without_end),
        cmocka_unit_test(test_property_sizes),
        cmocka_unit_test(test_property_names),
        cmocka_unit_test(test_property_behind_a_subnode),
        cmocka_unit_test(test_two_roots),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_an_empty_root_is_fine),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_copy_of_another_order),
        cmocka_unit_test(test_the_spare_bytes_take_edits),
    };

    return cmocka_run_group_tests_name("fdt_mem", tests, NULL, NULL);
}
