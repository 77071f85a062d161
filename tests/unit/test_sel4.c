/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>

#include "payload/sel4.h"
#include "tests/fakes/elf_fake.h"

#define EL1_VA UINT64_C(0xffffffffc0000000)
#define EL2_VA UINT64_C(0x000000ffc0000000)
#define PA     UINT64_C(0x40000000)
#define RWX    (PF_R | PF_W | PF_X)

enum { RAM_AT = 0x100, FILE_BYTES = 0x400, MEMORY_BYTES = 0x3000 };

static struct elf_fake fake;
static struct sel4_facts facts;
static const struct sel4_facts *known;

/* A kernel of one segment, its file bytes zero. */
static void make_kernel(uint64_t va, uint64_t pa, uint32_t flags)
{
    const struct elf_fake_segment segment = {va, pa, FILE_BYTES, MEMORY_BYTES, flags};

    elf_fake_init(&fake, &segment, 1);
    memset(fake.file + fake.content[0], 0, FILE_BYTES);
}

static void read_facts(void)
{
    static struct elf64 elf;
    struct diag why;

    memset(&facts, 0xa5, sizeof(facts));
    if (elf64_open(elf_fake_bytes(&fake), &elf, &why))
        fail_msg("%s", why.text);
    sel4_facts(&elf, known, &facts);
}

static void assert_not_sel4(void)
{
    static const struct sel4_facts nothing;

    read_facts();
    assert_memory_equal(&facts, &nothing, sizeof(nothing));
}

static void set_ram(unsigned i, uint64_t start, uint64_t end)
{
    elf_fake_set(&fake, fake.content[0] + RAM_AT + 16 * i, 8, start);
    elf_fake_set(&fake, fake.content[0] + RAM_AT + 16 * i + 8, 8, end);
}

static void test_plain_kernel(void **state)
{
    static const struct elf_fake_symbol symbols[] = {
        {"_start", EL1_VA, 4},
        {"kernel_stack_alloc", EL1_VA + 0x1000, 4096},
        {"armKSGlobalUserVSpace", EL1_VA + 0x2000, 4096},
        {"gic_cpuiface", EL1_VA + 0x200, 8},
        {"avail_p_regs", EL1_VA + RAM_AT, 16},
    };

    (void)state;
    make_kernel(EL1_VA, PA, RWX);
    set_ram(0, PA, 2 * PA);
    elf_fake_add_symbols(&fake, symbols, 5);
    read_facts();
    assert_true(facts.is_sel4);
    assert_int_equal(facts.el, 1);
    assert_int_equal(facts.core_count, 1);
    assert_int_equal(facts.pa_bits, 0); /* matters at EL2 only */
    assert_int_equal(facts.gic_version, 2);
    assert_int_equal(facts.ram_count, 1);
    assert_int_equal(facts.ram[0].start, PA);
    assert_int_equal(facts.ram[0].end, 2 * PA);
}

static void test_hypervisor_kernel(void **state)
{
    static const struct elf_fake_symbol symbols[] = {
        {"kernel_stack_alloc", EL2_VA + 0x1000, 4 * 4096},
        {"armKSGlobalUserVSpace", EL2_VA + 0x2000, 8192},
        {"gic_rdist_map", EL2_VA + 0x200, 8},
        {"avail_p_regs", EL2_VA + RAM_AT, 32},
    };

    (void)state;
    make_kernel(EL2_VA, 0x60000000, RWX);
    set_ram(0, 0x60000000, 0x70000000);
    set_ram(1, 0x880000000, 0x900000000);
    elf_fake_add_symbols(&fake, symbols, 4);
    read_facts();
    assert_true(facts.is_sel4);
    assert_int_equal(facts.el, 2);
    assert_int_equal(facts.core_count, 4);
    assert_int_equal(facts.pa_bits, 40);
    assert_int_equal(facts.gic_version, 3);
    assert_int_equal(facts.ram_count, 2);
    assert_int_equal(facts.ram[1].start, 0x880000000);
}

static void test_size_of_the_user_root(void **state)
{
    static const struct {
        uint64_t bytes;
        unsigned pa_bits;
    } cases[] = {{8192, 40}, {4096, 44}, {16, 0}, {0, 0}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct elf_fake_symbol symbol = {"armKSGlobalUserVSpace", EL2_VA, cases[i].bytes};

        make_kernel(EL2_VA, PA, RWX);
        elf_fake_add_symbols(&fake, &symbol, 1);
        read_facts();
        assert_true(facts.is_sel4);
        assert_int_equal(facts.pa_bits, cases[i].pa_bits);
        assert_int_equal(facts.core_count, 0);
        assert_int_equal(facts.gic_version, 0);
        assert_int_equal(facts.ram_count, 0);
    }
}

static void test_stacks_count_cores(void **state)
{
    static const struct {
        uint64_t bytes;
        unsigned cores;
    } cases[] = {{4096, 1}, {8192, 2}, {8 * 4096, 8}, {SEL4_CORES_MAX * 4096, 256}, {257 * 4096, 0},
                 {0, 0},    {4095, 0}, {6144, 0},     {UINT64_C(1) << 44, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct elf_fake_symbol symbol = {"kernel_stack_alloc", EL1_VA, cases[i].bytes};

        make_kernel(EL1_VA, PA, RWX);
        elf_fake_add_symbols(&fake, &symbol, 1);
        read_facts();
        assert_true(facts.is_sel4);
        assert_int_equal(facts.core_count, cases[i].cores);
    }
}

/* The facts of a kernel whose avail_p_regs is at @va and has @bytes; RAM starts are i + 1 GiB. */
static void read_ram_facts(uint64_t va, uint64_t bytes)
{
    struct elf_fake_symbol symbol = {"avail_p_regs", va, bytes};

    make_kernel(EL1_VA, PA, RWX);
    for (unsigned i = 0; i < SEL4_RAM_MAX + 1; i++)
        set_ram(i, (i + 1) * PA, (i + 1) * PA + 0x1000);
    elf_fake_add_symbols(&fake, &symbol, 1);
    read_facts();
    assert_true(facts.is_sel4);
}

static void test_ram_is_all_or_nothing(void **state)
{
    static const struct range none[SEL4_RAM_MAX];

    (void)state;
    read_ram_facts(EL1_VA + RAM_AT, 16 * SEL4_RAM_MAX);
    assert_int_equal(facts.ram_count, SEL4_RAM_MAX);
    assert_int_equal(facts.ram[SEL4_RAM_MAX - 1].start, SEL4_RAM_MAX * PA);

    read_ram_facts(EL1_VA + RAM_AT, 16 * (SEL4_RAM_MAX + 1));
    assert_int_equal(facts.ram_count, 0);
    read_ram_facts(EL1_VA + RAM_AT, 24);
    assert_int_equal(facts.ram_count, 0);
    read_ram_facts(EL1_VA + RAM_AT, 0);
    assert_int_equal(facts.ram_count, 0);
    read_ram_facts(EL1_VA + RAM_AT, UINT64_MAX - 15);
    assert_int_equal(facts.ram_count, 0);
    read_ram_facts(EL1_VA + FILE_BYTES, 16); /* in the BSS: the file does not tell */
    assert_int_equal(facts.ram_count, 0);
    read_ram_facts(0x1000, 16);
    assert_int_equal(facts.ram_count, 0);

    read_ram_facts(EL1_VA + RAM_AT - 16, 32); /* the first pair is 0, 0 */
    assert_int_equal(facts.ram_count, 0);
    read_ram_facts(EL1_VA + RAM_AT + 16 * SEL4_RAM_MAX, 32); /* and here the second one */
    assert_int_equal(facts.ram_count, 0);
    assert_memory_equal(facts.ram, none, sizeof(none));
}

static void test_gic_version(void **state)
{
    static const struct elf_fake_symbol symbols[] = {{"gic_dist", EL1_VA, 8},
                                                     {"kernel_stack_alloc", EL1_VA, 4096}};

    (void)state;
    make_kernel(EL1_VA, PA, RWX);
    elf_fake_add_symbols(&fake, symbols, 2);
    read_facts();
    assert_true(facts.is_sel4);
    assert_int_equal(facts.gic_version, 0); /* both versions have a distributor */
}

static void test_where_sel4_is_linked(void **state)
{
    static const struct {
        uint64_t va, pa;
        unsigned el; /* 0: not seL4 */
    } cases[] = {
        {EL1_VA, PA, 1},
        {0xffffff8040000000, PA, 1},
        {0xffffff8000000000, 0, 1},
        {0xffffff7fffe00000, PA, 0},
        {0xffff800008000000, PA, 0}, /* where Linux lives */
        {EL2_VA, PA, 2},
        {0x0000008000000000, PA, 2},
        {0x0000007fffe00000, PA, 0},
        {0x000000ffffe00000, PA, 2},
        {0x0000010000000000, PA, 0},
        {PA, PA, 0},
        {EL1_VA, PA + 0x1000, 0}, /* not by 2 MiB blocks */
        {EL1_VA + 0x1000, PA, 0},
        {EL1_VA + 0x1000, PA + 0x1000, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_kernel(cases[i].va, cases[i].pa, RWX);
        read_facts();
        assert_int_equal(facts.el, cases[i].el);
        assert_int_equal(facts.is_sel4, cases[i].el != 0);
    }
}

static void test_other_kernels_are_not_sel4(void **state)
{
    static const struct elf_fake_symbol other = {"start_kernel", EL1_VA, 4};
    static const struct elf_fake_segment two[] = {
        {EL1_VA, PA, 16, 0x1000, PF_R | PF_X},
        {EL1_VA + 0x200000, PA + 0x200000, 16, 0x1000, PF_R | PF_W},
    };
    struct elf_fake_segment apart[] = {two[0], two[1]};
    const struct elf_fake_symbol stacks = {"kernel_stack_alloc", EL1_VA, 4096};

    (void)state;
    make_kernel(EL1_VA, PA, RWX);
    elf_fake_add_symbols(&fake, &other, 1);
    assert_not_sel4();
    make_kernel(EL1_VA, PA, PF_R | PF_X);
    assert_not_sel4();
    elf_fake_init(&fake, two, 2);
    assert_not_sel4();
    elf_fake_add_symbols(&fake, &stacks, 1); /* in pieces, but by its own words seL4 */
    read_facts();
    assert_true(facts.is_sel4);

    apart[1].pa += 0x200000;
    elf_fake_init(&fake, apart, 2);
    elf_fake_add_symbols(&fake, &stacks, 1);
    assert_not_sel4();
}

static void put_code(uint64_t at, const uint32_t *code, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        elf_fake_set(&fake, fake.content[0] + at + 4 * i, 4, code[i]);
}

#define MOV(rd)       (0xd286a200U | (rd)) /* mov Xd, #0x3510 */
#define MOVK(imm, rd) (0xf2a00000U | (imm) << 5 | (rd))
#define NOP           0xd503201fU
#define W(code)       ((code)&0x7fffffffU) /* the same on Wd */

static void test_stripped_hypervisor_kernel(void **state)
{
    static const struct {
        uint32_t code[6];
        unsigned pa_bits;
    } cases[] = {
        {{MOV(0), MOVK(0x8082, 0)}, 40},
        {{MOV(0), MOVK(0x8084, 0)}, 44},
        {{MOV(19), NOP, NOP, MOVK(0x8084, 19)}, 44},
        {{MOV(3), MOVK(0x8084, 4), MOVK(0x8082, 3)}, 40},
        {{MOV(3), NOP, NOP, NOP, MOVK(0x8082, 3)}, 40},
        {{MOV(3), NOP, NOP, NOP, NOP, MOVK(0x8082, 3)}, 0},
        {{W(MOV(8)), W(MOVK(0x8082, 8))}, 40},
        {{MOV(0), MOVK(0x8082, 1)}, 0},
        {{MOV(0), MOVK(0x8083, 0)}, 0},
        {{MOVK(0x8082, 0), MOV(0)}, 0},
        {{MOV(0) + (1 << 5), MOVK(0x8082, 0)}, 0},
        {{MOV(1), MOVK(0x1234, 1), MOV(1), MOVK(0x8084, 1)}, 44},
        {{NOP}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_kernel(EL2_VA, PA, RWX);
        put_code(0x80, cases[i].code, 6);
        read_facts();
        assert_true(facts.is_sel4);
        assert_int_equal(facts.pa_bits, cases[i].pa_bits);
        assert_int_equal(facts.core_count + facts.gic_version + facts.ram_count, 0);
        make_kernel(EL1_VA, PA, RWX);
        put_code(0x80, cases[i].code, 6);
        read_facts();
        assert_int_equal(facts.pa_bits, 0);
    }
}

static void test_code_at_the_end_of_the_segment(void **state)
{
    static const uint32_t code[] = {MOV(0), MOVK(0x8082, 0)};

    (void)state;
    make_kernel(EL2_VA, PA, RWX);
    put_code(FILE_BYTES - 8, code, 2);
    read_facts();
    assert_int_equal(facts.pa_bits, 40);
    make_kernel(EL2_VA, PA, RWX);
    put_code(FILE_BYTES - 4, code, 1); /* its other half would lie behind the file */
    read_facts();
    assert_int_equal(facts.pa_bits, 0);
}

static void test_symbols_win_over_code(void **state)
{
    static const uint32_t code[] = {MOV(0), MOVK(0x8084, 0)};
    static const struct elf_fake_symbol symbol = {"armKSGlobalUserVSpace", EL2_VA, 8192};

    (void)state;
    make_kernel(EL2_VA, PA, RWX);
    put_code(0, code, 2);
    elf_fake_add_symbols(&fake, &symbol, 1);
    read_facts();
    assert_int_equal(facts.pa_bits, 40);
}

static void test_what_is_known_fills_in(void **state)
{
    static const uint32_t code[] = {MOV(0), MOVK(0x8084, 0)};
    static const struct elf_fake_symbol symbol = {"kernel_stack_alloc", EL2_VA, 8192};
    static const struct sel4_facts told = {
        .core_count = 4,
        .pa_bits = 40,
        .gic_version = 3,
        .ram_count = 1,
        .ram = {{PA, PA + 0x1000}},
    };

    (void)state;
    make_kernel(EL2_VA, PA, RWX);
    put_code(0, code, 2);
    elf_fake_add_symbols(&fake, &symbol, 1);
    known = &told;
    read_facts();
    known = NULL;
    assert_int_equal(facts.core_count, 2); /* the file itself is believed first */
    assert_int_equal(facts.pa_bits, 40);   /* code last */
    assert_int_equal(facts.gic_version, 3);
    assert_int_equal(facts.ram_count, 1);
    assert_int_equal(facts.ram[0].end, PA + 0x1000);
    assert_int_equal(facts.el, 2);
}

static void test_nothing_is_known_of_other_kernels(void **state)
{
    static const struct sel4_facts told = {.core_count = 4, .ram_count = 1};

    (void)state;
    make_kernel(0x400000, PA, RWX);
    known = &told;
    assert_not_sel4();
    known = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_kernel),
        cmocka_unit_test(test_hypervisor_kernel),
        cmocka_unit_test(test_size_of_the_user_root),
        cmocka_unit_test(test_stacks_count_cores),
        cmocka_unit_test(test_ram_is_all_or_nothing),
        cmocka_unit_test(test_gic_version),
        cmocka_unit_test(test_where_sel4_is_linked),
        cmocka_unit_test(test_other_kernels_are_not_sel4),
        cmocka_unit_test(test_stripped_hypervisor_kernel),
        cmocka_unit_test(test_code_at_the_end_of_the_segment),
        cmocka_unit_test(test_symbols_win_over_code),
        cmocka_unit_test(test_what_is_known_fills_in),
        cmocka_unit_test(test_nothing_is_known_of_other_kernels),
    };

    return cmocka_run_group_tests_name("sel4", tests, NULL, NULL);
}
