/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fit_unit.h"

#include <libfdt.h>

#include "monitor/base/bits.h"
#include "payload/fit_names.h"

static void test_facts_of_the_kernel(void **state)
{
    fdt64_t ram[2 * (SEL4_RAM_MAX + 1)];
    const struct sel4_facts *facts;

    (void)state;
    for (unsigned i = 0; i < 2 * (SEL4_RAM_MAX + 1); i++)
        ram[i] = cpu_to_fdt64((i + 1) * UINT64_C(0x40000000));
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_EL, 2);
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_CORES, 4);
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_PA_BITS, 44);
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_GIC, 3);
    fit_fake_set(&fake, KERNEL, FIT_PROP_RAM, ram, 16 * SEL4_RAM_MAX);
    assert_opens(NULL);
    facts = &fit.images[0].facts;
    assert_true(facts->is_sel4);
    assert_int_equal(facts->el, 2);
    assert_int_equal(facts->core_count, 4);
    assert_int_equal(facts->pa_bits, 44);
    assert_int_equal(facts->gic_version, 3);
    assert_int_equal(facts->ram_count, SEL4_RAM_MAX);
    assert_int_equal(facts->ram[1].start, 0xc0000000);
    assert_int_equal(facts->ram[1].end, 0x100000000);
    assert_false(image_called("app")->facts.is_sel4);

    fit_fake_set(&fake, KERNEL, FIT_PROP_RAM, ram, 16 * (SEL4_RAM_MAX + 1));
    assert_refused(ERR_FORMAT, "elfmon,ram has 144 bytes");
    fit_fake_set(&fake, KERNEL, FIT_PROP_RAM, ram, 8);
    assert_refused(ERR_FORMAT, "elfmon,ram has 8 bytes");
    fit_fake_set(&fake, KERNEL, FIT_PROP_RAM, ram, 17);
    assert_refused(ERR_FORMAT, "elfmon,ram has 17 bytes");
    ram[2] = ram[3];
    fit_fake_set(&fake, KERNEL, FIT_PROP_RAM, ram, 32);
    assert_refused(ERR_RANGE, "0x100000000-0x100000000 is not a range");
}

static void test_any_fact_makes_an_sel4_kernel(void **state)
{
    static const char *const names[] = {FIT_PROP_EL, FIT_PROP_CORES, FIT_PROP_PA_BITS,
                                        FIT_PROP_GIC};
    fdt64_t ram[2] = {0, cpu_to_fdt64(1)};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        set_up(NULL);
        fit_fake_set_u32(&fake, KERNEL, names[i], 1);
        assert_opens(NULL);
        assert_true(fit.images[0].facts.is_sel4);
        fit_fake_set_u32(&fake, KERNEL, names[i], 1000);
        assert_refused(ERR_RANGE, names[i]);
        fit_fake_set_u32(&fake, KERNEL, names[i], UINT32_MAX); /* no -1 here */
        assert_refused(ERR_RANGE, names[i]);
    }
    fit_fake_set(&fake, KERNEL, FIT_PROP_RAM, ram, sizeof(ram));
    assert_opens(NULL);
    assert_true(fit.images[0].facts.is_sel4);
}

static void test_texts_of_images(void **state)
{
    char text[FIT_TEXT_BYTES + 40];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[3] = '\033';
    fit_fake_set(&fake, KERNEL, FIT_PROP_DESCRIPTION, text, sizeof(text)); /* for people only */
    fit_fake_unset(&fake, KERNEL, FIT_PROP_COMPRESSION);
    fit_fake_unset(&fake, KERNEL, FIT_PROP_OS);
    assert_opens(NULL);
    assert_int_equal(strlen(fit.images[0].description), FIT_TEXT_BYTES - 1);
    assert_memory_equal(fit.images[0].description, "xxx?x", 5);
    assert_string_equal(fit.images[0].compression, "none");
    assert_string_equal(fit.images[0].os, "");

    fit_fake_set(&fake, KERNEL, FIT_PROP_DESCRIPTION, "", 0);
    fit_fake_set_text(&fake, KERNEL, FIT_PROP_COMPRESSION, "gzip");
    assert_opens(NULL);
    assert_string_equal(fit.images[0].description, "");
    assert_string_equal(fit.images[0].compression, "gzip");

    fit_fake_set(&fake, KERNEL, FIT_PROP_TYPE, "kernel", 6);
    assert_refused(ERR_FORMAT, "/images/kernel: property type is not one NUL-terminated string");
    fit_fake_set_text(&fake, KERNEL, FIT_PROP_OS, "an-os-with-a-name-of-33-characters");
    assert_refused(ERR_RANGE, "property os is longer than 31");
}

static void test_data_by_position_or_inside(void **state)
{
    (void)state;
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_OFFSET);
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_DATA_POSITION, FIT_FAKE_TREE);
    fit_fake_unset(&fake, APP, FIT_PROP_DATA_OFFSET);
    fit_fake_unset(&fake, APP, FIT_PROP_DATA_SIZE);
    fit_fake_set(&fake, APP, FIT_PROP_DATA, "inside", 6);
    assert_opens(NULL);
    assert_ptr_equal(fit.images[0].data.data, fake.blob + FIT_FAKE_TREE);
    assert_int_equal(fit_verify(&fit.images[0], &why), ERR_OK);
    assert_memory_equal(image_called("app")->data.data, "inside", 6);
    assert_int_equal(image_called("app")->data.size, 6);
}

static void test_offsets_count_from_the_rounded_end_of_the_tree(void **state)
{
    (void)state;
    for (uint32_t size = FIT_FAKE_TREE - 3; size <= FIT_FAKE_TREE; size++) {
        fdt_set_totalsize(fake.blob, size);
        assert_opens(NULL);
        assert_ptr_equal(fit.images[0].data.data, fake.blob + FIT_FAKE_TREE);
    }
}

static void test_the_last_byte_counts(void **state)
{
    (void)state;
    fit_fake_set_u32(&fake, "/images/fdt", FIT_PROP_DATA_SIZE, FIT_FAKE_DATA - FIT_FAKE_FDT);
    assert_opens(NULL);
    fit_fake_set_u32(&fake, "/images/fdt", FIT_PROP_DATA_SIZE, FIT_FAKE_DATA - FIT_FAKE_FDT + 1);
    assert_refused(ERR_TRUNCATED, "image fdt: bytes 0x10a0+0x161 lie outside the FIT of 4608");
    fit_fake_set_u32(&fake, APP, FIT_PROP_DATA_SIZE, FIT_FAKE_FDT - FIT_FAKE_APP);
    assert_opens(NULL);
    fit_fake_set_u32(&fake, APP, FIT_PROP_DATA_SIZE, FIT_FAKE_FDT - FIT_FAKE_APP + 1);
    assert_refused(ERR_OVERLAP, "overlaps image");
}

static void test_large_sizes_and_offsets(void **state)
{
    static const uint64_t large[] = {
        FIT_FAKE_DATA + 1, UINT64_C(0x7fffffff), UINT64_C(1) << 31,         UINT32_MAX,
        UINT64_C(1) << 32, UINT64_C(1) << 63,    UINT64_MAX - FIT_FAKE_TREE};

    (void)state;
    for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
        fit_fake_set_u64(&fake, KERNEL, FIT_PROP_DATA_SIZE, large[i]);
        assert_refused(ERR_TRUNCATED, "image kernel: bytes 0x1000+0x");
        fit_fake_set_u64(&fake, KERNEL, FIT_PROP_DATA_OFFSET, large[i]);
        assert_refused(ERR_TRUNCATED, "lie outside the FIT");
        fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_OFFSET);
        fit_fake_set_u64(&fake, KERNEL, FIT_PROP_DATA_POSITION, FIT_FAKE_TREE + large[i]);
        assert_refused(ERR_TRUNCATED, "lie outside the FIT");
    }
    fit_fake_set_u64(&fake, KERNEL, FIT_PROP_DATA_SIZE, UINT64_MAX);
    assert_refused(ERR_TRUNCATED, "0xffffffffffffffff");
    fit_fake_set_u64(&fake, KERNEL, FIT_PROP_DATA_OFFSET, UINT64_MAX);
    assert_refused(ERR_RANGE, "data-offset 0xffffffffffffffff passes 2^64");
    fit_fake_set_u64(&fake, KERNEL, FIT_PROP_DATA_OFFSET, 0); /* small ones in two cells are fine */
    assert_opens(NULL);
}

static void test_bad_data(void **state)
{
    (void)state;
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_SIZE);
    assert_refused(ERR_FORMAT, "image kernel: needs either data");
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_OFFSET);
    assert_refused(ERR_FORMAT, "needs either data");
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_OFFSET);
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_SIZE);
    assert_refused(ERR_FORMAT, "needs either data");
    fit_fake_set(&fake, KERNEL, FIT_PROP_DATA, "x", 1);
    assert_refused(ERR_FORMAT, "needs either data");
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_DATA_POSITION, FIT_FAKE_TREE);
    assert_refused(ERR_FORMAT, "needs either data");
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_DATA_SIZE, 0);
    assert_refused(ERR_FORMAT, "image kernel: its data is empty");
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_OFFSET);
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_SIZE);
    fit_fake_set(&fake, KERNEL, FIT_PROP_DATA, "", 0);
    assert_refused(ERR_FORMAT, "its data is empty");
    fit_fake_set(&fake, KERNEL, FIT_PROP_DATA_SIZE, "abc", 3);
    assert_refused(ERR_FORMAT, "/images/kernel: property data-size has 3 bytes");
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_OFFSET);
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_DATA_POSITION, FIT_FAKE_TREE - 1);
    assert_refused(ERR_OVERLAP, "data at 0xfff overlaps the tree of 4096 bytes");
    fit_fake_unset(&fake, KERNEL, FIT_PROP_DATA_OFFSET);
    fit_fake_set_u32(&fake, KERNEL, FIT_PROP_DATA_POSITION, 0);
    assert_refused(ERR_OVERLAP, "overlaps the tree");
    fit_fake_set_u32(&fake, APP, FIT_PROP_DATA_OFFSET, FIT_FAKE_KERNEL_BYTES - 1);
    assert_refused(ERR_OVERLAP, "image app: data at 0x1063 overlaps image kernel at 0x1000");
    fit_fake_set_u32(&fake, APP, FIT_PROP_DATA_OFFSET, 10); /* one inside the other */
    assert_refused(ERR_OVERLAP, "overlaps image");
}

static void test_bad_names(void **state)
{
    static char name[FIT_NAME_BYTES + 1];

    (void)state;
    memset(name, 'n', FIT_NAME_BYTES - 1);
    fit_fake_add_image(&fake, name, 400, 8);
    fit_fake_add_node(&fake, "/configurations", name);
    assert_opens(name);
    assert_int_equal(strlen(fit.config), 255);
    assert_int_equal(strlen(image_called(name)->name), 255);
    assert_null(fit_find(&fit, FIT_KERNEL));
    name[FIT_NAME_BYTES - 1] = 'n';
    fit_fake_add_image(&fake, name, 408, 8);
    assert_refused(ERR_RANGE, "the name of image 1 is longer than 255 characters");
    fit_fake_add_node(&fake, "/configurations", name);
    assert_refused(ERR_RANGE, "the name of configuration 1 is longer than 255 characters");
    fit_fake_add_image(&fake, "a\033b", 400, 8);
    assert_refused(ERR_RANGE, "the name of image 1 is longer than 255 characters or not printable");
    fit_fake_replace(&fake, "conf-2", "conf-\n", 7);
    assert_refused(ERR_RANGE, "the name of configuration 2 is longer than 255 characters or not");
}

static void test_nested_images(void **state)
{
    (void)state;
    fit_fake_add_node(&fake, KERNEL, "inner");
    assert_opens(NULL);
    fit_fake_set(&fake, KERNEL "/inner", FIT_PROP_DATA, "x", 1);
    assert_refused(ERR_FORMAT, "image kernel: another image is nested in it");
    fit_fake_add_node(&fake, KERNEL, "inner");
    fit_fake_set_u32(&fake, KERNEL "/inner", FIT_PROP_DATA_SIZE, 1);
    assert_refused(ERR_FORMAT, "nested");
}

static void test_repeated_properties(void **state)
{
    (void)state;
    fit_fake_set_u32(&fake, KERNEL, "data-sizf", 1);
    fit_fake_replace(&fake, "data-sizf", "data-size", 9);
    assert_refused(ERR_FORMAT, "/images/kernel: property data-size occurs twice");
    fit_fake_set_text(&fake, CONF, "kernem", "app");
    fit_fake_replace(&fake, "kernem", "kernel", 7);
    assert_refused(ERR_FORMAT, "property kernel occurs twice");
    fit_fake_set_text(&fake, KERNEL, "unknowm", "ignored, as unknown ones are");
    fit_fake_set_text(&fake, KERNEL, "unknown", "ignored, as unknown ones are");
    fit_fake_replace(&fake, "unknowm", "unknown", 8);
    assert_opens(NULL);
}

static void verify_all(void)
{
    assert_int_equal(fit_verify(image_called("kernel"), NULL), ERR_OK);
    assert_int_equal(fit_verify(image_called("app"), NULL), ERR_OK);
    assert_int_equal(fit_verify(image_called("fdt"), NULL), ERR_OK);
}

static void test_verify(void **state)
{
    (void)state;
    assert_opens(NULL);
    verify_all();
    for (unsigned bit = 0; bit < 8 * FIT_FAKE_KERNEL_BYTES; bit++) {
        fake.blob[FIT_FAKE_TREE + bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(fit_verify(&fit.images[0], &why), ERR_DIGEST);
        assert_non_null(strstr(why.text, "image kernel: its sha256 is "));
        fake.blob[FIT_FAKE_TREE + bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    fake.blob[FIT_FAKE_TREE + FIT_FAKE_KERNEL_BYTES + FIT_FAKE_APP_BYTES] ^= 1; /* between images */
    verify_all();
}

static void test_hashes(void **state)
{
    (void)state;
    fit_fake_set_text(&fake, KERNEL "/hash-1", FIT_PROP_ALGO, "crc32");
    fit_fake_set_u32(&fake, KERNEL "/hash-1", FIT_PROP_VALUE, 0x12345678);
    fit_fake_drop_node(&fake, APP "/hash-1");
    assert_opens(NULL);
    assert_int_equal(fit.images[0].recorded, BIT(DIGEST_CRC32));
    assert_int_equal(fit_verify(&fit.images[0], &why), ERR_DIGEST);
    assert_string_equal(why.text, "image kernel: its crc32 is 58c932f5, recorded is 12345678");
    assert_int_equal(fit_verify(image_called("app"), NULL), ERR_OK);
    fit_fake_set_u32(&fake, KERNEL "/hash-1", FIT_PROP_VALUE, 0x58c932f5);
    assert_opens(NULL);
    assert_int_equal(fit_verify(&fit.images[0], NULL), ERR_OK);

    fit_fake_add_node(&fake, APP, "hash@2"); /* one of several, in any order */
    fit_fake_set_text(&fake, APP "/hash@2", FIT_PROP_ALGO, "md5");
    assert_opens(NULL);
    assert_int_equal(fit_verify(image_called("app"), &why), ERR_UNSUPPORTED);
    assert_string_equal(why.text, "image app: its md5 cannot be checked, only crc32, sha1 and "
                                  "sha256 can");
    fit_fake_add_node(&fake, APP, "hash-3");
    fit_fake_set_text(&fake, APP "/hash-3", FIT_PROP_ALGO, "sha256");
    fit_fake_set(&fake, APP "/hash-3", FIT_PROP_VALUE, fake.blob, SHA256_BYTES);
    assert_opens(NULL);
    assert_int_equal(image_called("app")->recorded, BIT(DIGEST_SHA256));
    assert_string_equal(image_called("app")->unknown_hash, "md5");
    assert_int_equal(fit_verify(image_called("app"), NULL), ERR_DIGEST);

    set_up(NULL);
    fit_fake_add_node(&fake, KERNEL, "signature-1"); /* not a hash */
    fit_fake_set_text(&fake, KERNEL "/signature-1", FIT_PROP_ALGO, "sha256");
    assert_opens(NULL);
}

static void test_every_hash_must_match(void **state)
{
    struct sha256 digest;
    struct bytes app = {fake.blob + FIT_FAKE_TREE + FIT_FAKE_APP, FIT_FAKE_APP_BYTES};

    (void)state;
    fit_fake_add_node(&fake, APP, "hash-2");
    fit_fake_set_text(&fake, APP "/hash-2", FIT_PROP_ALGO, "sha1");
    digest_make(DIGEST_SHA1, app, &digest);
    fit_fake_set(&fake, APP "/hash-2", FIT_PROP_VALUE, &digest, 20);
    assert_opens(NULL);
    assert_int_equal(fit_verify(image_called("app"), NULL), ERR_OK);
    digest.value[19] ^= 1;
    fit_fake_set(&fake, APP "/hash-2", FIT_PROP_VALUE, &digest, 20);
    assert_opens(NULL);
    assert_int_equal(fit_verify(image_called("app"), &why), ERR_DIGEST);
    assert_non_null(strstr(why.text, "image app: its sha1 is "));
}

static void test_bad_hashes(void **state)
{
    (void)state;
    fit_fake_set(&fake, KERNEL "/hash-1", FIT_PROP_VALUE, fake.blob, SHA256_BYTES - 1);
    assert_refused(ERR_FORMAT, "image kernel: its sha256 has 31 bytes, not 32");
    fit_fake_unset(&fake, KERNEL "/hash-1", FIT_PROP_VALUE);
    assert_refused(ERR_FORMAT, "its sha256 has 0 bytes");
    fit_fake_add_node(&fake, KERNEL, "hash-2");
    fit_fake_set_text(&fake, KERNEL "/hash-2", FIT_PROP_ALGO, "sha256");
    fit_fake_set(&fake, KERNEL "/hash-2", FIT_PROP_VALUE, fake.blob, SHA256_BYTES);
    assert_refused(ERR_FORMAT, "image kernel: more than one sha256");
    fit_fake_unset(&fake, KERNEL "/hash-1", FIT_PROP_ALGO);
    assert_refused(ERR_FORMAT, "image kernel: hash-1 has no algo");
    fit_fake_set(&fake, KERNEL "/hash-1", FIT_PROP_ALGO, "sha256", 6);
    assert_refused(ERR_FORMAT, "/images/kernel/hash-1: property algo is not");
    fit_fake_replace(&fake, "hash-1", "hash-\033", 6);
    fit_fake_replace(&fake, "sha256", "sha25\033", 6);
    assert_refused(ERR_RANGE, "/images/kernel/hash-?: property algo is longer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_facts_of_the_kernel, set_up),
        cmocka_unit_test_setup(test_any_fact_makes_an_sel4_kernel, set_up),
        cmocka_unit_test_setup(test_texts_of_images, set_up),
        cmocka_unit_test_setup(test_data_by_position_or_inside, set_up),
        cmocka_unit_test_setup(test_offsets_count_from_the_rounded_end_of_the_tree, set_up),
        cmocka_unit_test_setup(test_the_last_byte_counts, set_up),
        cmocka_unit_test_setup(test_large_sizes_and_offsets, set_up),
        cmocka_unit_test_setup(test_bad_data, set_up),
        cmocka_unit_test_setup(test_bad_names, set_up),
        cmocka_unit_test_setup(test_nested_images, set_up),
        cmocka_unit_test_setup(test_repeated_properties, set_up),
        cmocka_unit_test_setup(test_verify, set_up),
        cmocka_unit_test_setup(test_hashes, set_up),
        cmocka_unit_test_setup(test_every_hash_must_match, set_up),
        cmocka_unit_test_setup(test_bad_hashes, set_up),
    };

    return cmocka_run_group_tests_name("fit_image", tests, NULL, NULL);
}
