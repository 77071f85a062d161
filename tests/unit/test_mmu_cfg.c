/* SPDX-License-Identifier: Apache-2.0 */
/* The literals are what a running seL4 kernel relies on or compares with. */
#include "tests/unit/unit.h"

#include "mm/mmu_cfg.h"

static void test_mair_has_sel4s_slots(void **state)
{
    (void)state;
    assert_true(mmu_cfg_mair() == UINT64_C(0x0000aaff440c0400));
}

static void test_tcr_el1_on_cortex_a53(void **state)
{
    (void)state;
    assert_true(mmu_cfg_tcr_el1(2, false) == UINT64_C(0x1285100510));
    assert_true(mmu_cfg_tcr_el1(2, true) == UINT64_C(0x12b5103510));
}

static void test_tcr_el1_ips_is_pa_range_up_to_48_bits(void **state)
{
    (void)state;
    for (unsigned range = 0; range < 16; range++) {
        uint64_t ips = range < 5 ? range : 5;

        assert_true(mmu_cfg_tcr_el1(range, false) == (UINT64_C(0x1085100510) | ips << 32));
        assert_true(mmu_cfg_tcr_el1(range, true) == (UINT64_C(0x10b5103510) | ips << 32));
    }
}

static void test_tcr_el2_as_hypervisor_kernels_compare_it(void **state)
{
    (void)state;
    assert_true(mmu_cfg_tcr_el2_sel4(40) == UINT64_C(0x80823510));
    assert_true(mmu_cfg_tcr_el2_sel4(44) == UINT64_C(0x80843510));
}

static void test_tcr_el2_of_the_monitor(void **state)
{
    (void)state;
    for (unsigned range = 0; range < 16; range++) {
        uint64_t ps = range < 5 ? range : 5;

        assert_true(mmu_cfg_tcr_el2(range) == (UINT64_C(0x80803510) | ps << 16));
    }
}

/* SCTLR_EL2 is 0x1005 on Cortex-A53: the reference loader leaves no other bit set there. */
static void test_sctlr(void **state)
{
    (void)state;
    assert_true(mmu_cfg_sctlr_el1() == UINT64_C(0xc5183d));
    assert_true(mmu_cfg_sctlr_el2() == UINT64_C(0x1005));
    assert_true((mmu_cfg_sctlr_el1() & UINT64_C(0x80000)) == 0); /* WXN */
}

static void test_pa_bits(void **state)
{
    static const unsigned expected[] = {32, 36, 40, 42, 44, 48, 52, 56};

    (void)state;
    for (unsigned range = 0; range < 8; range++)
        assert_int_equal(mmu_cfg_pa_bits(range), expected[range]);
    assert_int_equal(mmu_cfg_pa_bits(8), 0);
    assert_int_equal(mmu_cfg_pa_bits(15), 0);
    assert_int_equal(mmu_cfg_pa_bits(UINT32_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mair_has_sel4s_slots),
        cmocka_unit_test(test_tcr_el1_on_cortex_a53),
        cmocka_unit_test(test_tcr_el1_ips_is_pa_range_up_to_48_bits),
        cmocka_unit_test(test_tcr_el2_as_hypervisor_kernels_compare_it),
        cmocka_unit_test(test_tcr_el2_of_the_monitor),
        cmocka_unit_test(test_sctlr),
        cmocka_unit_test(test_pa_bits),
    };

    return cmocka_run_group_tests_name("mmu_cfg", tests, NULL, NULL);
}
