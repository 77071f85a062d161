/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fit_unit.h"

#include <stdio.h>
#include <stdlib.h>

#include <libfdt.h>

#include "monitor/base/bits.h"
#include "payload/fit_names.h"

static void test_describes_a_fit(void **state)
{
    const struct fit_image *kernel;

    (void)state;
    assert_opens(NULL);
    assert_string_equal(fit.description, "a fake");
    assert_string_equal(fit.config, "conf-1");
    assert_int_equal(fit.tree_bytes, FIT_FAKE_TREE);
    assert_ptr_equal(fit.blob.data, fake.blob);
    assert_int_equal(count_images(), 3);
    kernel = &fit.images[0];
    assert_string_equal(kernel->name, "kernel");
    assert_string_equal(kernel->description, "kernel");
    assert_string_equal(kernel->type, "kernel");
    assert_string_equal(kernel->os, "sel4");
    assert_string_equal(kernel->compression, "none");
    assert_int_equal(kernel->role, FIT_KERNEL);
    assert_ptr_equal(kernel->data.data, fake.blob + FIT_FAKE_TREE);
    assert_int_equal(kernel->data.size, FIT_FAKE_KERNEL_BYTES);
    assert_int_equal(kernel->recorded, BIT(DIGEST_SHA256));
    assert_false(kernel->facts.is_sel4);
    assert_ptr_equal(fit_find(&fit, FIT_KERNEL), kernel);
    assert_ptr_equal(fit_find(&fit, FIT_APP), image_called("app"));
    assert_ptr_equal(fit_find(&fit, FIT_DTB), image_called("fdt"));
    assert_null(fit_find(&fit, FIT_INITRD));
    assert_null(fit_find(&fit, FIT_SCRIPT));
}

static void test_is_fit(void **state)
{
    static uint64_t plain[32];

    (void)state;
    assert_true(fit_is_fit(fit_fake_bytes(&fake)));
    assert_true(fit_is_fit((struct bytes){fake.blob, FIT_FAKE_TREE})); /* the data may be cut */
    assert_false(fit_is_fit((struct bytes){fake.blob, FIT_FAKE_TREE - 1}));
    assert_false(fit_is_fit((struct bytes){NULL, 0}));
    assert_int_equal(fdt_create_empty_tree(plain, sizeof(plain)), 0);
    assert_false(fit_is_fit((struct bytes){(const uint8_t *)plain, sizeof(plain)}));
    assert_int_equal(
        fit_open((struct bytes){(const uint8_t *)plain, sizeof(plain)}, NULL, &fit, &why),
        ERR_FORMAT);
    assert_non_null(strstr(why.text, "/images"));
}

static void test_another_configuration(void **state)
{
    static char longer[FIT_NAME_BYTES + 1];

    (void)state;
    assert_opens("conf-2");
    assert_string_equal(fit.config, "conf-2");
    assert_int_equal(count_images(), 3);
    assert_int_equal(fit.images[0].role, FIT_KERNEL);
    assert_null(fit_find(&fit, FIT_APP)); /* not of this configuration */
    assert_null(fit_find(&fit, FIT_DTB));
    assert_int_equal(image_called("app")->role, FIT_OTHER);
    assert_int_equal(image_called("fdt")->role, FIT_OTHER);
    assert_config_refused("conf-3", ERR_NOTFOUND, "no configuration conf-3");
    assert_config_refused("", ERR_NOTFOUND, "no configuration");
    assert_config_refused("conf", ERR_NOTFOUND, "conf");
    assert_config_refused("a-name-of-no-configuration-at-all", ERR_NOTFOUND,
                          "no configuration a-name-of-no-configuration-at-all");
    memset(longer, 'c', FIT_NAME_BYTES);
    assert_config_refused(longer, ERR_NOTFOUND, "256 characters");
    assert_config_refused("conf-\n", ERR_NOTFOUND, "no configuration");
}

static void test_default_configuration(void **state)
{
    (void)state;
    fit_fake_set_text(&fake, "/configurations", FIT_PROP_DEFAULT, "conf-2");
    assert_opens(NULL);
    assert_string_equal(fit.config, "conf-2");
    fit_fake_set_text(&fake, "/configurations", FIT_PROP_DEFAULT, "conf-9");
    assert_refused(ERR_NOTFOUND, "no configuration conf-9");
    fit_fake_unset(&fake, "/configurations", FIT_PROP_DEFAULT);
    assert_opens("conf-1");
    assert_refused(ERR_NOTFOUND, "no default configuration");
    fit_fake_set(&fake, "/configurations", FIT_PROP_DEFAULT, "conf-1", 6);
    assert_refused(ERR_FORMAT, "/configurations: property default");
}

static void test_without_configurations_the_types_tell(void **state)
{
    static const struct {
        const char *name, *type, *os;
        enum fit_role role;
    } cases[] = {
        {"x", "kernel", "linux", FIT_KERNEL},
        {"x", "kernel_noload", "linux", FIT_KERNEL},
        {"x", "flat_dt", "", FIT_DTB},
        {"x", "ramdisk", "linux", FIT_INITRD},
        {"x", "script", "", FIT_SCRIPT},
        {"x", "standalone", "sel4", FIT_APP},
        {"x", "standalone", "u-boot", FIT_OTHER},
        {"app-2", "firmware", "", FIT_APP},
        {"x", "firmware", "sel4", FIT_OTHER},
        {"x", "", "", FIT_OTHER},
        {"x", "kernel_noload_too", "", FIT_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[64];

        set_up(NULL);
        fit_fake_drop_node(&fake, "/configurations");
        fit_fake_drop_node(&fake, APP);
        fit_fake_add_image(&fake, cases[i].name, FIT_FAKE_APP, FIT_FAKE_APP_BYTES);
        (void)snprintf(path, sizeof(path), "/images/%s", cases[i].name);
        fit_fake_set_text(&fake, path, FIT_PROP_TYPE, cases[i].type);
        fit_fake_set_text(&fake, path, FIT_PROP_OS, cases[i].os);
        assert_opens(NULL);
        assert_string_equal(fit.config, "");
        assert_int_equal(image_called(cases[i].name)->role, cases[i].role);
        assert_config_refused("conf-1", ERR_NOTFOUND, "no configuration conf-1");
    }
}

static void test_configuration_properties_beat_types(void **state)
{
    (void)state;
    fit_fake_unset(&fake, CONF, FIT_PROP_FDT);
    fit_fake_set_text(&fake, CONF, FIT_PROP_RAMDISK, "fdt");
    assert_opens(NULL);
    assert_int_equal(image_called("fdt")->role, FIT_INITRD);

    fit_fake_unset(&fake, CONF, FIT_PROP_RAMDISK);
    fit_fake_set_text(&fake, CONF, FIT_PROP_SCRIPT, "fdt");
    assert_opens(NULL);
    assert_int_equal(image_called("fdt")->role, FIT_SCRIPT);

    fit_fake_unset(&fake, CONF, FIT_PROP_SCRIPT);
    fit_fake_set(&fake, CONF, FIT_PROP_LOADABLES, "app\0fdt", 8);
    assert_opens(NULL);
    assert_int_equal(image_called("fdt")->role, FIT_DTB);
    assert_int_equal(image_called("app")->role, FIT_APP);
}

static void test_bad_references(void **state)
{
    static char longer[FIT_NAME_BYTES + 1];

    (void)state;
    fit_fake_set_text(&fake, CONF, FIT_PROP_KERNEL, "kernel-2");
    assert_refused(ERR_NOTFOUND, "no image kernel-2, which kernel names");
    fit_fake_set_text(&fake, CONF, FIT_PROP_KERNEL, "");
    assert_refused(ERR_NOTFOUND, "no image");
    fit_fake_set(&fake, CONF, FIT_PROP_KERNEL, "", 0);
    assert_refused(ERR_FORMAT, "kernel is not NUL-terminated");
    fit_fake_set(&fake, CONF, FIT_PROP_KERNEL, "kernel", 6);
    assert_refused(ERR_FORMAT, "kernel is not NUL-terminated");
    fit_fake_set(&fake, CONF, FIT_PROP_KERNEL, "kernel\0app", 11);
    assert_refused(ERR_UNSUPPORTED, "kernel names more than one image");
    fit_fake_set(&fake, CONF, FIT_PROP_FDT, "fdt\0overlay", 12);
    assert_refused(ERR_UNSUPPORTED, "fdt names more than one image");
    fit_fake_set_text(&fake, CONF, FIT_PROP_FDT, "kernel");
    assert_refused(ERR_FORMAT, "names image kernel twice");
    fit_fake_set(&fake, CONF, FIT_PROP_LOADABLES, "app\0app", 8);
    assert_refused(ERR_FORMAT, "names image app twice");
    fit_fake_set(&fake, CONF, FIT_PROP_LOADABLES, "app\0", 5);
    assert_refused(ERR_NOTFOUND, "which loadables names");
    memset(longer, 'n', FIT_NAME_BYTES);
    fit_fake_set_text(&fake, CONF, FIT_PROP_LOADABLES, longer);
    assert_refused(ERR_NOTFOUND, "no image with such a name, which loadables names");
    fit_fake_set_text(&fake, CONF, FIT_PROP_LOADABLES, "ap\033p");
    assert_refused(ERR_NOTFOUND, "no image with such a name");
}

static void test_settings(void **state)
{
    (void)state;
    assert_opens(NULL);
    assert_int_equal(fit.settings.autoboot_seconds, FIT_AUTOBOOT_DEFAULT);
    assert_int_equal(fit.settings.idle_boot_seconds, -1);
    assert_int_equal(fit.settings.app_offset, 0);
    assert_string_equal(fit.settings.stop_key, "");
    assert_null(fit.settings.bootargs);

    fit_fake_set_u32(&fake, CONF, FIT_PROP_AUTOBOOT, UINT32_MAX);
    fit_fake_set_u32(&fake, CONF, FIT_PROP_IDLE_BOOT, 60);
    fit_fake_set_u64(&fake, CONF, FIT_PROP_APP_OFFSET, 0x123456789);
    fit_fake_set_text(&fake, CONF, FIT_PROP_STOP_KEY, "stop");
    fit_fake_set_text(&fake, CONF, FIT_PROP_BOOTARGS, "console=ttyAMA0");
    assert_opens(NULL);
    assert_int_equal(fit.settings.autoboot_seconds, -1);
    assert_int_equal(fit.settings.idle_boot_seconds, 60);
    assert_int_equal(fit.settings.app_offset, 0x123456789);
    assert_string_equal(fit.settings.stop_key, "stop");
    assert_string_equal(fit.settings.bootargs, "console=ttyAMA0");

    fit_fake_set_u32(&fake, CONF, FIT_PROP_AUTOBOOT, 0);
    fit_fake_set_u32(&fake, CONF, FIT_PROP_APP_OFFSET, 0x1000);
    assert_opens(NULL);
    assert_int_equal(fit.settings.autoboot_seconds, 0);
    assert_int_equal(fit.settings.app_offset, 0x1000);
}

static void test_bad_settings(void **state)
{
    char text[FIT_TEXT_BYTES + 1];

    (void)state;
    fit_fake_set_u32(&fake, CONF, FIT_PROP_AUTOBOOT, UINT32_MAX - 1);
    assert_refused(ERR_RANGE, "elfmon,autoboot is 4294967294");
    fit_fake_set_u32(&fake, CONF, FIT_PROP_IDLE_BOOT, UINT32_C(1) << 31);
    assert_refused(ERR_RANGE, "elfmon,idle-boot is 2147483648");
    fit_fake_set_u64(&fake, CONF, FIT_PROP_AUTOBOOT, 3);
    assert_refused(ERR_FORMAT, "conf-1: property elfmon,autoboot has 8 bytes");
    fit_fake_set(&fake, CONF, FIT_PROP_AUTOBOOT, "", 0);
    assert_refused(ERR_FORMAT, "has 0 bytes");
    fit_fake_set(&fake, CONF, FIT_PROP_APP_OFFSET, "123456", 6);
    assert_refused(ERR_FORMAT, "has 6 bytes, not 4 or 8");
    fit_fake_set(&fake, CONF, FIT_PROP_APP_OFFSET, "", 0);
    assert_refused(ERR_FORMAT, "has 0 bytes, not 4 or 8");

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    fit_fake_set_text(&fake, CONF, FIT_PROP_BOOTARGS, text); /* never cut, then run */
    assert_opens(NULL);
    assert_string_equal(fit.settings.bootargs, text);
    fit_fake_set(&fake, CONF, FIT_PROP_BOOTARGS, "a\0b", 4);
    assert_refused(ERR_FORMAT, "not one NUL-terminated string");
    fit_fake_set(&fake, CONF, FIT_PROP_BOOTARGS, "ab", 2);
    assert_refused(ERR_FORMAT, "not one NUL-terminated string");
    fit_fake_set(&fake, CONF, FIT_PROP_BOOTARGS, "", 0);
    assert_refused(ERR_FORMAT, "not one NUL-terminated string");
    fit_fake_set_text(&fake, CONF, FIT_PROP_BOOTARGS, "a\nb");
    assert_refused(ERR_RANGE, "not printable");
}

static void test_names_must_differ(void **state)
{
    (void)state;
    fit_fake_add_image(&fake, "kernel@1", 400, 8);
    assert_refused(ERR_FORMAT, "images kernel@1 and kernel cannot be told apart");
    fit_fake_add_image(&fake, "one", 400, 8);
    fit_fake_add_image(&fake, "two", 408, 8);
    fit_fake_replace(&fake, "one", "two", 3);
    assert_refused(ERR_FORMAT, "images two and two cannot be told apart");
    fit_fake_add_image(&fake, "other", 400, 8);
    fit_fake_add_image(&fake, "other@1", 408, 8);
    assert_refused(ERR_FORMAT, "cannot be told apart");
    fit_fake_add_image(&fake, "other@1", 400, 8);
    fit_fake_add_image(&fake, "other@2", 408, 8);
    assert_opens(NULL);
    set_up(NULL);
    fit_fake_replace(&fake, "conf-2", "conf-1", 7);
    assert_refused(ERR_FORMAT, "two nodes are called conf-1");
    fit_fake_add_node(&fake, "/", "images@1");
    assert_refused(ERR_FORMAT, "two nodes are called images");
}

static void test_lookups_do_not_take_a_unit_address_for_the_name(void **state)
{
    (void)state;
    fit_fake_add_image(&fake, "init@1", 400, 8);
    fit_fake_set_text(&fake, CONF, FIT_PROP_RAMDISK, "init");
    assert_config_refused(NULL, ERR_NOTFOUND, "no image init, which ramdisk names");
    fit_fake_set_text(&fake, CONF, FIT_PROP_RAMDISK, "init@1");
    assert_opens(NULL);
    assert_string_equal(fit_find(&fit, FIT_INITRD)->name, "init@1");
}

static void test_the_first_of_a_role_is_used(void **state)
{
    (void)state;
    fit_fake_add_image(&fake, "app-2", 400, 8);
    fit_fake_add_image(&fake, "firmware", 408, 8);
    fit_fake_set_text(&fake, "/images/firmware", FIT_PROP_TYPE, "firmware");
    fit_fake_set(&fake, CONF, FIT_PROP_LOADABLES, "firmware\0app-2\0app", 19);
    assert_opens(NULL);
    assert_string_equal(fit_find(&fit, FIT_APP)->name, "app-2");
    assert_int_equal(image_called("app")->role, FIT_OTHER);
    assert_int_equal(image_called("firmware")->role, FIT_OTHER);
    assert_int_equal(count_images(), 5);
    fit_fake_set(&fake, CONF, FIT_PROP_LOADABLES, "firmware\0app-2\0firmware", 24);
    assert_config_refused(NULL, ERR_FORMAT, "names image firmware twice");
    fit_fake_set(&fake, CONF, FIT_PROP_LOADABLES, "firmware", 9); /* named, but not used: */
    fit_fake_set_u32(&fake, "/images/firmware", FIT_PROP_DATA_SIZE, 0);
    assert_refused(ERR_FORMAT, "image firmware: its data is empty");
}

static void test_no_images(void **state)
{
    (void)state;
    fit_fake_drop_node(&fake, "/configurations");
    fit_fake_drop_node(&fake, KERNEL);
    fit_fake_drop_node(&fake, APP);
    fit_fake_drop_node(&fake, "/images/fdt");
    assert_config_refused(NULL, ERR_FORMAT, "no image in the FIT");
    fit_fake_drop_node(&fake, "/images");
    assert_refused(ERR_FORMAT, "no node /images");
}

static void test_the_header_of_the_tree(void **state)
{
    (void)state;
    fdt_set_magic(fake.blob, 0xd00dfeee);
    assert_refused(ERR_FORMAT, "not a FIT");
    fdt_set_totalsize(fake.blob, FIT_FAKE_BYTES + 1);
    assert_refused(ERR_TRUNCATED, "longer than the 4608 bytes");
    fdt_set_totalsize(fake.blob, UINT32_MAX);
    assert_refused(ERR_TRUNCATED, "longer than");
    fdt_set_totalsize(fake.blob, 8);
    assert_refused(ERR_FORMAT, "damaged");
    fdt_set_version(fake.blob, 16);
    assert_refused(ERR_UNSUPPORTED, "version 16");
    fdt_set_last_comp_version(fake.blob, 18);
    assert_refused(ERR_UNSUPPORTED, "version");
    fdt_set_off_dt_struct(fake.blob, fdt_off_dt_struct(fake.blob) + 2);
    assert_refused(ERR_ALIGN, "misaligned");
    fdt_set_off_mem_rsvmap(fake.blob, fdt_off_mem_rsvmap(fake.blob) + 4);
    assert_refused(ERR_ALIGN, "misaligned");
    fdt_set_off_dt_struct(fake.blob, UINT32_MAX - 3);
    assert_refused(ERR_FORMAT, "damaged");
    fdt_set_off_dt_strings(fake.blob, UINT32_MAX);
    assert_refused(ERR_FORMAT, "damaged");
    fdt_set_size_dt_struct(fake.blob, 16);
    assert_refused(ERR_FORMAT, "damaged");
}

static void test_the_address_must_be_aligned(void **state)
{
    static union {
        uint64_t aligned;
        uint8_t bytes[FIT_FAKE_BYTES + 8];
    } shifted;

    (void)state;
    for (unsigned i = 1; i < 8; i++) {
        struct bytes blob = {shifted.bytes + i, FIT_FAKE_BYTES};

        memcpy(shifted.bytes + i, fake.blob, FIT_FAKE_BYTES);
        assert_int_equal(fit_open(blob, NULL, &fit, &why), ERR_ALIGN);
        assert_false(fit_is_fit(blob));
    }
}

static void test_every_shorter_file(void **state)
{
    size_t needed = FIT_FAKE_TREE + FIT_FAKE_FDT + FIT_FAKE_FDT_BYTES;

    (void)state;
    for (size_t size = 0; size < FIT_FAKE_BYTES; size++) {
        uint8_t *cut = malloc(size ? size : 1);
        int err;

        memcpy(cut, fake.blob, size);
        err = fit_open((struct bytes){cut, size}, NULL, &fit, &why);
        if (size < sizeof(fdt32_t))
            assert_int_equal(err, ERR_FORMAT);
        else
            assert_int_equal(err, size < needed ? ERR_TRUNCATED : ERR_OK);
        free(cut);
    }
}

static void test_every_flipped_bit(void **state)
{
    size_t used = fdt_off_dt_strings(fake.blob) + fdt_size_dt_strings(fake.blob);
    uint8_t *copy = malloc(FIT_FAKE_BYTES); /* exact, so that a read behind it is seen */

    (void)state;
    for (size_t bit = 0; bit < 8 * used; bit++) {
        struct bytes blob = {copy, FIT_FAKE_BYTES};

        memcpy(copy, fake.blob, FIT_FAKE_BYTES);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        why.text[0] = '\0';
        if (fit_open(blob, NULL, &fit, &why) == ERR_OK)
            assert_null(fit_fake_broken_promise(&fit));
        else
            assert_true(why.text[0] != '\0' && fit.blob.size == 0 && count_images() == 0);
    }
    free(copy);
}

static void test_deep_nesting(void **state)
{
    char path[FIT_FAKE_TREE] = KERNEL;

    (void)state;
    for (unsigned depth = 0; depth < 40; depth++) {
        fit_fake_add_node(&fake, path, "n");
        strcat(path, "/n");
    }
    assert_opens(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_describes_a_fit, set_up),
        cmocka_unit_test_setup(test_is_fit, set_up),
        cmocka_unit_test_setup(test_another_configuration, set_up),
        cmocka_unit_test_setup(test_default_configuration, set_up),
        cmocka_unit_test_setup(test_without_configurations_the_types_tell, set_up),
        cmocka_unit_test_setup(test_configuration_properties_beat_types, set_up),
        cmocka_unit_test_setup(test_bad_references, set_up),
        cmocka_unit_test_setup(test_settings, set_up),
        cmocka_unit_test_setup(test_bad_settings, set_up),
        cmocka_unit_test_setup(test_names_must_differ, set_up),
        cmocka_unit_test_setup(test_lookups_do_not_take_a_unit_address_for_the_name, set_up),
        cmocka_unit_test_setup(test_the_first_of_a_role_is_used, set_up),
        cmocka_unit_test_setup(test_no_images, set_up),
        cmocka_unit_test_setup(test_the_header_of_the_tree, set_up),
        cmocka_unit_test_setup(test_the_address_must_be_aligned, set_up),
        cmocka_unit_test_setup(test_every_shorter_file, set_up),
        cmocka_unit_test_setup(test_every_flipped_bit, set_up),
        cmocka_unit_test_setup(test_deep_nesting, set_up),
    };

    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
