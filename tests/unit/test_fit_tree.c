/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a checked tree finds what libfdt finds. */
#include "tests/unit/unit.h"

#include <string.h>

#include <libfdt.h>

#include "payload/fit_tree.h"
#include "tests/fakes/fit_fake.h"

static struct fit_fake fake;
static const void *const tree = fake.blob;
static unsigned node_count, property_count;

static int set_up(void **state)
{
    (void)state;
    fit_fake_init(&fake);
    node_count = property_count = 0;
    return 0;
}

static void assert_same_properties(int node)
{
    int at = 0, expected;
    struct bytes value;
    const char *name;

    fdt_for_each_property_offset (expected, tree, node) {
        const char *expected_name;
        int size;
        const void *data = fdt_getprop_by_offset(tree, expected, &expected_name, &size);

        assert_true(fit_tree_property(tree, node, &at, &name, &value));
        assert_ptr_equal(name, expected_name);
        assert_ptr_equal(value.data, data);
        assert_int_equal(value.size, size);
        property_count++;
    }
    assert_false(fit_tree_property(tree, node, &at, &name, &value));
}

/* All of the tree, in its order. */
static void assert_same_walk(void)
{
    int depth = 0;

    for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(tree, node, &depth)) {
        int child = fdt_first_subnode(tree, node), next = fdt_next_subnode(tree, node);

        node_count++;
        assert_string_equal(fit_tree_name(tree, node), fdt_get_name(tree, node, NULL));
        assert_int_equal(fit_tree_child(tree, node), child < 0 ? FIT_TREE_NONE : child);
        assert_int_equal(fit_tree_next(tree, node), next < 0 ? FIT_TREE_NONE : next);
        assert_same_properties(node);
    }
}

static void test_walks_as_libfdt_does(void **state)
{
    (void)state;
    assert_same_walk();
    assert_int_equal(node_count, 11);
    assert_int_equal(property_count, 30);
}

static void test_empty_names_and_values(void **state)
{
    (void)state;
    fit_fake_add_node(&fake, "/images/app", "empty");
    fit_fake_set(&fake, "/images/app/empty", "no-value", "", 0);
    fit_fake_set(&fake, "/images/app/empty", "odd", "12345", 5);
    assert_same_walk();
    assert_int_equal(node_count, 12);
}

static void test_what_was_taken_out_is_skipped(void **state)
{
    static const struct {
        const char *node, *property;
    } gone[] = {
        {"/images/app", "type"},        {"/images/kernel", "description"},
        {"/images/fdt/hash-1", "algo"}, {"/images/fdt/hash-1", "value"},
        {"/", "description"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        int node = fdt_path_offset(tree, gone[i].node);

        assert_int_equal(fdt_nop_property(fake.blob, node, gone[i].property), 0);
    }
    assert_int_equal(fdt_nop_node(fake.blob, fdt_path_offset(tree, "/configurations/conf-1")), 0);
    assert_int_equal(fdt_nop_node(fake.blob, fdt_path_offset(tree, "/images/kernel/hash-1")), 0);
    assert_same_walk();
    assert_int_equal(node_count, 9);
}

/* What @tag at @offset of the structure block makes of it. */
static int checked_with(int offset, uint32_t tag)
{
    assert_int_equal(set_up(NULL), 0);
    assert_int_equal(fit_tree_check(tree), 0);
    fdt32_st(fake.blob + fdt_off_dt_struct(tree) + offset, tag);
    return fit_tree_check(tree);
}

static void test_damage_is_found(void **state)
{
    int images, end;

    (void)state;
    images = fdt_path_offset(tree, "/images");
    end = (int)fdt_size_dt_struct(tree) - 4;
    assert_int_equal(checked_with(0, FDT_END), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(0, FDT_NOP), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(4, 0x41000000), -FDT_ERR_BADSTRUCTURE); /* a name of the root */
    assert_int_equal(checked_with(8, FDT_END), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(8, FDT_END_NODE), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(8, 7), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(12, 1 << 16), -FDT_ERR_BADSTRUCTURE); /* of a property */
    assert_int_equal(checked_with(16, fdt_size_dt_strings(tree)), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(images, FDT_NOP), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(images, FDT_END_NODE), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(end, FDT_NOP), -FDT_ERR_TRUNCATED);
    assert_int_equal(checked_with(end, FDT_BEGIN_NODE), -FDT_ERR_BADSTRUCTURE);
    assert_int_equal(checked_with(end - 4, FDT_NOP), -FDT_ERR_BADSTRUCTURE);

    assert_int_equal(set_up(NULL), 0);
    fdt_set_size_dt_strings(fake.blob, fdt_size_dt_strings(tree) - 1);
    assert_int_equal(fit_tree_check(tree), -FDT_ERR_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_walks_as_libfdt_does, set_up),
        cmocka_unit_test_setup(test_empty_names_and_values, set_up),
        cmocka_unit_test_setup(test_what_was_taken_out_is_skipped, set_up),
        cmocka_unit_test_setup(test_damage_is_found, set_up),
    };

    return cmocka_run_group_tests_name("fit_tree", tests, NULL, NULL);
}
