/* SPDX-License-Identifier: Apache-2.0 */
/* Relocations of a movable ELF: which are taken, and what each refusal says. */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>

#include "payload/elf64_rela.h"
#include "tests/fakes/elf_fake.h"

enum { DYNAMIC = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr) }; /* its program header */

static struct elf_fake fake;
static struct elf64 elf;
static struct elf64_rela rela;

static int setup(void **state)
{
    (void)state;
    elf_fake_init_movable(&fake);
    return 0;
}

static int open_rela(struct diag *d)
{
    if (elf64_open_physical(elf_fake_bytes(&fake), &elf, d))
        fail_msg("%s", d->text);
    memset(&rela, 0xa5, sizeof(rela));
    return elf64_rela_open(&elf, &rela, d);
}

static void assert_count(uint64_t count)
{
    struct diag d = {""};

    if (open_rela(&d))
        fail_msg("%s", d.text);
    assert_int_equal(rela.count, count);
}

static void assert_refused(int err, const char *reason)
{
    struct diag d = {""};

    assert_int_equal(open_rela(&d), err);
    assert_string_equal(d.text, reason);
    assert_int_equal(rela.count, 0);
}

/* Entry @index of the dynamic section. */
static void set_dynamic(unsigned index, uint64_t tag, uint64_t value)
{
    elf_fake_set_data(&fake, ELF_FAKE_DYNAMIC_VA + 16 * index, 8, tag);
    elf_fake_set_data(&fake, ELF_FAKE_DYNAMIC_VA + 16 * index + 8, 8, value);
}

/* Word @word, of three, of relocation @index. */
static void set_rela(unsigned index, unsigned word, uint64_t value)
{
    elf_fake_set_data(&fake, ELF_FAKE_RELA_VA + 24 * index + 8 * word, 8, value);
}

static void test_entries(void **state)
{
    uint64_t addend;
    vaddr_t at;

    (void)state;
    assert_count(2);
    elf64_rela_get(&rela, 0, &at, &addend);
    assert_int_equal(at, 0x2080);
    assert_int_equal(addend, 0x1004);
    elf64_rela_get(&rela, 1, &at, &addend);
    assert_int_equal(at, 0x3ff8); /* beyond the file's bytes, the last 8 in memory */
    assert_int_equal(addend, 0x2080);
}

static void test_negative_addend(void **state)
{
    uint64_t addend;
    vaddr_t at;

    (void)state;
    set_rela(0, 2, UINT64_MAX - 7);
    assert_count(2);
    elf64_rela_get(&rela, 0, &at, &addend);
    assert_int_equal(addend, UINT64_MAX - 7);
}

static void test_nothing_to_relocate(void **state)
{
    (void)state;
    set_dynamic(1, DT_RELASZ, 0);
    assert_count(0);
    set_dynamic(0, DT_NULL, 0);
    set_dynamic(1, DT_JMPREL, 0); /* behind the end */
    assert_count(0);
    elf_fake_set(&fake, DYNAMIC, 4, PT_NOTE);
    assert_count(0);
}

static void test_a_section_without_an_end(void **state)
{
    (void)state;
    set_dynamic(3, DT_DEBUG, 0);
    assert_count(2);
}

static void test_other_tables(void **state)
{
    static const struct {
        uint64_t tag;
        const char *reason;
    } cases[] = {
        {DT_REL, "it has dynamic entries of tag 0x11, and only relative relocations in DT_RELA can "
                 "be done"},
        {36, "it has dynamic entries of tag 0x24, and only relative relocations in DT_RELA can be "
             "done"}, /* DT_RELR */
        {DT_JMPREL, "it has dynamic entries of tag 0x17, and only relative relocations in DT_RELA "
                    "can be done"},
        {DT_NEEDED, "it has dynamic entries of tag 0x1, and only relative relocations in DT_RELA "
                    "can be done"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_dynamic(3, cases[i].tag, 0);
        assert_refused(ERR_UNSUPPORTED, cases[i].reason);
    }
}

static void test_other_kinds(void **state)
{
    (void)state;
    set_rela(1, 1, ELF64_R_INFO(1, R_AARCH64_GLOB_DAT));
    assert_refused(ERR_UNSUPPORTED, "relocation 1 is of type 1025, and only relative ones (1027) "
                                    "can be done");
    set_rela(0, 1, ELF64_R_INFO(0, R_AARCH64_ABS64));
    assert_refused(ERR_UNSUPPORTED, "relocation 0 is of type 257, and only relative ones (1027) "
                                    "can be done");
}

static void test_places(void **state)
{
    (void)state;
    set_rela(0, 0, 0x2084);
    assert_refused(ERR_ALIGN, "relocation 0: 0x2084 is not a multiple of 8");
    set_rela(0, 0, 0x1038); /* the last 8 bytes of the code */
    assert_count(2);
    set_rela(0, 0, 0x1040);
    assert_refused(ERR_RANGE, "relocation 0: 0x1040 is in no segment");
    set_rela(0, 0, 0xff8);
    assert_refused(ERR_RANGE, "relocation 0: 0xff8 is in no segment");
    set_rela(0, 0, 0x4000);
    assert_refused(ERR_RANGE, "relocation 0: 0x4000 is in no segment");
    set_rela(0, 0, UINT64_MAX - 7);
    assert_refused(ERR_RANGE, "relocation 0: 0xfffffffffffffff8 is in no segment");
}

static void test_damaged_tables(void **state)
{
    (void)state;
    set_dynamic(1, DT_RELASZ, 49);
    assert_refused(ERR_FORMAT, "its relocations have 49 bytes, not a multiple of 24");
    set_dynamic(1, DT_RELASZ, 48);
    set_dynamic(2, DT_RELAENT, 16);
    assert_refused(ERR_FORMAT, "a relocation has 16 bytes, not 24");
    set_dynamic(2, DT_RELAENT, 24);
    set_dynamic(0, DT_RELA, 0x2118);
    assert_refused(ERR_TRUNCATED, "48 bytes of relocations at 0x2118 are not in the file");
    set_dynamic(0, DT_RELA, ELF_FAKE_RELA_VA);
    set_dynamic(1, DT_RELASZ, UINT64_MAX / 24 * 24);
    assert_refused(ERR_TRUNCATED, "18446744073709551600 bytes of relocations at 0x2000 are not in "
                                  "the file");
    elf_fake_set(&fake, DYNAMIC + offsetof(Elf64_Phdr, p_offset), 8, fake.size - 63);
    assert_refused(ERR_TRUNCATED, "the dynamic section is not in the file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_entries, setup),
        cmocka_unit_test_setup(test_negative_addend, setup),
        cmocka_unit_test_setup(test_nothing_to_relocate, setup),
        cmocka_unit_test_setup(test_a_section_without_an_end, setup),
        cmocka_unit_test_setup(test_other_tables, setup),
        cmocka_unit_test_setup(test_other_kinds, setup),
        cmocka_unit_test_setup(test_places, setup),
        cmocka_unit_test_setup(test_damaged_tables, setup),
    };

    return cmocka_run_group_tests_name("elf64_rela", tests, NULL, NULL);
}
