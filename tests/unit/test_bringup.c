/* SPDX-License-Identifier: Apache-2.0 */
/* Bring-up: the DTB found, the payload opened, the banner, the other cores. */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/banner.h"
#include "monitor/base/bits.h"
#include "monitor/embedded.h"
#include "monitor/place.h"
#include "monitor/smp.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static const struct cmd *const no_commands[] = {NULL};

static int setup(void **state)
{
    (void)state;
    boot_fake_init(&boot, no_commands, 1, 1);
    m->machine.cpu_count = 2;
    m->machine.cpus[0].mpidr = 0;
    m->machine.cpus[1].mpidr = 1;
    return 0;
}

static void test_dtb_is_found_at_the_hint_or_behind(void **state)
{
    struct bytes found;
    uint32_t size = (uint32_t)m->fdt_bytes.size;

    (void)state;
    assert_true(size > 0);
    memset(arch_fake.memory, 0, arch_fake.size);
    memcpy(arch_fake.memory + 0x1000, m->fdt_bytes.data, size);
    place_find_dtb(m, ARCH_FAKE_BASE + 0x1000, ARCH_FAKE_BASE, &found);
    assert_ptr_equal(found.data, arch_fake.memory + 0x1000);
    place_find_dtb(m, 0, ARCH_FAKE_BASE + 0x1000, &found);
    assert_ptr_equal(found.data, arch_fake.memory + 0x1000);
    place_find_dtb(m, 0, ARCH_FAKE_BASE, &found);
    assert_int_equal(found.size, 0);
    assert_true(m->fdt_problem.text[0] != '\0');
}

static void test_payload_outside_ram_is_not_believed(void **state)
{
    (void)state;
    m->desc = (struct payload_desc){.offset = UINT64_C(0x7000000000), .size = PAGE_BYTES};
    embedded_find(m, ARCH_FAKE_BASE);
    assert_int_equal(m->payload.size, 0);
    embedded_open(m);
    assert_non_null(strstr(m->payload_problem.text, "do not lie in the machine's RAM"));
    assert_int_equal(m->fit.image_count, 0);
}

static void test_payload_with_another_digest_is_refused(void **state)
{
    (void)state;
    m->desc = (struct payload_desc){
        .offset = PAGE_BYTES, .size = PAGE_BYTES, .tree_size = PAGE_BYTES, .tree_sha256 = {{1}}};
    embedded_find(m, ARCH_FAKE_BASE);
    assert_int_equal(m->payload.size, PAGE_BYTES);
    embedded_open(m);
    assert_non_null(strstr(m->payload_problem.text, "digest"));
}

static void test_banner_without_payload(void **state)
{
    const char *text;

    (void)state;
    memset(&m->desc, 0, sizeof(m->desc));
    (void)console_fake_take(&boot.fake.console);
    banner_print(m);
    text = console_fake_take(&boot.fake.console);
    assert_non_null(strstr(text, "elfmon "));
    assert_non_null(strstr(text, "Cortex-A53 x2"));
    assert_non_null(strstr(text, "no payload"));
}

static void test_smp_starts_each_core_once(void **state)
{
    paddr_t page = m->plan.ranges[PLAN_TRAMPOLINE].start;
    uint8_t *memory = arch_fake.memory + (page - ARCH_FAKE_BASE);
    struct diag d;

    (void)state;
    arch_fake.base = (paddr_t)(uintptr_t)arch_fake.memory; /* peeked at by pointer */
    m->plan.ranges[PLAN_TRAMPOLINE].start = arch_fake.base + (page - ARCH_FAKE_BASE);
    m->plan.handover.core_count = 2;
    memory[HANDOVER_PRESENT + sizeof(uint64_t)] = 1;
    assert_int_equal(smp_start(m, false, &d), ERR_OK);
    assert_int_equal(boot.fake.cpu_on_count, 1);
    assert_int_equal(smp_start(m, false, &d), ERR_OK); /* and does not ask again */
    assert_int_equal(boot.fake.cpu_on_count, 1);
    m->plan.handover.core_count = 4;
    assert_int_equal(smp_start(m, false, &d), ERR_MISMATCH);
    assert_int_equal(smp_start(m, true, &d), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_dtb_is_found_at_the_hint_or_behind, setup),
        cmocka_unit_test_setup(test_payload_outside_ram_is_not_believed, setup),
        cmocka_unit_test_setup(test_payload_with_another_digest_is_refused, setup),
        cmocka_unit_test_setup(test_banner_without_payload, setup),
        cmocka_unit_test_setup(test_smp_starts_each_core_once, setup),
    };

    return cmocka_run_group_tests_name("bring-up", tests, NULL, NULL);
}
