/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs in a devicetree, what starts them, and their timer. */
#include "tests/unit/fdt_machine_unit.h"

#include <stdio.h>

static void cpu(const char *name, uint32_t reg)
{
    node(name);
    string("device_type", "cpu");
    cells("reg", reg);
}

static void test_cpus(void **state)
{
    (void)state;
    begin(2, 2);
    node("memory@0");
    string("device_type", "memory");
    cells("reg", 0, 0, 0, 0x1000);
    end();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    node("cpu-map");
    end();
    cpu("cpu@0", 0);
    string("enable-method", "psci");
    end();
    cpu("cpu@101", 0x101);
    string("enable-method", "spin-table");
    cells("cpu-release-addr", 1, 0xd8);
    node("l2-cache");
    end();
    end();
    cpu("cpu@102", 0x102);
    string("status", "fail");
    end();
    cpu("cpu@103", 0x103);
    string("enable-method", "spin-table"); /* without an address: of no use */
    end();
    node("cache@1");
    string("device_type", "cache");
    cells("reg", 1);
    end();
    end();
    finish_ok();
    assert_int_equal(m.cpu_count, 3);
    assert_int_equal(m.cpus[0].mpidr, 0);
    assert_int_equal(m.cpus[0].enable, CPU_ENABLE_PSCI);
    assert_int_equal(m.cpus[1].mpidr, 0x101);
    assert_int_equal(m.cpus[1].enable, CPU_ENABLE_SPIN_TABLE);
    assert_true(m.cpus[1].release_addr == UINT64_C(0x1000000d8));
    assert_int_equal(m.cpus[2].mpidr, 0x103);
    assert_int_equal(m.cpus[2].enable, CPU_ENABLE_NONE);
    assert_int_equal(m.mmio_count, 0);
}

static void test_cpus_with_two_cells_and_a_common_method(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("cpus");
    dtb_fake_counts(&dtb, 2, 0);
    string("enable-method", "psci");
    node("cpu@0");
    string("device_type", "cpu");
    cells("reg", 1, 0x203);
    end();
    node("cpu@1");
    string("device_type", "cpu");
    string("enable-method", "maker,own");
    cells("reg", 0, 1);
    end();
    node("cpu@2");
    string("device_type", "cpu"); /* no reg */
    end();
    node("cpu@3"); /* no device_type */
    cells("reg", 0, 3);
    end();
    node("cpu-map");
    cells("reg", 0, 4);
    end();
    end();
    finish_ok();
    assert_int_equal(m.cpu_count, 3);
    assert_int_equal(m.cpus[2].mpidr, 3);
    assert_true(m.cpus[0].mpidr == UINT64_C(0x100000203));
    assert_int_equal(m.cpus[0].enable, CPU_ENABLE_PSCI);
    assert_int_equal(m.cpus[1].enable, CPU_ENABLE_NONE);
}

static void test_spin_table_with_a_one_cell_address(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    cpu("cpu@0", 0);
    string("enable-method", "spin-table");
    cells("cpu-release-addr", 0xd8);
    end();
    end();
    finish_ok();
    assert_int_equal(m.cpus[0].enable, CPU_ENABLE_SPIN_TABLE);
    assert_true(m.cpus[0].release_addr == 0xd8);
}

static void test_300_cpus(void **state)
{
    char name[16];

    (void)state;
    begin(1, 1);
    memory();
    node("cpus");
    dtb_fake_counts(&dtb, 1, 0);
    for (uint32_t i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof(name), "cpu@%x", i);
        cpu(name, i);
        end();
    }
    end();
    finish_ok();
    assert_int_equal(m.cpu_count, 300);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(m.cpus[i].mpidr, i);
}

static void test_psci(void **state)
{
    (void)state;
    begin(1, 1);
    memory();
    node("psci");
    dtb_fake_bytes(&dtb, "compatible", "arm,psci-1.0\0arm,psci-0.2\0arm,psci", 35);
    string("method", "hvc");
    end();
    finish_ok();
    assert_int_equal(m.psci, PSCI_HVC);
    assert_true(m.psci_0_2);

    begin(1, 1);
    memory();
    node("firmware");
    node("psci");
    string("compatible", "arm,psci");
    string("method", "smc");
    end();
    end();
    finish_ok();
    assert_int_equal(m.psci, PSCI_SMC);
    assert_false(m.psci_0_2);

    begin(1, 1);
    memory();
    node("psci");
    string("compatible", "arm,psci-0.2");
    string("method", "magic");
    end();
    finish_ok();
    assert_int_equal(m.psci, PSCI_NONE);
}

static void test_timer(void **state)
{
    (void)state;
    for (unsigned hz = 0; hz <= 24000000; hz += 24000000) {
        begin(1, 1);
        memory();
        node("timer");
        dtb_fake_bytes(&dtb, "compatible", "arm,armv8-timer\0arm,armv7-timer", 32);
        if (hz)
            cells("clock-frequency", hz);
        end();
        node("clock");
        string("compatible", "fixed-clock");
        cells("clock-frequency", 62500000);
        end();
        finish_ok();
        assert_int_equal(m.timer_hz, hz);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpus),
        cmocka_unit_test(test_cpus_with_two_cells_and_a_common_method),
        cmocka_unit_test(test_spin_table_with_a_one_cell_address),
        cmocka_unit_test(test_300_cpus),
        cmocka_unit_test(test_psci),
        cmocka_unit_test(test_timer),
    };

    return cmocka_run_group_tests_name("fdt_cpus", tests, NULL, NULL);
}
