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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_walks_as_libfdt_does, set_up),
        cmocka_unit_test_setup(test_empty_names_and_values, set_up),
        cmocka_unit_test_setup(test_what_was_taken_out_is_skipped, set_up),
    };

    return cmocka_run_group_tests_name("fit_tree", tests, NULL, NULL);
}
