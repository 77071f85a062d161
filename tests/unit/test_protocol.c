/* SPDX-License-Identifier: Apache-2.0 */
/* By what protocol a kernel is entered, as far as its content and what is said of it tell. */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>

#include "payload/protocol.h"
#include "tests/fakes/elf_fake.h"
#include "tests/fakes/image_fake.h"

#define RWX (PF_R | PF_W | PF_X)

static const struct protocol_rules nothing;
static struct elf_fake fake;

static void make_elf(uint64_t va, uint64_t pa)
{
    const struct elf_fake_segment segment = {va, pa, 0x40, 0x1000, RWX};

    elf_fake_init(&fake, &segment, 1);
}

static void assert_protocol(enum protocol expected)
{
    assert_int_equal(protocol_of(elf_fake_bytes(&fake), &nothing), expected);
}

static void test_names_and_words(void **state)
{
    static const char *const names[] = {"none", "seL4", "Linux", "ELF", "KaaL", "raw"};
    static const char *const words[] = {"none", "sel4", "linux", "elf", "kaal", "raw"};

    (void)state;
    assert_int_equal(PROTOCOL_COUNT, 6);
    for (int i = PROTOCOL_NONE; i < PROTOCOL_COUNT; i++) {
        assert_string_equal(protocol_name((enum protocol)i), names[i]);
        assert_string_equal(protocol_word((enum protocol)i), words[i]);
        assert_int_equal(protocol_find(words[i]), i);
    }
    assert_int_equal(protocol_find(""), PROTOCOL_NONE);
    assert_int_equal(protocol_find("ELF"), PROTOCOL_NONE);
    assert_int_equal(protocol_find("elf "), PROTOCOL_NONE);
}

static void test_elf_by_its_addresses(void **state)
{
    (void)state;
    make_elf(0x40400000, 0x40400000);
    assert_protocol(PROTOCOL_ELF);
    make_elf(UINT64_C(0xffffffffc0000000), 0x40000000);
    assert_protocol(PROTOCOL_SEL4);
    make_elf(UINT64_C(0xffff000000000000), 0x40000000); /* another kernel's; it is not seL4's */
    assert_protocol(PROTOCOL_SEL4);
    elf_fake_set(&fake, offsetof(Elf64_Ehdr, e_entry), 8, 0x40000000);
    assert_protocol(PROTOCOL_ELF);
}

static void test_movable_elf(void **state)
{
    (void)state;
    elf_fake_init_movable(&fake);
    assert_protocol(PROTOCOL_ELF);
    elf_fake_set(&fake, offsetof(Elf64_Ehdr, e_entry), 8, 0x10);
    assert_protocol(PROTOCOL_ELF);
}

static void test_kaal_by_its_symbols(void **state)
{
    static const struct elf_fake_symbol symbols[] = {
        {"_start", 0x40400000, 4},
        {"_ZN11kaal_kernel4boot5entry17h0123456789abcdefE", 0x40400004, 4},
    };

    (void)state;
    make_elf(0x40400000, 0x40400000);
    elf_fake_add_symbols(&fake, symbols, 1);
    assert_protocol(PROTOCOL_ELF);
    make_elf(0x40400000, 0x40400000);
    elf_fake_add_symbols(&fake, symbols, 2);
    assert_protocol(PROTOCOL_KAAL);
    elf_fake_set(&fake, offsetof(Elf64_Ehdr, e_shnum), 2, 0);
    assert_protocol(PROTOCOL_ELF);
}

static void test_image(void **state)
{
    static struct image_fake image;

    (void)state;
    image_fake_init(&image);
    assert_int_equal(protocol_of(image_fake_bytes(&image), &nothing), PROTOCOL_LINUX);
}

static void test_bytes(void **state)
{
    static const struct protocol_rules placed = {.has_load = true};
    static const uint8_t data[64] = {0x1f, 0x20, 0x03, 0xd5};
    const struct bytes bytes = {data, sizeof(data)};

    (void)state;
    assert_int_equal(protocol_of(bytes, &nothing), PROTOCOL_NONE);
    assert_int_equal(protocol_of(bytes, &placed), PROTOCOL_RAW);
    assert_int_equal(protocol_of((struct bytes){NULL, 0}, &nothing), PROTOCOL_NONE);
    make_elf(0x40400000, 0x40400000); /* U-Boot's FITs have an address for these too */
    assert_int_equal(protocol_of(elf_fake_bytes(&fake), &placed), PROTOCOL_ELF);
}

static void test_what_is_said_counts_more(void **state)
{
    (void)state;
    make_elf(0x40400000, 0x40400000);
    for (int i = PROTOCOL_SEL4; i < PROTOCOL_COUNT; i++) {
        const struct protocol_rules rules = {.protocol = (enum protocol)i};

        assert_int_equal(protocol_of(elf_fake_bytes(&fake), &rules), i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_words),
        cmocka_unit_test(test_elf_by_its_addresses),
        cmocka_unit_test(test_movable_elf),
        cmocka_unit_test(test_kaal_by_its_symbols),
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_what_is_said_counts_more),
    };

    return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
