/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>

#include "payload/content.h"
#include "tests/fakes/elf_fake.h"
#include "tests/fakes/fit_fake.h"

enum { PAD = 0x1a };

static union {
    uint64_t aligned[4096];
    uint8_t bytes[4096 * 8];
} file;
static struct content found;
static struct diag why;

static int find(size_t size)
{
    why.text[0] = '\0';
    memset(&found, 0xff, sizeof(found));
    return content_find((struct bytes){file.bytes, size}, &found, &why);
}

/* @data, padded as XMODEM would with blocks of @block bytes. Returns the padded size. */
static size_t put(const void *data, size_t size, size_t block)
{
    size_t padded = (size + block - 1) / block * block;

    memset(file.bytes, PAD, sizeof(file.bytes));
    memcpy(file.bytes, data, size);
    return padded;
}

static void assert_found(size_t received, enum content_kind kind, size_t size)
{
    assert_int_equal(find(received), ERR_OK);
    assert_int_equal(found.kind, kind);
    assert_int_equal(found.size, size);
}

static void test_kinds_without_a_size(void **state)
{
    static const char script[] = "# boot\nload\nboot\n", gzip[] = "\x1f\x8b\x08\0\x03";
    uint8_t image[200] = {0};

    (void)state;
    assert_found(put(script, sizeof(script) - 1, 128), CONTENT_TEXT, sizeof(script) - 1);
    assert_found(put("gr\xc3\xbc\xc3\x9f\t\r\n", 9, 1024), CONTENT_TEXT, 9);
    assert_found(put(gzip, 5, 128), CONTENT_GZIP, 5);
    memcpy(image + 56, "ARM\x64", 4);
    image[199] = 1;
    assert_found(put(image, 200, 1024), CONTENT_IMAGE, 200);
    assert_found(put("\x7f"
                     "ELQ",
                     4, 128),
                 CONTENT_UNKNOWN, 4);
    assert_found(put("a\0b", 3, 128), CONTENT_UNKNOWN, 3);
    assert_found(put("a\x1b[2J", 5, 128), CONTENT_UNKNOWN, 5);
    assert_found(put("\x7f", 1, 128), CONTENT_UNKNOWN, 1);
}

static void test_short_files(void **state)
{
    static const char *const beginnings[] = {"\x7f"
                                             "ELF",
                                             "\xd0\x0d\xfe\xed", "\x1f\x8b\x08", "ab"};

    (void)state;
    assert_found(0, CONTENT_UNKNOWN, 0);
    assert_found(put("", 0, 128) + 128, CONTENT_UNKNOWN, 0); /* nothing but padding */
    for (unsigned i = 0; i < 4; i++)
        for (size_t size = 0; size <= strlen(beginnings[i]); size++) {
            put(beginnings[i], size, 128);
            (void)find(size);
            assert_true(found.size <= size);
        }
}

/* Padding is less than a block; more than that was sent. */
static void test_at_most_a_block_is_trimmed(void **state)
{
    (void)state;
    put("x", 1, 128);
    assert_found(1024, CONTENT_TEXT, 1);
    assert_found(1025, CONTENT_UNKNOWN, 2);
}

static void test_elf(void **state)
{
    static struct elf_fake elf;
    static const struct elf_fake_segment segments[] = {
        {0x400000, 0x400000, 0x81, 0x1000, 5},
        {0x402000, 0x402000, 0, 0x2000, 6},
        {0x406000, 0x406000, 0x21, 0x2000, 6},
    };
    static const struct elf_fake_symbol symbols[] = {{"main", 0x400000, 4}};

    (void)state;
    elf_fake_init(&elf, segments, 3);
    elf.file[elf.size - 1] = PAD; /* its own last byte looks like padding */
    assert_found(put(elf.file, elf.size, 128), CONTENT_ELF, elf.size);
    elf_fake_add_symbols(&elf, symbols, 1);
    memset(elf.file + elf.size - 8, PAD, 8);
    assert_found(put(elf.file, elf.size, 1024), CONTENT_ELF, elf.size);
    put(elf.file, elf.size, 1024);
    for (size_t size = sizeof(Elf64_Ehdr); size < elf.size; size++) {
        assert_int_equal(find(size), ERR_TRUNCATED);
        assert_non_null(strstr(why.text, "ELF of "));
    }
    put(elf.file, elf.size, 1024);
    memcpy(file.bytes + elf.size, "appended", 8); /* still a part of the file */
    assert_found(elf.size + 8, CONTENT_ELF, elf.size + 8);
}

static void test_elf_of_other_machines(void **state)
{
    static struct elf_fake elf;

    (void)state;
    elf_fake_init(&elf, (const struct elf_fake_segment[]){{0, 0, 16, 16, 5}}, 1);
    elf.file[EI_CLASS] = ELFCLASS32;
    assert_found(put(elf.file, 52, 128), CONTENT_ELF, 52);
    elf.file[EI_CLASS] = ELFCLASS64;
    elf.file[EI_DATA] = ELFDATA2MSB;
    assert_found(put(elf.file, 64, 128), CONTENT_ELF, 64);
}

/* Every field at its extremes: no read outside, and no size outside. */
static void test_elf_that_lies(void **state)
{
    static struct elf_fake elf;

    (void)state;
    elf_fake_init(&elf, (const struct elf_fake_segment[]){{0, 0, 16, 16, 5}}, 1);
    for (size_t at = EI_NIDENT; at < 64 + 56; at++) {
        size_t size = put(elf.file, elf.size, 128);

        memset(file.bytes + at, 0xff, 8);
        if (find(size) == ERR_OK)
            assert_true(found.size <= size);
        else
            assert_string_not_equal(why.text, "");
    }
}

static void test_devicetree(void **state)
{
    static struct fit_fake fit;
    size_t size;

    (void)state;
    fit_fake_init(&fit);
    fit_fake_drop_node(&fit, "/images");
    size = put(fit.blob, FIT_FAKE_TREE, 128);
    assert_found(size + 128, CONTENT_DTB, FIT_FAKE_TREE);
    assert_int_equal(find(FIT_FAKE_TREE - 1), ERR_TRUNCATED);
}

static void test_fit_with_external_data(void **state)
{
    static struct fit_fake fit;
    const size_t size = FIT_FAKE_TREE + FIT_FAKE_FDT + FIT_FAKE_FDT_BYTES;

    (void)state;
    fit_fake_init(&fit);
    fit.blob[size - 1] = PAD;
    assert_found(put(fit.blob, size, 1024), CONTENT_FIT, size);
    assert_int_equal(find(size - 1), ERR_TRUNCATED);
    fit_fake_unset(&fit, "/images/fdt", "data-offset");
    fit_fake_set_u64(&fit, "/images/fdt", "data-position", FIT_FAKE_TREE + 200);
    fit.blob[FIT_FAKE_TREE + 200 + FIT_FAKE_FDT_BYTES - 1] = PAD;
    assert_found(put(fit.blob, FIT_FAKE_TREE + 200 + FIT_FAKE_FDT_BYTES, 128), CONTENT_FIT,
                 FIT_FAKE_TREE + 200 + FIT_FAKE_FDT_BYTES);
    fit_fake_set_u64(&fit, "/images/fdt", "data-position", UINT64_MAX);
    put(fit.blob, FIT_FAKE_BYTES, 128);
    assert_int_equal(find(FIT_FAKE_BYTES), ERR_TRUNCATED);
    fit_fake_set_text(&fit, "/images/fdt", "data-size", "three");
    put(fit.blob, FIT_FAKE_BYTES, 128);
    assert_int_equal(find(FIT_FAKE_BYTES), ERR_FORMAT);
}

static void test_names(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < CONTENT_KIND_COUNT; kind++)
        assert_true(strlen(content_name(kind)) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_without_a_size),
        cmocka_unit_test(test_short_files),
        cmocka_unit_test(test_at_most_a_block_is_trimmed),
        cmocka_unit_test(test_elf),
        cmocka_unit_test(test_elf_of_other_machines),
        cmocka_unit_test(test_elf_that_lies),
        cmocka_unit_test(test_devicetree),
        cmocka_unit_test(test_fit_with_external_data),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}
