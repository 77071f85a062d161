/* SPDX-License-Identifier: Apache-2.0 */
/* FITs with more images, and with longer names, than fit into any table of the reader. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "payload/fit_names.h"
#include "payload/fit_open.h"

enum {
    IMAGES_MAX = 2000,
    IMAGE_BYTES = 8,
    NAME_BYTES = 64,
    TREE_BYTES = 512 * 1024,
    BLOB_BYTES = TREE_BYTES + IMAGES_MAX * IMAGE_BYTES,
};

static union {
    uint64_t aligned[BLOB_BYTES / sizeof(uint64_t)];
    uint8_t bytes[BLOB_BYTES];
} blob;
static char names[IMAGES_MAX][NAME_BYTES];
static struct fit fit;
static struct diag why;

/* The name of image @i in a FIT of @count, as long as those of boards' devicetrees. */
static void name_all(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)snprintf(names[i], sizeof(names[i]), "fdt-vendor-board-with-a-name-of-42-chars-%04u",
                       i);
}

static int set_up(void **state)
{
    (void)state;
    name_all(IMAGES_MAX);
    memset(&fit, 0xa5, sizeof(fit));
    memset(&why, 0, sizeof(why));
    return 0;
}

static void sure(int err)
{
    assert_int_equal(err, 0);
}

static void put_text(const char *property, const char *text)
{
    sure(fdt_property(blob.bytes, property, text, (int)strlen(text) + 1));
}

static void put_image(const char *name, unsigned place)
{
    sure(fdt_begin_node(blob.bytes, name));
    put_text(FIT_PROP_TYPE, "firmware");
    sure(fdt_property_u32(blob.bytes, FIT_PROP_DATA_OFFSET, place * IMAGE_BYTES));
    sure(fdt_property_u32(blob.bytes, FIT_PROP_DATA_SIZE, IMAGE_BYTES));
    sure(fdt_end_node(blob.bytes));
}

/* A FIT of the first @count names; its configuration has image @kernel for a kernel and @fdt for a
 * devicetree. Each has its place in the order of their names but @moved, which has that of image
 * @to. */
static void make(unsigned count, const char *kernel, const char *fdt, unsigned moved, unsigned to)
{
    sure(fdt_create(blob.bytes, TREE_BYTES));
    sure(fdt_finish_reservemap(blob.bytes));
    sure(fdt_begin_node(blob.bytes, ""));
    sure(fdt_begin_node(blob.bytes, FIT_NODE_IMAGES));
    for (unsigned i = 0; i < count; i++)
        put_image(names[i], i == moved ? to : i);
    sure(fdt_end_node(blob.bytes));
    sure(fdt_begin_node(blob.bytes, FIT_NODE_CONFIGS));
    put_text(FIT_PROP_DEFAULT, "conf");
    sure(fdt_begin_node(blob.bytes, "conf"));
    put_text(FIT_PROP_KERNEL, kernel);
    put_text(FIT_PROP_FDT, fdt);
    sure(fdt_end_node(blob.bytes));
    sure(fdt_end_node(blob.bytes));
    sure(fdt_end_node(blob.bytes));
    sure(fdt_finish(blob.bytes));
    fdt_set_totalsize(blob.bytes, TREE_BYTES);
}

static int open_fit(void)
{
    return fit_open((struct bytes){blob.bytes, sizeof(blob)}, NULL, &fit, &why);
}

static void assert_opens(void)
{
    if (open_fit())
        fail_msg("%s", why.text);
}

static void assert_refused(int found, int err, const char *words)
{
    if (found != err || !strstr(why.text, words))
        fail_msg("%d '%s', not %d '%s'", found, why.text, err, words);
}

/* All of the first @count names are listed, each once: what is in use first. */
static void assert_lists(unsigned count, const char *kernel, const char *fdt)
{
    struct fit_cursor at = {0};
    struct fit_image image;

    assert_int_equal(fit_next(&fit, &at, &image, &why), ERR_OK);
    assert_string_equal(image.name, kernel);
    assert_int_equal(image.role, FIT_KERNEL);
    assert_int_equal(fit_next(&fit, &at, &image, &why), ERR_OK);
    assert_string_equal(image.name, fdt);
    assert_int_equal(image.role, FIT_DTB);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(names[i], kernel) == 0 || strcmp(names[i], fdt) == 0)
            continue;
        assert_int_equal(fit_next(&fit, &at, &image, &why), ERR_OK);
        assert_string_equal(image.name, names[i]);
        assert_int_equal(image.role, FIT_OTHER);
        assert_string_equal(image.type, "firmware");
        assert_ptr_equal(image.data.data, blob.bytes + TREE_BYTES + i * IMAGE_BYTES);
        assert_int_equal(image.data.size, IMAGE_BYTES);
    }
    assert_int_equal(fit_next(&fit, &at, &image, &why), ERR_NOTFOUND);
    assert_int_equal(fit_next(&fit, &at, &image, &why), ERR_NOTFOUND);
    assert_int_equal(fit_check(&fit, &why), ERR_OK);
}

static void test_many_images(void **state)
{
    /* Up to, at and beyond what the reader's tables hold at a time. */
    static const unsigned counts[] = {2, 40, 63, 64, 65, 128, 300, 383, 384, 385, 768, 2000};

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        unsigned last = counts[i] - 1;

        make(counts[i], names[0], names[last], 0, 0);
        assert_opens();
        assert_lists(counts[i], names[0], names[last]);
        make(counts[i], names[last], names[0], 0, 0);
        assert_opens();
        assert_lists(counts[i], names[last], names[0]);
    }
    make(2000, names[0], "fdt-vendor-board-with-a-name-of-42-chars-2000", 0, 0);
    assert_refused(open_fit(), ERR_NOTFOUND,
                   "no image fdt-vendor-board-with-a-name-of-42-chars-2000");
}

static void test_one_name_twice_anywhere(void **state)
{
    static const unsigned pairs[][2] = {{0, 1},   {0, 299},   {383, 384}, {0, 384},
                                        {0, 999}, {500, 999}, {998, 999}, {384, 768}};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        unsigned a = pairs[i][0], b = pairs[i][1];

        name_all(IMAGES_MAX);
        (void)snprintf(names[a], sizeof(names[a]), "same");
        (void)snprintf(names[b], sizeof(names[b]), "same");
        make(1000, names[2], names[3], 0, 0);
        assert_refused(open_fit(), ERR_FORMAT, "images same and same cannot be told apart");
        (void)snprintf(names[a], sizeof(names[a]), "same@1");
        make(1000, names[2], names[3], 0, 0);
        assert_refused(open_fit(), ERR_FORMAT, "images same@1 and same cannot be told apart");
        (void)snprintf(names[b], sizeof(names[b]), "same@1@2"); /* its unit address is 1@2 */
        make(1000, names[2], names[3], 0, 0);
        assert_opens();
        (void)snprintf(names[a], sizeof(names[a]), "same");
        make(1000, names[2], names[3], 0, 0);
        assert_refused(open_fit(), ERR_FORMAT, "images same and same@1@2 cannot be told apart");
    }
}

static void test_many_unit_addresses(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        (void)snprintf(names[i], sizeof(names[i]), i % 2 ? "fdt@%u" : "fdt-%u@1", i);
    make(1000, names[0], names[999], 0, 0);
    assert_opens();
    assert_lists(1000, names[0], names[999]);
    (void)snprintf(names[500], sizeof(names[500]), "fdt");
    make(1000, names[0], names[999], 0, 0);
    assert_refused(open_fit(), ERR_FORMAT, "images fdt@1 and fdt cannot be told apart");
}

static void test_a_bad_name_anywhere(void **state)
{
    static const unsigned places[] = {0, 299, 383, 384, 999};

    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char words[64];

        name_all(IMAGES_MAX);
        (void)snprintf(names[places[i]], sizeof(names[0]), "a\033b");
        make(1000, names[1], names[2], 0, 0);
        (void)snprintf(words, sizeof(words), "the name of image %u is longer than", places[i] + 1);
        assert_refused(open_fit(), ERR_RANGE, words);
    }
}

static void test_no_byte_belongs_to_two(void **state)
{
    static const unsigned pairs[][2] = {{2, 3},   {2, 62},  {2, 63},    {2, 64},   {2, 299},
                                        {64, 65}, {80, 90}, {200, 299}, {298, 299}};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        unsigned a = pairs[i][0], b = pairs[i][1];
        char words[DIAG_TEXT_BYTES];

        make(300, names[0], names[1], b, a);
        assert_opens();
        (void)snprintf(words, sizeof(words), "image %s: data at 0x%x overlaps image %s at 0x%x",
                       names[b], TREE_BYTES + a * IMAGE_BYTES, names[a],
                       TREE_BYTES + a * IMAGE_BYTES);
        assert_refused(fit_check(&fit, &why), ERR_OVERLAP, words);
    }
}

static void test_others_are_checked_when_they_are_listed(void **state)
{
    struct fit_cursor at = {0};
    struct fit_image image;

    (void)state;
    make(300, names[0], names[1], 200, 0); /* overlaps the kernel */
    assert_opens();
    for (unsigned i = 0; i < 200; i++)
        assert_int_equal(fit_next(&fit, &at, &image, &why), ERR_OK);
    assert_refused(fit_next(&fit, &at, &image, &why), ERR_OVERLAP, names[200]);
    assert_string_equal(image.name, names[200]);
    assert_int_equal(fit_next(&fit, &at, &image, &why), ERR_OK);
    assert_string_equal(image.name, names[201]);
    assert_refused(fit_check(&fit, &why), ERR_OVERLAP, names[200]);

    make(300, names[0], names[1], 200, IMAGES_MAX); /* behind the blob's end */
    assert_opens();
    assert_refused(fit_check(&fit, &why), ERR_TRUNCATED, names[200]);

    make(300, names[0], names[1], 1, 0);
    assert_refused(open_fit(), ERR_OVERLAP, "overlaps image");
}

static void test_configurations_are_listed(void **state)
{
    char name[FIT_NAME_BYTES];
    int at = 0;

    (void)state;
    make(3, names[0], names[1], 0, 0);
    assert_opens();
    assert_true(fit_next_config(&fit, &at, name));
    assert_string_equal(name, "conf");
    assert_false(fit_next_config(&fit, &at, name));
    assert_false(fit_next_config(&fit, &at, name));
    memset(&fit, 0, sizeof(fit));
    at = 0;
    assert_false(fit_next_config(&fit, &at, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_many_images, set_up),
        cmocka_unit_test_setup(test_one_name_twice_anywhere, set_up),
        cmocka_unit_test_setup(test_many_unit_addresses, set_up),
        cmocka_unit_test_setup(test_a_bad_name_anywhere, set_up),
        cmocka_unit_test_setup(test_no_byte_belongs_to_two, set_up),
        cmocka_unit_test_setup(test_others_are_checked_when_they_are_listed, set_up),
        cmocka_unit_test_setup(test_configurations_are_listed, set_up),
    };

    return cmocka_run_group_tests_name("fit_many", tests, NULL, NULL);
}
