/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "mm/mmu_cfg.h"
#include "mm/par.h"
#include "mm/pt_desc.h"

#define VA     UINT64_C(0xffffffffc0000123)
#define NORMAL (UINT64_C(0xff) << 56)

static struct par decode(uint64_t value)
{
    struct par par;

    memset(&par, 0xa5, sizeof(par));
    par_decode(value, VA, &par);
    return par;
}

static void assert_text(uint64_t value, const char *text)
{
    struct par par = decode(value);
    char out[PAR_TEXT_BYTES];

    par_describe(&par, out);
    assert_string_equal(out, text);
}

static void test_decode(void **state)
{
    /* RES1 bit 11, NS bit 9 and what is above the 48 bits are no part of the address. */
    struct par par = decode(NORMAL | UINT64_C(0x000fabcd40000000) | 0xb80);

    (void)state;
    assert_false(par.fault);
    assert_int_equal(par.pa, UINT64_C(0xabcd40000123));
    assert_int_equal(par.memory, 0xff);
    assert_int_equal(par.shareability, PT_SH_INNER);
    par = decode(UINT64_C(0xa5000000000008d1) | 0x02);
    assert_true(par.fault);
    assert_int_equal(par.status, 0x29);
}

static void test_describe(void **state)
{
    (void)state;
    assert_text(NORMAL | 0x40000980, "0x0000000040000123, Normal WB, inner");
    assert_text(NORMAL | 0x40000800, "0x0000000040000123, Normal WB, non-shareable");
    assert_text(UINT64_C(0xaa) << 56 | 0x900, "0x0000000000000123, Normal WT, outer");
    assert_text(UINT64_C(0x44) << 56 | 0x900, "0x0000000000000123, Normal NC, outer");
    assert_text(0x9000900, "0x0000000009000123, Device-nGnRnE, outer");
    assert_text(UINT64_C(0x04) << 56 | 0x900, "0x0000000000000123, Device-nGnRE, outer");
    assert_text(UINT64_C(0x0c) << 56 | 0x900, "0x0000000000000123, Device-GRE, outer");
    assert_text(UINT64_C(0x77) << 56 | 0x900, "0x0000000000000123, other memory, outer");
    assert_text(0x801 | 0x00 << 1, "address size fault, level 0");
    assert_text(0x801 | 0x04 << 1, "translation fault, level 0");
    assert_text(0x801 | 0x07 << 1, "translation fault, level 3");
    assert_text(0x801 | 0x0a << 1, "access flag fault, level 2");
    assert_text(0x801 | 0x0f << 1, "permission fault, level 3");
    assert_text(0x801 | 0x10 << 1, "synchronous external abort");
    assert_text(0x801 | 0x13 << 1, "fault status 0x13");
    assert_text(0x801 | 0x15 << 1, "external abort on a table walk, level 1");
    assert_text(0x801 | 0x21 << 1, "alignment fault");
    assert_text(0x801 | 0x3f << 1, "fault status 0x3f");
}

static bool agrees(uint64_t value, const struct pt_walk *walk)
{
    struct par answer = decode(value), expected;

    memset(&expected, 0xa5, sizeof(expected));
    par_expect(walk, false, mmu_cfg_mair(), &expected);
    return par_agrees(&answer, &expected);
}

/* A walk that ends at @level with @descriptor. */
static struct pt_walk walk_to(unsigned level, uint64_t descriptor, paddr_t pa)
{
    struct pt_walk walk = {.step_count = level + 1, .mapped = true, .pa = pa};

    walk.steps[level] =
        (struct pt_step){.level = level, .descriptor = descriptor, .kind = PT_BLOCK};
    return walk;
}

static void test_agrees_on_normal_memory(void **state)
{
    const struct pt_walk walk = walk_to(
        2, PT_DESC_AF | PT_DESC_ATTR_INDEX(MMU_ATTR_NORMAL) | PT_DESC_SH(PT_SH_INNER), 0x40000123);

    (void)state;
    assert_true(agrees(NORMAL | 0x40000980, &walk));
    assert_false(agrees(NORMAL | 0x40001980, &walk));
    assert_false(agrees(NORMAL | 0x40000900, &walk));
    assert_false(agrees(UINT64_C(0xaa) << 56 | 0x40000980, &walk));
    assert_false(agrees(0x801 | 0x06 << 1, &walk));
}

static void test_agrees_on_other_memory(void **state)
{
    struct pt_walk walk =
        walk_to(3, PT_DESC_AF | PT_DESC_ATTR_INDEX(MMU_ATTR_DEVICE_nGnRE), 0x9000123);

    (void)state;
    assert_true(agrees(UINT64_C(0x04) << 56 | 0x9000900, &walk));
    assert_false(agrees(0x9000900, &walk));
    walk = walk_to(3, PT_DESC_AF | PT_DESC_ATTR_INDEX(MMU_ATTR_NORMAL_NC), 0x9000123);
    assert_true(agrees(UINT64_C(0x44) << 56 | 0x9000900, &walk));
}

static void test_agrees_on_faults(void **state)
{
    struct pt_walk walk = {.step_count = 1};

    (void)state;
    assert_true(agrees(0x801 | 0x04 << 1, &walk));
    assert_false(agrees(0x801 | 0x05 << 1, &walk));
    assert_false(agrees(0x980, &walk));
    walk = walk_to(3, 0, 0);
    walk.mapped = false;
    assert_true(agrees(0x801 | 0x07 << 1, &walk));
    assert_false(agrees(0x801 | 0x0f << 1, &walk));
    walk = walk_to(2, PT_DESC_ATTR_INDEX(MMU_ATTR_NORMAL), 0x40000123);
    assert_true(agrees(0x801 | 0x0a << 1, &walk));
    assert_false(agrees(0x801 | 0x06 << 1, &walk));
    assert_false(agrees(NORMAL | 0x40000800, &walk));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_agrees_on_normal_memory),
        cmocka_unit_test(test_agrees_on_other_memory),
        cmocka_unit_test(test_agrees_on_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
