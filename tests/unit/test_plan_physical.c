/* SPDX-License-Identifier: Apache-2.0 */
/* Where kernels at physical addresses, their DTB, root task and stack go, and with what they are
 * entered. */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/plan/plan_make.h"
#include "monitor/plan/preflight.h"
#include "tests/fakes/dtb_fake.h"
#include "tests/fakes/elf_fake.h"
#include "tests/fakes/machine_fake.h"

#define RWX (PF_R | PF_W | PF_X)

enum { RAW_BYTES = 0x1234, INITRD_BYTES = 0x100 };

static struct elf_fake kernel, app;
static struct dtb_fake tree;
static uint8_t raw[RAW_BYTES], initrd[INITRD_BYTES];
static struct machine machine;
static struct machine_fake tables;
static struct regions busy;
static struct plan_input input;
static struct boot_plan plan;

static void make_elf(uint64_t pa, uint64_t memsz)
{
    const struct elf_fake_segment segment = {pa, pa, 0x80, memsz, RWX};

    elf_fake_init(&kernel, &segment, 1);
    input.kernel = elf_fake_bytes(&kernel);
}

static int setup(void **state)
{
    static const struct elf_fake_segment task[] = {
        {0x200000, 0x200000, 0x80, 0x1000, PF_R | PF_X},
        {0x201000, 0x201000, 0x20, 0x3000, PF_R | PF_W},
    };

    (void)state;
    dtb_fake_begin(&tree);
    machine_fake_init(&tables, &machine);
    machine_fake_regions(&tables, &busy);
    machine.ram_count = 1;
    machine.ram[0] = (struct range){0x40000000, 0x80000000};
    elf_fake_init(&app, task, 2);
    input = (struct plan_input){
        .dtb = dtb_fake_finish(&tree),
        .machine = &machine,
        .machine_el = 2,
        .busy = &busy,
    };
    make_elf(0x40400000, 0x38000);
    return 0;
}

static int setup_kaal(void **state)
{
    int err = setup(state);

    input.rules.protocol = PROTOCOL_KAAL;
    input.app = elf_fake_bytes(&app);
    return err;
}

static int setup_raw(void **state)
{
    int err = setup(state);

    input.kernel = (struct bytes){raw, sizeof(raw)};
    input.rules = (struct protocol_rules){
        .protocol = PROTOCOL_RAW, .has_load = true, .load = 0x40080010, .entry = 0x40080010};
    return err;
}

static int setup_movable(void **state)
{
    int err = setup(state);

    elf_fake_init_movable(&kernel);
    input.kernel = elf_fake_bytes(&kernel);
    return err;
}

static void make(enum protocol expected)
{
    struct diag d = {""};

    if (plan_make(&input, &plan, &d))
        fail_msg("%s", d.text);
    assert_int_equal(plan.protocol, expected);
}

static void assert_refused(int err, const char *reason)
{
    struct diag d = {""};

    assert_int_equal(plan_make(&input, &plan, &d), err);
    assert_string_equal(d.text, reason);
    assert_int_equal(plan.protocol, PROTOCOL_NONE);
}

static void assert_range(enum plan_role role, uint64_t start, uint64_t end)
{
    assert_int_equal(plan.ranges[role].start, start);
    assert_int_equal(plan.ranges[role].end, end);
}

static void assert_x(unsigned first, const uint64_t *expected, unsigned count)
{
    for (unsigned i = 0; i < HANDOVER_ARGS; i++)
        assert_int_equal(plan.handover.x[i],
                         i >= first && i - first < count ? expected[i - first] : 0);
}

static void assert_copy(unsigned i, enum plan_role role, uint64_t dst, uint64_t size, uint64_t zero)
{
    assert_in_range(i, 0, plan.copy_count - 1);
    assert_int_equal(plan.copies[i].role, role);
    assert_int_equal(plan.copies[i].dst, dst);
    assert_int_equal(plan.copies[i].src.size, size);
    assert_int_equal(plan.copies[i].zero_bytes, zero);
}

static void reserve(uint64_t start, uint64_t end)
{
    assert_int_equal(
        regions_add(&busy, (struct range){start, end}, REGION_RESERVED, "firmware", NULL), ERR_OK);
}

/* --- ELF */

static void test_elf(void **state)
{
    const uint64_t x[] = {0x7ffff000};

    (void)state;
    make(PROTOCOL_ELF);
    assert_range(PLAN_KERNEL, 0x40400000, 0x40438000);
    assert_range(PLAN_DTB, 0x7ffff000, 0x80000000);
    for (int role = PLAN_APP; role < PLAN_ROLE_COUNT; role++)
        assert_true(range_is_empty(plan.ranges[role]));
    assert_x(0, x, 1);
    assert_int_equal(plan.handover.entry, 0x40400000);
    assert_int_equal(plan.handover.sp, 0);
    assert_int_equal(plan.handover.mmu, 0);
    assert_int_equal(plan.handover.core_count, 1);
    assert_int_equal(plan.handover.trampoline, 0);
    assert_int_equal(plan.copy_count, 2);
    assert_copy(0, PLAN_KERNEL, 0x40400000, 0x80, 0x37f80);
    assert_copy(1, PLAN_DTB, 0x7ffff000, input.dtb.size, 0x1000 - input.dtb.size);
}

static void test_exception_levels(void **state)
{
    static const struct {
        unsigned machine, asked, el;
        uint64_t sctlr;
    } cases[] = {
        {1, 0, 1, 0x30d00800}, {2, 0, 2, 0x30c50830}, {0, 0, 2, 0x30c50830},
        {2, 1, 1, 0x30d00800}, {1, 2, 2, 0x30c50830},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        input.machine_el = cases[i].machine;
        input.rules.el = cases[i].asked;
        make(PROTOCOL_ELF);
        assert_int_equal(plan.handover.el, cases[i].el);
        assert_int_equal(plan.handover.sctlr, cases[i].sctlr);
    }
}

static void test_entry_at_a_virtual_address(void **state)
{
    const struct elf_fake_segment segments[] = {
        {0xffff000000001000, 0x40401000, 0x80, 0x1000, RWX},
        {0xffff000000003000, 0x40400000, 0x80, 0x100, PF_R}, /* below the first one */
    };

    (void)state;
    elf_fake_init(&kernel, segments, 2);
    input.kernel = elf_fake_bytes(&kernel);
    input.rules.protocol = PROTOCOL_ELF;
    make(PROTOCOL_ELF);
    assert_int_equal(plan.handover.entry, 0x40401000);
    assert_range(PLAN_KERNEL, 0x40400000, 0x40402000);
    assert_copy(0, PLAN_KERNEL, 0x40401000, 0x80, 0xf80);
    assert_copy(1, PLAN_KERNEL, 0x40400000, 0x80, 0x80);
}

static void test_stack(void **state)
{
    const uint64_t x[] = {0x7ffed000};

    (void)state;
    input.rules.stack_bytes = 0x11001;
    make(PROTOCOL_ELF);
    assert_range(PLAN_DTB, 0x7ffed000, 0x7ffee000);
    assert_range(PLAN_STACK, 0x7ffee000, 0x80000000);
    assert_int_equal(plan.handover.sp, 0x80000000);
    assert_x(0, x, 1);
}

static void test_without_a_dtb(void **state)
{
    const uint64_t x[] = {0};

    (void)state;
    input.dtb.size = 0;
    make(PROTOCOL_ELF);
    assert_true(range_is_empty(plan.ranges[PLAN_DTB]));
    assert_x(0, x, 1);
    assert_int_equal(plan.copy_count, 1);
    input.rules.stack_bytes = 0x1000;
    make(PROTOCOL_ELF);
    assert_true(range_is_empty(plan.ranges[PLAN_DTB]));
    assert_range(PLAN_STACK, 0x7ffff000, 0x80000000);
}

static void test_high_places(void **state)
{
    (void)state;
    reserve(0x7f000800, 0x80000000);
    make(PROTOCOL_ELF);
    assert_range(PLAN_DTB, 0x7efff000, 0x7f000000);
    busy.count = 0;
    machine.ram[0].end = 0x40438000; /* nothing behind the kernel */
    make(PROTOCOL_ELF);
    assert_range(PLAN_DTB, 0x403ff000, 0x40400000);
    machine.ram_count = 2;
    machine.ram[1] = (struct range){0x90000000, 0xa0000000};
    make(PROTOCOL_ELF);
    assert_range(PLAN_DTB, 0x9ffff000, 0xa0000000);
}

static void test_a_bank_below_the_kernel(void **state)
{
    (void)state;
    machine.ram_count = 2;
    machine.ram[0] = (struct range){0x10000000, 0x20000000};
    machine.ram[1] = (struct range){0x40400000, 0x40438000};
    make(PROTOCOL_ELF);
    assert_range(PLAN_DTB, 0x1ffff000, 0x20000000);
}

/* --- Movable ELF */

static void test_movable_where_there_is_ram(void **state)
{
    (void)state;
    machine.ram[0].start = 0;
    make(PROTOCOL_ELF);
    assert_range(PLAN_KERNEL, 0x1000, 0x4000);
    assert_int_equal(plan.handover.entry, 0x1000);
    assert_int_equal(plan.rela.count, 2);
}

static void test_movable_goes_to_ram(void **state)
{
    (void)state;
    make(PROTOCOL_ELF);
    assert_range(PLAN_KERNEL, 0x40001000, 0x40004000);
    assert_int_equal(plan.handover.entry, 0x40001000);
    assert_int_equal(plan.rela.count, 2);
    assert_copy(0, PLAN_KERNEL, 0x40001000, 0x40, 0);
    assert_copy(1, PLAN_KERNEL, 0x40002000, 0x140, 0x1ec0);
    reserve(0x40003fff, 0x40200001);
    make(PROTOCOL_ELF);
    assert_range(PLAN_KERNEL, 0x40401000, 0x40404000);
}

static void test_movable_without_room(void **state)
{
    (void)state;
    machine.ram[0] = (struct range){0x40000000, 0x40003000};
    assert_refused(ERR_NOMEM, "kernel: no free RAM for its 12288 bytes");
    machine.ram[0].end = 0x40005000; /* as much as it takes, and a page for the DTB */
    make(PROTOCOL_ELF);
    assert_range(PLAN_DTB, 0x40004000, 0x40005000);
}

static void test_movable_with_other_relocations(void **state)
{
    (void)state;
    elf_fake_set_data(&kernel, ELF_FAKE_RELA_VA + 8, 8, ELF64_R_INFO(1, R_AARCH64_ABS64));
    assert_refused(ERR_UNSUPPORTED, "kernel: relocation 0 is of type 257, and only relative ones "
                                    "(1027) can be done");
}

static void test_movable_at_two_distances(void **state)
{
    (void)state;
    elf_fake_set(&kernel, sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, p_paddr),
                 8, 0x8000);
    assert_refused(ERR_UNSUPPORTED, "kernel: segment 1 is at 0x8000, not at the constant distance "
                                    "that relative relocations need");
}

/* --- KaaL */

static void test_kaal(void **state)
{
    uint64_t app_start = 0x403ff000, dtb_start = 0x403fe000;

    (void)state;
    make(PROTOCOL_KAAL);
    assert_range(PLAN_KERNEL, 0x40400000, 0x40438000);
    assert_range(PLAN_APP, 0x403ff000, 0x40400000);
    assert_range(PLAN_DTB, 0x403fe000, 0x403ff000);
    assert_range(PLAN_STACK, 0x483ee000, 0x483fe000); /* its end: 128 MiB above the DTB */
    assert_in_range(app.size, 1, 0x1000);
    assert_x(0,
             (uint64_t[]){app_start, app_start + app.size, 0, 0x200000, dtb_start, input.dtb.size},
             6);
    assert_int_equal(plan.handover.entry, 0x40400000);
    assert_int_equal(plan.handover.sp, 0x483fe000);
    assert_int_equal(plan.handover.el, 1);
    assert_int_equal(plan.handover.sctlr, 0x30d00800);
    assert_copy(2, PLAN_APP, app_start, app.size, 0x1000 - app.size);
    assert_ptr_equal(plan.copies[2].src.data, app.file); /* as it is, not its segments */
}

static void test_kaal_goes_around_what_is_busy(void **state)
{
    (void)state;
    reserve(0x403ff800, 0x40400000);
    reserve(0x483f0000, 0x483ff000);
    make(PROTOCOL_KAAL);
    assert_range(PLAN_DTB, 0x403fd000, 0x403fe000);
    assert_range(PLAN_APP, 0x403fe000, 0x403ff000);
    assert_range(PLAN_STACK, 0x483e0000, 0x483f0000);
}

static void test_kaal_never_goes_behind_its_kernel(void **state)
{
    static const char reason[] =
        "root task: 8192 bytes with DTB do not fit into free RAM below the kernel";

    (void)state;
    machine.ram[0].start = 0x403ff000;
    assert_refused(ERR_NOMEM, reason);
    machine.ram[0].start = 0x403fe000;
    make(PROTOCOL_KAAL);
    machine.ram[0].start = 0x403ff000;
    machine.ram_count = 2;
    machine.ram[1] = (struct range){0x90000000, 0xa0000000};
    assert_refused(ERR_NOMEM, reason);
}

static void test_kaal_has_its_stack_where_it_maps(void **state)
{
    static const char reason[] = "stack: no 65536 free bytes of RAM in 0x40438000-0x483fe000, "
                                 "which is what KaaL maps";

    (void)state;
    machine.ram[0].end = 0x40448000;
    make(PROTOCOL_KAAL);
    assert_range(PLAN_STACK, 0x40438000, 0x40448000);
    machine.ram[0].end = 0x40447000;
    assert_refused(ERR_NOMEM, reason);
    machine.ram_count = 2;
    machine.ram[1] = (struct range){0x90000000, 0xa0000000};
    assert_refused(ERR_NOMEM, reason);
    machine.ram[1] = (struct range){0x48000000, 0xa0000000};
    make(PROTOCOL_KAAL);
    assert_range(PLAN_STACK, 0x483ee000, 0x483fe000);
}

static void test_kaal_and_its_root_task(void **state)
{
    (void)state;
    elf_fake_set(&app, offsetof(Elf64_Ehdr, e_machine), 2, 62);
    assert_refused(ERR_UNSUPPORTED, "root task: not for AArch64: ELF machine is 62, not 183");
    input.app.size = 0;
    assert_refused(ERR_NOTFOUND, "root task: a KaaL kernel needs one, and there is none");
    input.dtb.size = 0;
    assert_refused(ERR_STATE, "a KaaL kernel needs a devicetree, and there is none");
}

static void test_kaal_at_el1_only(void **state)
{
    (void)state;
    input.rules.el = 2;
    make(PROTOCOL_KAAL);
    assert_int_equal(plan.handover.el, 1);
}

/* --- Raw */

static void test_raw(void **state)
{
    const uint64_t x[] = {0x7ffff000};

    (void)state;
    make(PROTOCOL_RAW);
    assert_range(PLAN_KERNEL, 0x40080000, 0x40082000);
    assert_copy(0, PLAN_KERNEL, 0x40080010, RAW_BYTES, 0);
    assert_int_equal(plan.handover.entry, 0x40080010);
    assert_int_equal(plan.handover.sp, 0);
    assert_x(0, x, 1);
    input.rules.entry = 0x40081240;
    make(PROTOCOL_RAW);
    assert_int_equal(plan.handover.entry, 0x40081240);
}

static void test_raw_places(void **state)
{
    (void)state;
    input.rules.entry = 0x40081244; /* one past its last byte */
    assert_refused(ERR_RANGE, "kernel: its entry 0x40081244 is not in 0x40080010-0x40081244");
    input.rules.entry = 0x4008000c;
    assert_refused(ERR_RANGE, "kernel: its entry 0x4008000c is not in 0x40080010-0x40081244");
    input.rules.entry = 0x40080012;
    assert_refused(ERR_ALIGN, "kernel: 0x40080012 is not a multiple of 4");
    input.rules.load = 0x40080002;
    assert_refused(ERR_ALIGN, "kernel: 0x40080002 is not a multiple of 4");
    input.rules.load = input.rules.entry = UINT64_MAX - RAW_BYTES + 1;
    assert_refused(ERR_RANGE, "kernel: 4660 bytes at 0xffffffffffffedcc pass 2^64");
    input.rules.load = input.rules.entry = 0x7fffffff0;
    assert_refused(ERR_RANGE, "kernel: 0x7fffff000-0x800002000 is not inside the machine's RAM");
}

/* --- Whatever it is */

static void test_places_that_are_taken(void **state)
{
    (void)state;
    reserve(0x40437fff, 0x40439000);
    assert_refused(ERR_OVERLAP, "kernel: 0x40400000-0x40438000 overlaps firmware at "
                                "0x40437fff-0x40439000");
    busy.count = 0;
    machine.ram[0].end = 0x40437000;
    assert_refused(ERR_RANGE, "kernel: 0x40400000-0x40438000 is not inside the machine's RAM");
    machine.ram_count = 0;
    assert_refused(ERR_STATE, "without a devicetree the machine's RAM is not known");
}

static void test_a_stack_without_room(void **state)
{
    (void)state;
    input.rules.stack_bytes = GIB(1);
    assert_refused(ERR_NOMEM, "dtb: 1073745920 bytes with DTB and stack do not fit into free RAM");
    input.rules.stack_bytes = UINT64_MAX;
    assert_refused(ERR_NOMEM, "dtb: 281474976714752 bytes with DTB and stack do not fit into free "
                              "RAM");
}

static void test_what_only_others_take(void **state)
{
    static const struct {
        enum protocol protocol;
        const char *initrd, *app;
    } cases[] = {
        {PROTOCOL_ELF, "initrd: a kernel entered as ELF takes none",
         "root task: a kernel entered as ELF takes none"},
        {PROTOCOL_KAAL, "initrd: a kernel entered as KaaL takes none", NULL},
        {PROTOCOL_RAW, "initrd: a kernel entered as raw takes none",
         "root task: a kernel entered as raw takes none"},
    };

    (void)state;
    input.rules.load = input.rules.entry = 0x40400000;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        input.rules.protocol = cases[i].protocol;
        input.initrd = (struct bytes){initrd, sizeof(initrd)};
        input.app = (struct bytes){NULL, 0};
        assert_refused(ERR_UNSUPPORTED, cases[i].initrd);
        input.initrd.size = 0;
        input.app = elf_fake_bytes(&app);
        if (cases[i].app)
            assert_refused(ERR_UNSUPPORTED, cases[i].app);
        else
            make(PROTOCOL_KAAL);
    }
}

static void test_an_elf_that_tells_nothing_with_a_root_task(void **state)
{
    (void)state;
    input.app = elf_fake_bytes(&app);
    assert_refused(ERR_UNSUPPORTED,
                   "kernel: not an seL4 kernel: its virtual base is 0x40400000, and another ELF "
                   "takes no root task");
}

static void test_damaged_kernel(void **state)
{
    (void)state;
    input.rules.protocol = PROTOCOL_ELF;
    elf_fake_set(&kernel, offsetof(Elf64_Ehdr, e_entry), 8, 0x40000000);
    assert_refused(ERR_RANGE, "kernel: entry 0x40000000 lies in no executable segment");
}

static void test_dtb_is_completed_in_its_room(void **state)
{
    (void)state;
    input.bootargs = "console=ttyAMA0";
    make(PROTOCOL_ELF);
    assert_int_equal(plan.copy_count, 1); /* without the DTB */
    assert_in_range(plan.dtb_bytes, input.dtb.size + 16, 0x1000);
    setup_kaal(NULL);
    input.bootargs = "console=ttyAMA0";
    make(PROTOCOL_KAAL);
    assert_int_equal(plan.handover.x[5], plan.dtb_bytes);
}

static void test_preflight(void **state)
{
    char text[PREFLIGHT_TEXT_BYTES];
    struct diag d = {""};

    (void)state;
    input.rules.el = 2;
    make(PROTOCOL_ELF);
    assert_int_equal(preflight_check(&plan, &input, &d), ERR_OK);
    preflight_describe_kernel(&plan, text, sizeof(text));
    assert_string_equal(text, "ELF, EL2, 0x40400000-0x40438000");
    input.machine_el = 1;
    make(PROTOCOL_ELF);
    assert_int_equal(preflight_check(&plan, &input, &d), ERR_MISMATCH);
    assert_string_equal(d.text,
                        "exception level: kernel is entered at EL2, this machine is at EL1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_elf, setup),
        cmocka_unit_test_setup(test_exception_levels, setup),
        cmocka_unit_test_setup(test_entry_at_a_virtual_address, setup),
        cmocka_unit_test_setup(test_stack, setup),
        cmocka_unit_test_setup(test_without_a_dtb, setup),
        cmocka_unit_test_setup(test_high_places, setup),
        cmocka_unit_test_setup(test_a_bank_below_the_kernel, setup),
        cmocka_unit_test_setup(test_movable_where_there_is_ram, setup_movable),
        cmocka_unit_test_setup(test_movable_goes_to_ram, setup_movable),
        cmocka_unit_test_setup(test_movable_without_room, setup_movable),
        cmocka_unit_test_setup(test_movable_with_other_relocations, setup_movable),
        cmocka_unit_test_setup(test_movable_at_two_distances, setup_movable),
        cmocka_unit_test_setup(test_kaal, setup_kaal),
        cmocka_unit_test_setup(test_kaal_goes_around_what_is_busy, setup_kaal),
        cmocka_unit_test_setup(test_kaal_never_goes_behind_its_kernel, setup_kaal),
        cmocka_unit_test_setup(test_kaal_has_its_stack_where_it_maps, setup_kaal),
        cmocka_unit_test_setup(test_kaal_and_its_root_task, setup_kaal),
        cmocka_unit_test_setup(test_kaal_at_el1_only, setup_kaal),
        cmocka_unit_test_setup(test_raw, setup_raw),
        cmocka_unit_test_setup(test_raw_places, setup_raw),
        cmocka_unit_test_setup(test_places_that_are_taken, setup),
        cmocka_unit_test_setup(test_a_stack_without_room, setup),
        cmocka_unit_test_setup(test_what_only_others_take, setup),
        cmocka_unit_test_setup(test_an_elf_that_tells_nothing_with_a_root_task, setup),
        cmocka_unit_test_setup(test_damaged_kernel, setup),
        cmocka_unit_test_setup(test_dtb_is_completed_in_its_room, setup),
        cmocka_unit_test_setup(test_preflight, setup),
    };

    return cmocka_run_group_tests_name("plan_physical", tests, NULL, NULL);
}
