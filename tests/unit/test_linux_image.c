/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a Linux arm64 Image, sound and otherwise. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "payload/linux_image.h"
#include "tests/fakes/image_fake.h"

static struct image_fake fake;
static struct linux_image image;

static int setup(void **state)
{
    (void)state;
    image_fake_init(&fake);
    return 0;
}

static int opens(struct bytes file, struct diag *d)
{
    /* Of exactly its size, so that a read beyond the end is caught. */
    uint8_t *exact = malloc(file.size + (file.size == 0));
    int err;

    memcpy(exact, file.data, file.size);
    err = linux_image_open((struct bytes){exact, file.size}, &image, d);
    free(exact);
    return err;
}

static void assert_refused(int err, const char *reason)
{
    struct diag d = {""};

    assert_int_equal(opens(image_fake_bytes(&fake), &d), err);
    assert_string_equal(d.text, reason);
    assert_int_equal(opens(image_fake_bytes(&fake), NULL), err);
}

static void assert_opens(void)
{
    struct diag d = {""};

    assert_int_equal(opens(image_fake_bytes(&fake), &d), ERR_OK);
    assert_string_equal(d.text, "");
}

static void test_header(void **state)
{
    (void)state;
    assert_opens();
    assert_int_equal(image.text_offset, 0);
    assert_int_equal(image.memory_bytes, IMAGE_FAKE_MEMORY);
    assert_int_equal(image.file.size, IMAGE_FAKE_BYTES);
    assert_int_equal(image.page_kib, 4);
    assert_true(image.anywhere && !image.big_endian);
}

static void test_flags(void **state)
{
    static const unsigned pages[] = {0, 4, 16, 64};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        image_fake_flags(&fake, 2 * i);
        assert_opens();
        assert_int_equal(image.page_kib, pages[i]);
        assert_true(!image.anywhere && !image.big_endian);
    }
    image_fake_flags(&fake, UINT64_MAX); /* those of the future mean nothing yet */
    assert_opens();
    assert_true(image.anywhere && image.big_endian);
}

static void test_recognised_by_its_magic(void **state)
{
    struct bytes file = image_fake_bytes(&fake);

    (void)state;
    assert_true(linux_image_is(file));
    assert_false(linux_image_is((struct bytes){file.data, 59}));
    fake.file[56] = 'a';
    assert_false(linux_image_is(file));
    assert_refused(ERR_FORMAT, "not an arm64 Image: bytes 56 to 59 are not 41 52 4d 64");
}

static void test_sizes_that_lie(void **state)
{
    (void)state;
    image_fake_image_size(&fake, 0);
    assert_refused(ERR_UNSUPPORTED,
                   "Image with image_size 0, as before Linux 3.17: how much memory "
                   "it needs is not known");
    image_fake_image_size(&fake, IMAGE_FAKE_BYTES - 1);
    assert_refused(ERR_FORMAT, "Image with image_size 0x21ff, but a file of 0x2200 bytes");
    image_fake_image_size(&fake, IMAGE_FAKE_BYTES);
    assert_opens();
    image_fake_image_size(&fake, UINT64_MAX);
    assert_refused(ERR_RANGE, "Image with text_offset 0x0 and image_size 0xffffffffffffffff: no "
                              "memory is that large");
    image_fake_image_size(&fake, INT64_MAX);
    image_fake_text_offset(&fake, 0x1000);
    assert_refused(ERR_RANGE, "Image with text_offset 0x1000 and image_size 0x7fffffffffffffff: no "
                              "memory is that large");
}

static void test_text_offset(void **state)
{
    (void)state;
    image_fake_text_offset(&fake, 0x80000);
    assert_opens();
    assert_int_equal(image.text_offset, 0x80000);
    image_fake_text_offset(&fake, 0x80008);
    assert_refused(ERR_ALIGN, "Image with text_offset 0x80008, not a multiple of 4096");
    image_fake_text_offset(&fake, UINT64_MAX - 0xfff);
    assert_refused(ERR_RANGE, "Image with text_offset 0xfffffffffffff000 and image_size 0x5000: no "
                              "memory is that large");
}

static void test_cut(void **state)
{
    struct bytes file = image_fake_bytes(&fake);
    struct diag d;

    (void)state;
    for (file.size = 0; file.size < 64; file.size++)
        assert_int_equal(opens(file, &d), file.size < 60 ? ERR_FORMAT : ERR_TRUNCATED);
    file.size = 63;
    assert_int_equal(opens(file, &d), ERR_TRUNCATED);
    assert_string_equal(d.text, "Image cut to 63 bytes, its header has 64");
    image_fake_sections(&fake, 0x1800, IMAGE_FAKE_BYTES);
    assert_opens();
    for (file.size = 64; file.size < IMAGE_FAKE_BYTES; file.size += 1 + file.size / 64)
        assert_int_equal(opens(file, NULL), ERR_TRUNCATED);
    file.size = IMAGE_FAKE_BYTES - 1;
    assert_int_equal(opens(file, &d), ERR_TRUNCATED);
    assert_string_equal(d.text, "Image cut to 8703 bytes: its sections end at 0x2200");
    file.size = 0x130;
    assert_int_equal(opens(file, &d), ERR_TRUNCATED);
    assert_string_equal(d.text, "Image cut to 304 bytes: its PE header is not all there");
}

static void test_pe_offset_of_something_else(void **state)
{
    (void)state;
    image_fake_sections(&fake, 0x1800, IMAGE_FAKE_BYTES + 1);
    fake.file[0x40] = 'p';
    assert_opens();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_header, setup),
        cmocka_unit_test_setup(test_flags, setup),
        cmocka_unit_test_setup(test_recognised_by_its_magic, setup),
        cmocka_unit_test_setup(test_sizes_that_lie, setup),
        cmocka_unit_test_setup(test_text_offset, setup),
        cmocka_unit_test_setup(test_cut, setup),
        cmocka_unit_test_setup(test_pe_offset_of_something_else, setup),
    };

    return cmocka_run_group_tests_name("linux_image", tests, NULL, NULL);
}
