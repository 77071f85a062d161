/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "payload/elf64.h"
#include "tests/fakes/elf_fake.h"

#define EHDR(member) offsetof(Elf64_Ehdr, member)
#define PHDR(i, member) \
    (sizeof(Elf64_Ehdr) + (i) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, member))
#define SECTION(i, member) (fake.sections + (i) * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, member))
#define SYMBOL(i, member)  (fake.symbols + (i) * sizeof(Elf64_Sym) + offsetof(Elf64_Sym, member))

static const struct elf_fake_segment two_segments[] = {
    {0x401000, 0x81000, 0x40, 0x40, PF_R | PF_X},
    {0x402010, 0x82010, 0x20, 0x2000, PF_R | PF_W},
};

static const struct elf_fake_symbol two_symbols[] = {
    {"main", 0x401000, 0x30},
    {"data", 0x402010, 8},
};

static struct elf_fake fake;
static struct elf64 elf;
static struct diag why;

static int set_up(void **state)
{
    (void)state;
    elf_fake_init(&fake, two_segments, 2);
    elf_fake_add_symbols(&fake, two_symbols, 2);
    memset(&elf, 0xa5, sizeof(elf));
    memset(&why, 0, sizeof(why));
    return 0;
}

static int open_fake(void)
{
    return elf64_open(elf_fake_bytes(&fake), &elf, &why);
}

static void assert_accepted(void)
{
    int err = open_fake();

    if (err)
        fail_msg("%d %s", err, why.text);
    assert_null(elf_fake_broken_promise(&elf));
}

static void assert_refused(int err, const char *words)
{
    int found = open_fake();

    if (found != err || !strstr(why.text, words))
        fail_msg("%d '%s', not %d '%s'", found, why.text, err, words);
    assert_int_equal(elf.segment_count, 0);
}

static void test_describes_an_executable(void **state)
{
    (void)state;
    assert_accepted();
    assert_int_equal(elf.entry, 0x401000);
    assert_int_equal(elf.va.start, 0x401000);
    assert_int_equal(elf.va.end, 0x405000);
    assert_int_equal(elf.pa.start, 0x81000);
    assert_int_equal(elf.pa.end, 0x85000);
    assert_int_equal(elf.phoff, sizeof(Elf64_Ehdr));
    assert_int_equal(elf.phnum, 2);
    assert_int_equal(elf.phentsize, sizeof(Elf64_Phdr));
    assert_int_equal(elf.segment_count, 2);
    assert_int_equal(elf.segments[1].offset, fake.content[1]);
    assert_int_equal(elf.segments[1].filesz, 0x20);
    assert_int_equal(elf.segments[1].memsz, 0x2000);
    assert_int_equal(elf.segments[1].flags, PF_R | PF_W);
}

static void test_is_elf_needs_four_bytes(void **state)
{
    const uint8_t magic[] = {0x7f, 'E', 'L', 'F'};

    (void)state;
    assert_true(elf64_is_elf((struct bytes){magic, 4}));
    for (size_t size = 0; size < 4; size++)
        assert_false(elf64_is_elf((struct bytes){magic, size}));
    assert_false(elf64_is_elf((struct bytes){(const uint8_t *)"\x7f"
                                                              "ELG",
                                             4}));
}

/* One wrong field each. */
static void test_refuses_with_words(void **state)
{
    static const struct {
        uint64_t offset;
        unsigned width;
        uint64_t value;
        int err;
        const char *words;
    } cases[] = {
        {EHDR(e_ident[EI_MAG3]), 1, 'f', ERR_FORMAT, "not an ELF"},
        {EHDR(e_ident[EI_CLASS]), 1, ELFCLASS32, ERR_UNSUPPORTED, "class is 1"},
        {EHDR(e_ident[EI_DATA]), 1, ELFDATA2MSB, ERR_UNSUPPORTED, "encoding is 2"},
        {EHDR(e_ident[EI_VERSION]), 1, 2, ERR_UNSUPPORTED, "version is 2"},
        {EHDR(e_machine), 2, EM_X86_64, ERR_UNSUPPORTED, "machine is 62"},
        {EHDR(e_type), 2, ET_DYN, ERR_UNSUPPORTED, "type is 3"},
        {EHDR(e_type), 2, ET_REL, ERR_UNSUPPORTED, "type is 1"},
        {EHDR(e_ehsize), 2, 52, ERR_FORMAT, "header size is 52"},
        {EHDR(e_phentsize), 2, 32, ERR_FORMAT, "header size is 32"},
        {EHDR(e_phentsize), 2, 0, ERR_FORMAT, "header size is 0"},
        {EHDR(e_phnum), 2, 0, ERR_FORMAT, "no loadable segment"},
        {EHDR(e_phnum), 2, 0xffff, ERR_UNSUPPORTED, "65535 program headers"},
        {EHDR(e_phnum), 2, 0xfffe, ERR_TRUNCATED, "65534 program headers"},
        {EHDR(e_phoff), 8, UINT64_MAX, ERR_TRUNCATED, "0xffffffffffffffff"},
        {EHDR(e_phoff), 8, UINT64_MAX - 2 * sizeof(Elf64_Phdr) + 1, ERR_TRUNCATED, "outside"},
        {EHDR(e_phoff), 8, UINT64_C(1) << 63, ERR_TRUNCATED, "0x8000000000000000"},
        {PHDR(0, p_type), 4, PT_NOTE, ERR_RANGE, "entry 0x401000"},
        {PHDR(0, p_filesz), 8, 0x41, ERR_FORMAT, "0x41 bytes in the file"},
        {PHDR(0, p_memsz), 8, 0, ERR_FORMAT, "only 0x0"},
        {PHDR(1, p_offset), 8, UINT64_MAX, ERR_TRUNCATED, "segment 1: file bytes"},
        {PHDR(1, p_offset), 8, UINT64_MAX - 0x1f, ERR_TRUNCATED, "outside the file"},
        {PHDR(1, p_offset), 8, ELF_FAKE_BYTES, ERR_TRUNCATED, "0x4000+0x20"},
        {PHDR(1, p_memsz), 8, UINT64_MAX, ERR_RANGE, "virtual range"},
        {PHDR(1, p_vaddr), 8, UINT64_MAX - 0xfff, ERR_RANGE, "virtual range"},
        {PHDR(1, p_vaddr), 8, UINT64_MAX - 0x2000, ERR_RANGE, "virtual range"},
        {PHDR(1, p_paddr), 8, UINT64_MAX - 0xfff, ERR_RANGE, "physical range"},
        {PHDR(1, p_paddr), 8, UINT64_MAX - 0x2000, ERR_RANGE, "physical range"},
        {PHDR(1, p_vaddr), 8, 0x40103f, ERR_OVERLAP, "segment 1: virtual"},
        {PHDR(1, p_vaddr), 8, 0x3ff001, ERR_OVERLAP, "virtual"},
        {PHDR(1, p_paddr), 8, 0x8103f, ERR_OVERLAP, "segment 1: physical"},
        {PHDR(1, p_paddr), 8, 0x81000, ERR_OVERLAP, "physical"},
        {PHDR(1, p_paddr), 8, 0x7f001, ERR_OVERLAP, "0x81000+0x40"},
        {PHDR(0, p_flags), 4, PF_R | PF_W, ERR_RANGE, "no executable segment"},
        {EHDR(e_entry), 8, 0x400ffc, ERR_RANGE, "0x400ffc"},
        {EHDR(e_entry), 8, 0x401040, ERR_RANGE, "0x401040"},
        {EHDR(e_entry), 8, 0x402010, ERR_RANGE, "no executable segment"},
        {EHDR(e_entry), 8, 0x401002, ERR_ALIGN, "multiple of 4"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_up(NULL);
        elf_fake_set(&fake, cases[i].offset, cases[i].width, cases[i].value);
        assert_refused(cases[i].err, cases[i].words);
    }
}

static void test_accepts_the_edges(void **state)
{
    static const struct {
        uint64_t offset;
        unsigned width;
        uint64_t value;
    } cases[] = {
        {EHDR(e_entry), 8, 0x40103c},                      /* the last instruction */
        {PHDR(1, p_vaddr), 8, 0x401040},                   /* adjacent, above */
        {PHDR(1, p_vaddr), 8, 0x3ff000},                   /* adjacent, below */
        {PHDR(1, p_paddr), 8, 0x81040},                    /* the same, physical */
        {PHDR(1, p_paddr), 8, 0x7f000},                    /* */
        {PHDR(1, p_vaddr), 8, UINT64_MAX - 0x2fff},        /* ends one page below 2^64 */
        {PHDR(1, p_memsz), 8, 0x20},                       /* no zeroes behind */
        {PHDR(1, p_type), 4, PT_NOTE},                     /* ignored, as its fields are */
        {EHDR(e_ident[EI_OSABI]), 1, ELFOSABI_STANDALONE}, /* of no interest */
        {EHDR(e_shoff), 8, UINT64_MAX},                    /* neither are sections */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_up(NULL);
        elf_fake_set(&fake, cases[i].offset, cases[i].width, cases[i].value);
        assert_accepted();
    }
}

static void test_empty_segments_are_skipped(void **state)
{
    (void)state;
    elf_fake_set(&fake, PHDR(1, p_filesz), 8, 0);
    elf_fake_set(&fake, PHDR(1, p_memsz), 8, 0);
    elf_fake_set(&fake, PHDR(1, p_offset), 8, UINT64_MAX);
    elf_fake_set(&fake, PHDR(1, p_vaddr), 8, UINT64_MAX);
    assert_accepted();
    assert_int_equal(elf.segment_count, 1);
}

static void test_offset_of_no_bytes_does_not_matter(void **state)
{
    (void)state;
    elf_fake_set(&fake, PHDR(1, p_filesz), 8, 0);
    elf_fake_set(&fake, PHDR(1, p_offset), 8, UINT64_MAX);
    assert_accepted();
    assert_int_equal(elf.segment_count, 2);
    assert_int_equal(elf.segments[1].offset, 0);
}

static void test_segments_are_sorted_by_address(void **state)
{
    static const struct elf_fake_segment segments[] = {
        {0x3000, 0x3000, 4, 0x10, PF_X}, {0x1000, 0x9000, 4, 0x10, PF_R},
        {0x4000, 0x4000, 4, 0x10, PF_R}, {0x2000, 0x2000, 4, 0x10, PF_R},
        {0x0000, 0x7000, 4, 0x10, PF_R},
    };

    (void)state;
    elf_fake_init(&fake, segments, 5);
    assert_accepted();
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(elf.segments[i].va, i * 0x1000);
    assert_int_equal(elf.pa.start, 0x2000);
    assert_int_equal(elf.pa.end, 0xa000);
}

static void test_as_many_segments_as_there_is_room_for(void **state)
{
    struct elf_fake_segment segments[ELF64_SEGMENTS_MAX + 1];

    (void)state;
    for (unsigned i = 0; i < ELF64_SEGMENTS_MAX + 1; i++)
        segments[i] = (struct elf_fake_segment){i * 16, i * 16, 4, 16, PF_X};
    elf_fake_init(&fake, segments, ELF64_SEGMENTS_MAX);
    assert_accepted();
    assert_int_equal(elf.segment_count, ELF64_SEGMENTS_MAX);
    elf_fake_init(&fake, segments, ELF64_SEGMENTS_MAX + 1);
    assert_refused(ERR_NOMEM, "more than 32");
}

/* Look at everything that can be asked of @elf; the sanitizers see reads outside the file. */
static void ask_everything(void)
{
    struct elf64_symbol symbol;
    struct bytes found;

    assert_null(elf_fake_broken_promise(&elf));
    (void)elf64_has_symbols(&elf);
    (void)elf64_symbol(&elf, "data", &symbol);
    (void)elf64_symbol(&elf, "none", &symbol);
    for (unsigned i = 0; i < elf.segment_count; i++) {
        const struct elf64_segment *s = &elf.segments[i];

        if (elf64_at(&elf, s->va, s->filesz, &found) == ERR_OK && found.size > 0)
            assert_true(found.data[0] + found.data[found.size - 1] >= 0);
    }
}

static void test_every_shorter_file(void **state)
{
    size_t needed = fake.content[1] + two_segments[1].filesz;

    (void)state;
    for (size_t size = 0; size < fake.size; size++) {
        uint8_t *cut = malloc(size ? size : 1); /* exact, so that a read behind it is seen */
        int err;

        memcpy(cut, fake.file, size);
        err = elf64_open((struct bytes){cut, size}, &elf, &why);
        if (size < SELFMAG)
            assert_int_equal(err, ERR_FORMAT);
        else if (size < needed)
            assert_int_equal(err, ERR_TRUNCATED);
        else
            assert_int_equal(err, ERR_OK);
        if (!err)
            ask_everything();
        free(cut);
    }
}

static void test_every_flipped_bit(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * fake.size; bit++) {
        uint8_t *copy = malloc(fake.size);

        memcpy(copy, fake.file, fake.size);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (elf64_open((struct bytes){copy, fake.size}, &elf, &why) == ERR_OK)
            ask_everything();
        else
            assert_int_not_equal(why.text[0], '\0');
        free(copy);
    }
}

static void test_any_alignment_of_the_file(void **state)
{
    static uint8_t shifted[ELF_FAKE_BYTES + 8];

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        memcpy(shifted + i, fake.file, fake.size);
        assert_int_equal(elf64_open((struct bytes){shifted + i, fake.size}, &elf, NULL), ERR_OK);
        ask_everything();
    }
}

static void test_at_reads_file_bytes_only(void **state)
{
    struct bytes found = {NULL, 77};

    (void)state;
    assert_accepted();
    assert_int_equal(elf64_at(&elf, 0x402010, 0x20, &found), ERR_OK);
    assert_ptr_equal(found.data, fake.file + fake.content[1]);
    assert_int_equal(found.size, 0x20);
    assert_int_equal(elf64_at(&elf, 0x40202f, 1, &found), ERR_OK);
    assert_int_equal(found.data[0], 0x20);
    assert_int_equal(elf64_at(&elf, 0x40202f, 2, &found), ERR_RANGE);
    assert_int_equal(elf64_at(&elf, 0x402030, 1, &found), ERR_RANGE); /* BSS */
    assert_int_equal(elf64_at(&elf, 0x402010, UINT64_MAX, &found), ERR_RANGE);
    assert_int_equal(elf64_at(&elf, 0x40200f, 2, &found), ERR_RANGE);
    assert_int_equal(elf64_at(&elf, 0x401040, 1, &found), ERR_RANGE); /* between the two */
    assert_int_equal(elf64_at(&elf, 0, 1, &found), ERR_RANGE);
    assert_int_equal(elf64_at(&elf, UINT64_MAX, 1, &found), ERR_RANGE);
}

static void test_finds_symbols(void **state)
{
    struct elf64_symbol symbol;

    (void)state;
    assert_accepted();
    assert_true(elf64_has_symbols(&elf));
    assert_int_equal(elf64_symbol(&elf, "main", &symbol), ERR_OK);
    assert_int_equal(symbol.value, 0x401000);
    assert_int_equal(symbol.size, 0x30);
    assert_int_equal(elf64_symbol(&elf, "data", &symbol), ERR_OK);
    assert_int_equal(symbol.value, 0x402010);
    assert_int_equal(elf64_symbol(&elf, "mai", &symbol), ERR_NOTFOUND);
    assert_int_equal(elf64_symbol(&elf, "main2", &symbol), ERR_NOTFOUND);
    assert_int_equal(elf64_symbol(&elf, "ain", &symbol), ERR_NOTFOUND);
    assert_int_equal(elf64_symbol(&elf, "", &symbol), ERR_NOTFOUND);
}

static void test_undefined_symbols_do_not_count(void **state)
{
    struct elf64_symbol symbol;

    (void)state;
    elf_fake_set(&fake, SYMBOL(1, st_shndx), 2, SHN_UNDEF);
    assert_accepted();
    assert_int_equal(elf64_symbol(&elf, "main", &symbol), ERR_NOTFOUND);
    assert_int_equal(elf64_symbol(&elf, "data", &symbol), ERR_OK);
}

static void test_first_of_equal_symbols(void **state)
{
    struct elf64_symbol symbol;

    (void)state;
    elf_fake_set(&fake, SYMBOL(2, st_name), 4, 1);
    assert_accepted();
    assert_int_equal(elf64_symbol(&elf, "main", &symbol), ERR_OK);
    assert_int_equal(symbol.value, 0x401000);
}

static void test_damaged_symbol_tables(void **state)
{
    const struct {
        uint64_t offset;
        unsigned width;
        uint64_t value;
        int err;
    } cases[] = {
        {EHDR(e_shoff), 8, 0, ERR_NOTFOUND},
        {EHDR(e_shnum), 2, 0, ERR_NOTFOUND},
        {EHDR(e_shnum), 2, 1, ERR_NOTFOUND},
        {EHDR(e_shnum), 2, 2, ERR_FORMAT}, /* the names' section is not in the table */
        {EHDR(e_shnum), 2, 4, ERR_TRUNCATED},
        {EHDR(e_shoff), 8, UINT64_MAX, ERR_TRUNCATED},
        {EHDR(e_shentsize), 2, 40, ERR_FORMAT},
        {SECTION(1, sh_type), 4, SHT_PROGBITS, ERR_NOTFOUND},
        {SECTION(1, sh_entsize), 8, 0, ERR_FORMAT},
        {SECTION(1, sh_entsize), 8, 16, ERR_FORMAT},
        {SECTION(1, sh_link), 4, 3, ERR_FORMAT},
        {SECTION(1, sh_link), 4, UINT32_MAX, ERR_FORMAT},
        {SECTION(1, sh_link), 4, 1, ERR_FORMAT},
        {SECTION(1, sh_offset), 8, UINT64_MAX, ERR_TRUNCATED},
        {SECTION(1, sh_size), 8, UINT64_MAX, ERR_TRUNCATED},
        {SECTION(1, sh_size), 8, 0, ERR_NOTFOUND},
        {SECTION(1, sh_size), 8, 3 * sizeof(Elf64_Sym) - 1, ERR_NOTFOUND},
        {SECTION(2, sh_size), 8, UINT64_MAX, ERR_TRUNCATED},
        {SECTION(2, sh_size), 8, 10, ERR_NOTFOUND}, /* cuts the NUL behind "data" */
        {SECTION(2, sh_size), 8, 0, ERR_NOTFOUND},
        {SYMBOL(2, st_name), 4, UINT32_MAX, ERR_NOTFOUND},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct elf64_symbol symbol = {1, 2};

        set_up(NULL);
        elf_fake_set(&fake, cases[i].offset, cases[i].width, cases[i].value);
        assert_accepted();
        assert_int_equal(elf64_symbol(&elf, "data", &symbol), cases[i].err);
        assert_int_equal(symbol.value, 1);
    }
}

static void test_has_symbols_needs_one(void **state)
{
    (void)state;
    elf_fake_set(&fake, SECTION(1, sh_size), 8, sizeof(Elf64_Sym)); /* the null symbol */
    assert_accepted();
    assert_false(elf64_has_symbols(&elf));
    elf_fake_init(&fake, two_segments, 2);
    assert_accepted();
    assert_false(elf64_has_symbols(&elf));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_describes_an_executable, set_up),
        cmocka_unit_test_setup(test_is_elf_needs_four_bytes, set_up),
        cmocka_unit_test_setup(test_refuses_with_words, set_up),
        cmocka_unit_test_setup(test_accepts_the_edges, set_up),
        cmocka_unit_test_setup(test_empty_segments_are_skipped, set_up),
        cmocka_unit_test_setup(test_offset_of_no_bytes_does_not_matter, set_up),
        cmocka_unit_test_setup(test_segments_are_sorted_by_address, set_up),
        cmocka_unit_test_setup(test_as_many_segments_as_there_is_room_for, set_up),
        cmocka_unit_test_setup(test_every_shorter_file, set_up),
        cmocka_unit_test_setup(test_every_flipped_bit, set_up),
        cmocka_unit_test_setup(test_any_alignment_of_the_file, set_up),
        cmocka_unit_test_setup(test_at_reads_file_bytes_only, set_up),
        cmocka_unit_test_setup(test_finds_symbols, set_up),
        cmocka_unit_test_setup(test_undefined_symbols_do_not_count, set_up),
        cmocka_unit_test_setup(test_first_of_equal_symbols, set_up),
        cmocka_unit_test_setup(test_damaged_symbol_tables, set_up),
        cmocka_unit_test_setup(test_has_symbols_needs_one, set_up),
    };

    return cmocka_run_group_tests_name("elf64", tests, NULL, NULL);
}
