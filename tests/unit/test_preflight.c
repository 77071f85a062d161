/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel was built for against what the machine has, and how both are put into words. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/plan/preflight.h"
#include "tests/fakes/machine_fake.h"

enum { PA_32, PA_36, PA_40, PA_42, PA_44, PA_48, PA_52 }; /* ID_AA64MMFR0_EL1.PARange */

static struct sel4_facts facts;
static struct machine machine;
static struct machine_fake tables;
static struct plan_input input;

/* A machine, and a kernel that needs all of it. */
static int setup(void **state)
{
    (void)state;
    facts = (struct sel4_facts){
        .is_sel4 = true,
        .el = 1,
        .core_count = 4,
        .gic_version = 2,
        .ram_count = 1,
        .ram = {{0x40000000, 0x80000000}},
    };
    machine_fake_init(&tables, &machine);
    machine.ram_count = 1;
    machine.ram[0] = (struct range){0x40000000, 0x80000000};
    machine.cpu_count = 4;
    memset(machine.cpus, 0, 4 * sizeof(machine.cpus[0]));
    machine.psci = PSCI_HVC;
    machine.gic_version = 2;
    input = (struct plan_input){.machine = &machine, .machine_el = 1, .mmfr0 = PA_40};
    return 0;
}

static void make_hypervisor(unsigned pa_bits)
{
    facts.el = 2;
    facts.pa_bits = pa_bits;
    input.machine_el = 2;
}

static void assert_fits(void)
{
    struct diag d = {""};

    assert_int_equal(preflight_sel4(&facts, &input, &d), ERR_OK);
    assert_string_equal(d.text, "");
}

static void assert_differs(const char *expected)
{
    struct diag d = {""};

    assert_int_equal(preflight_sel4(&facts, &input, &d), ERR_MISMATCH);
    assert_string_equal(d.text, expected);
    assert_int_equal(preflight_sel4(&facts, &input, NULL), ERR_MISMATCH);
}

#define KERNEL  "kernel built for 0x40000000-0x80000000, 4 cores, EL1, GICv2"
#define MACHINE "0x40000000-0x80000000, 4 cores, EL1, 40-bit PA, GICv2"

static void test_same(void **state)
{
    (void)state;
    assert_fits();
    make_hypervisor(40);
    assert_fits();
}

/* --- RAM */

static void test_ram_smaller(void **state)
{
    (void)state;
    machine.ram[0].end = 0x60000000;
    assert_differs("RAM: " KERNEL "; this machine has 0x40000000-0x60000000, 4 cores, EL1, 40-bit "
                   "PA, GICv2");
    machine.ram[0].end = 0x80000000 - 1;
    assert_differs("RAM: " KERNEL "; this machine has 0x40000000-0x7fffffff, 4 cores, EL1, 40-bit "
                   "PA, GICv2");
}

static void test_ram_elsewhere(void **state)
{
    (void)state;
    machine.ram[0] = (struct range){0x80000000, 0x100000000};
    assert_differs("RAM: " KERNEL "; this machine has 0x80000000-0x100000000, 4 cores, EL1, "
                   "40-bit PA, GICv2");
}

static void test_ram_with_a_hole(void **state)
{
    (void)state;
    machine.ram_count = 2;
    machine.ram[0].end = 0x50000000;
    machine.ram[1] = (struct range){0x50001000, 0x80000000};
    assert_differs("RAM: " KERNEL "; this machine has 0x40000000-0x50000000 + "
                   "0x50001000-0x80000000, 4 cores, EL1, 40-bit PA, GICv2");
}

static void test_every_range_counts(void **state)
{
    (void)state;
    facts.ram_count = 2;
    facts.ram[1] = (struct range){0x100000000, 0x140000000};
    assert_differs("RAM: kernel built for 0x40000000-0x80000000 + 0x100000000-0x140000000, 4 "
                   "cores, EL1, GICv2; this machine has " MACHINE);
    machine.ram_count = 2;
    machine.ram[1] = (struct range){0xc0000000, 0x240000000};
    assert_fits();
}

static void test_ram_larger(void **state)
{
    (void)state;
    machine.ram[0] = (struct range){0, 0x240000000};
    assert_fits();
}

static void test_no_ram_known(void **state)
{
    (void)state;
    machine.ram_count = 0;
    assert_differs("RAM: " KERNEL "; this machine has RAM unknown, 4 cores, EL1, 40-bit PA, GICv2");
}

/* --- CPU */

static void test_hypervisor_kernel_on_a_machine_at_el1(void **state)
{
    (void)state;
    make_hypervisor(40);
    input.machine_el = 1;
    assert_differs("exception level: kernel built for 0x40000000-0x80000000, 4 cores, EL2, 40-bit "
                   "PA, GICv2; this machine has " MACHINE);
}

static void test_a_plain_kernel_goes_down(void **state)
{
    (void)state;
    input.machine_el = 2;
    assert_fits();
}

static void test_pa_size_beyond_the_cpus(void **state)
{
    (void)state;
    make_hypervisor(44);
    assert_differs("PA size: kernel built for 0x40000000-0x80000000, 4 cores, EL2, 44-bit PA, "
                   "GICv2; this machine has 0x40000000-0x80000000, 4 cores, EL2, 40-bit PA, GICv2");
    input.mmfr0 = PA_42;
    assert_int_equal(preflight_sel4(&facts, &input, NULL), ERR_MISMATCH);
    input.mmfr0 = PA_44;
    assert_fits();
    facts.pa_bits = 40;
    assert_fits();
}

static void test_an_unknown_cpu(void **state)
{
    (void)state;
    make_hypervisor(44);
    input.machine_el = 0;
    assert_fits();
    machine.gic_version = 3;
    assert_differs("GIC: kernel built for 0x40000000-0x80000000, 4 cores, EL2, 44-bit PA, GICv2; "
                   "this machine has 0x40000000-0x80000000, 4 cores, EL and PA size unknown, "
                   "GICv3");
}

/* --- Cores */

static void test_more_cores_than_there_are(void **state)
{
    (void)state;
    machine.cpu_count = 1;
    assert_differs("cores: " KERNEL
                   "; this machine has 0x40000000-0x80000000, 1 core, EL1, 40-bit PA, GICv2");
    machine.cpu_count = 3;
    assert_int_equal(preflight_sel4(&facts, &input, NULL), ERR_MISMATCH);
    machine.cpu_count = 8;
    assert_fits();
}

static void test_no_psci(void **state)
{
    (void)state;
    machine.psci = PSCI_NONE;
    assert_differs("no PSCI for the other cores: " KERNEL "; this machine has " MACHINE
                   ", no PSCI");
    for (unsigned i = 0; i < facts.core_count; i++)
        machine.cpus[i].enable = CPU_ENABLE_SPIN_TABLE;
    assert_fits();
    facts.core_count = 1;
    assert_fits();
}

/* --- GIC */

static void test_gic(void **state)
{
    (void)state;
    machine.gic_version = 3;
    assert_differs("GIC: " KERNEL "; this machine has 0x40000000-0x80000000, 4 cores, EL1, 40-bit "
                   "PA, GICv3");
    facts.gic_version = 3;
    assert_fits();
    machine.gic_version = 2;
    assert_int_equal(preflight_sel4(&facts, &input, NULL), ERR_MISMATCH);
}

/* --- What is not known */

static void test_unknown_facts_fit_everything(void **state)
{
    char text[PREFLIGHT_TEXT_BYTES];

    (void)state;
    facts = (struct sel4_facts){.is_sel4 = true, .el = 1};
    assert_fits();
    preflight_describe_sel4(&facts, text, sizeof(text));
    assert_string_equal(text, "RAM unknown, number of cores unknown, EL1, GIC unknown");
    make_hypervisor(0);
    assert_fits();
    preflight_describe_sel4(&facts, text, sizeof(text));
    assert_string_equal(text,
                        "RAM unknown, number of cores unknown, EL2, PA size unknown, GIC unknown");
}

static void test_what_the_machine_does_not_tell(void **state)
{
    char text[PREFLIGHT_TEXT_BYTES];

    (void)state;
    machine.cpu_count = 0;
    machine.gic_version = 0;
    assert_fits();
    preflight_describe_machine(&input, text, sizeof(text));
    assert_string_equal(text, "0x40000000-0x80000000, number of cores unknown, EL1, 40-bit PA, "
                              "GIC unknown");
}

/* --- Words */

static void test_many_ranges(void **state)
{
    char text[PREFLIGHT_TEXT_BYTES];

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        machine.ram[i] = (struct range){GIB(i), GIB(i) + MIB(1)};
    machine.ram_count = 3;
    preflight_describe_machine(&input, text, sizeof(text));
    assert_string_equal(text, "0x0-0x100000 + 0x40000000-0x40100000 + 1 more, 4 cores, EL1, 40-bit "
                              "PA, GICv2");
}

static void test_text_is_cut_to_its_room(void **state)
{
    char text[PREFLIGHT_TEXT_BYTES + 1];

    (void)state;
    machine.ram_count = 2;
    machine.ram[0] = (struct range){UINT64_MAX - 1, UINT64_MAX};
    machine.ram[1] = machine.ram[0];
    for (size_t size = 1; size <= PREFLIGHT_TEXT_BYTES; size++) {
        memset(text, '#', sizeof(text));
        preflight_describe_machine(&input, text, size);
        assert_true(strlen(text) < size);
        assert_int_equal(text[size], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_same, setup),
        cmocka_unit_test_setup(test_ram_smaller, setup),
        cmocka_unit_test_setup(test_ram_elsewhere, setup),
        cmocka_unit_test_setup(test_ram_with_a_hole, setup),
        cmocka_unit_test_setup(test_every_range_counts, setup),
        cmocka_unit_test_setup(test_ram_larger, setup),
        cmocka_unit_test_setup(test_no_ram_known, setup),
        cmocka_unit_test_setup(test_hypervisor_kernel_on_a_machine_at_el1, setup),
        cmocka_unit_test_setup(test_a_plain_kernel_goes_down, setup),
        cmocka_unit_test_setup(test_pa_size_beyond_the_cpus, setup),
        cmocka_unit_test_setup(test_an_unknown_cpu, setup),
        cmocka_unit_test_setup(test_more_cores_than_there_are, setup),
        cmocka_unit_test_setup(test_no_psci, setup),
        cmocka_unit_test_setup(test_gic, setup),
        cmocka_unit_test_setup(test_unknown_facts_fit_everything, setup),
        cmocka_unit_test_setup(test_what_the_machine_does_not_tell, setup),
        cmocka_unit_test_setup(test_many_ranges, setup),
        cmocka_unit_test_setup(test_text_is_cut_to_its_room, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
