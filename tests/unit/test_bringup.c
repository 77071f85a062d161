/* SPDX-License-Identifier: Apache-2.0 */
/* Bring-up: the DTB found, the payload opened, the banner, the other cores. */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/banner.h"
#include "monitor/base/bits.h"
#include "monitor/boot/place.h"
#include "monitor/boot/smp.h"
#include "monitor/sources/embedded.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static const struct cmd *const no_commands[] = {NULL};

static inline struct choice *now(void)
{
    return monitor_fake_now(m);
}

static struct smp smp;

static int setup(void **state)
{
    (void)state;
    boot_fake_init(&boot, no_commands, 1, 1);
    smp = (struct smp){&m->board, &m->boot.now->plan, &m->boot.progress, &m->con};
    m->board.machine.cpu_count = 2;
    m->board.machine.cpus[0].mpidr = 0;
    m->board.machine.cpus[1].mpidr = 1;
    return 0;
}

static void test_dtb_is_found_at_the_hint_or_behind(void **state)
{
    struct bytes found;
    uint32_t size = (uint32_t)m->board.fdt_bytes.size;
    const paddr_t there[] = {ARCH_FAKE_BASE + 0x1000, ARCH_FAKE_BASE};
    const paddr_t behind[] = {ARCH_FAKE_BASE, ARCH_FAKE_BASE + 0x1000};

    (void)state;
    assert_true(size > 0);
    memset(arch_fake.memory, 0, arch_fake.size);
    memcpy(arch_fake.memory + 0x1000, m->board.fdt_bytes.data, size);
    place_find_dtb(&m->board, there, 2, (struct range){0, 0}, &found);
    assert_ptr_equal(found.data, arch_fake.memory + 0x1000);
    place_find_dtb(&m->board, behind, 2, (struct range){0, 0}, &found);
    assert_ptr_equal(found.data, arch_fake.memory + 0x1000);
    place_find_dtb(&m->board, behind, 1, (struct range){0, 0}, &found);
    assert_int_equal(found.size, 0);
    assert_true(m->board.fdt_problem.text[0] != '\0');
}

static void test_payload_outside_ram_is_not_believed(void **state)
{
    (void)state;
    now()->sources.desc =
        (struct payload_desc){.offset = UINT64_C(0x7000000000), .size = PAGE_BYTES};
    embedded_find(&now()->sources, &m->board.machine, ARCH_FAKE_BASE);
    assert_int_equal(now()->sources.payload.size, 0);
    embedded_open(&now()->sources);
    assert_non_null(strstr(now()->sources.payload_problem.text, "do not lie in the machine's RAM"));
    assert_null(fit_find(&now()->sources.fit, FIT_KERNEL));
    assert_int_equal(now()->sources.fit.blob.size, 0);
}

static void test_payload_with_another_digest_is_refused(void **state)
{
    (void)state;
    now()->sources.desc = (struct payload_desc){
        .offset = PAGE_BYTES, .size = PAGE_BYTES, .tree_size = PAGE_BYTES, .tree_sha256 = {{1}}};
    embedded_find(&now()->sources, &m->board.machine, ARCH_FAKE_BASE);
    assert_int_equal(now()->sources.payload.size, PAGE_BYTES);
    embedded_open(&now()->sources);
    assert_non_null(strstr(now()->sources.payload_problem.text, "sha256 of its tree"));
}

static void test_banner_without_payload(void **state)
{
    const char *text;

    (void)state;
    memset(&now()->sources.desc, 0, sizeof(now()->sources.desc));
    (void)console_fake_take(&boot.fake.console);
    banner_print(m);
    text = console_fake_take(&boot.fake.console);
    assert_non_null(strstr(text, "elfmon "));
    assert_non_null(strstr(text, "Cortex-A53 x2"));
    assert_non_null(strstr(text, "no payload"));
}

/* The cores' flags are peeked at by pointer: memory is at its own address. Returns their page. */
static uint8_t *reach_by_pointer(void)
{
    paddr_t page = now()->plan.ranges[PLAN_TRAMPOLINE].start;

    arch_fake.base = (paddr_t)(uintptr_t)arch_fake.memory;
    now()->plan.ranges[PLAN_TRAMPOLINE].start = arch_fake.base + (page - ARCH_FAKE_BASE);
    return arch_fake.memory + (page - ARCH_FAKE_BASE);
}

static void test_smp_starts_each_core_once(void **state)
{
    uint8_t *memory = reach_by_pointer();
    struct diag d;

    (void)state;
    now()->plan.handover.core_count = 2;
    memory[HANDOVER_PRESENT + sizeof(uint64_t)] = 1;
    assert_int_equal(smp_start(&smp, false, &d), ERR_OK);
    assert_int_equal(boot.fake.cpu_on_count, 1);
    assert_int_equal(smp_start(&smp, false, &d), ERR_OK); /* and does not ask again */
    assert_int_equal(boot.fake.cpu_on_count, 1);
    now()->plan.handover.core_count = 4;
    assert_int_equal(smp_start(&smp, false, &d), ERR_MISMATCH);
    assert_int_equal(smp_start(&smp, true, &d), ERR_OK);
}

static void test_smp_numbers_this_core_first(void **state)
{
    (void)state;
    m->board.cpu.mpidr = BIT(31) | 1;
    assert_ptr_equal(smp_core(&m->board, 0), &m->board.machine.cpus[1]);
    assert_ptr_equal(smp_core(&m->board, 1), &m->board.machine.cpus[0]);
    assert_null(smp_core(&m->board, 2));
}

/* A machine may have more cores than the trampoline's page has places for. */
static void test_smp_refuses_more_cores_than_it_can_start(void **state)
{
    static struct machine_cpu cpus[300];
    uint8_t *page = reach_by_pointer();
    struct diag d;

    (void)state;
    for (unsigned i = 0; i < 300; i++)
        cpus[i].mpidr = i;
    m->board.machine.cpus = cpus;
    m->board.machine.cpu_count = 300;
    memset(page + HANDOVER_PRESENT, 1, HANDOVER_CORES_MAX * sizeof(uint64_t));
    now()->plan.handover.core_count = 65;
    assert_int_equal(smp_start(&smp, false, &d), ERR_UNSUPPORTED);
    assert_string_equal(d.text, "the kernel waits for 65 cores, of which 64 can be started");
    assert_int_equal(boot.fake.cpu_on_count, 0);
    now()->plan.handover.core_count = 64;
    assert_int_equal(smp_start(&smp, false, &d), ERR_OK);
    assert_int_equal(boot.fake.cpu_on_count, 63);
    now()->plan.handover.core_count = 300;
    assert_int_equal(smp_start(&smp, true, &d), ERR_OK);
    assert_int_equal(boot.fake.cpu_on_count, 63);
}

static void test_smp_names_a_core_that_does_not_come(void **state)
{
    struct diag d;

    (void)state;
    reach_by_pointer();
    now()->plan.handover.core_count = 2;
    boot.fake.console.look_us = 1000;
    assert_int_equal(smp_start(&smp, false, &d), ERR_TIMEOUT);
    assert_string_equal(d.text, "core 1 (MPIDR 0x1) was started but did not arrive");
}

static void test_smp_releases_a_core_that_spins(void **state)
{
    uint64_t *release = (uint64_t *)(void *)(arch_fake.memory + 0xd8);
    uint8_t *page;
    struct diag d;

    (void)state;
    page = reach_by_pointer();
    now()->plan.handover.core_count = 2;
    now()->plan.handover.trampoline = 0x12345000;
    m->board.machine.cpus[1].enable = CPU_ENABLE_SPIN_TABLE;
    m->board.machine.cpus[1].release_addr = arch_fake.base + 0xd8;
    page[HANDOVER_PRESENT + sizeof(uint64_t)] = 1;
    assert_int_equal(smp_start(&smp, false, &d), ERR_OK);
    assert_int_equal(boot.fake.cpu_on_count, 0);
    assert_int_equal(*release, 0x12345000 + HANDOVER_SECONDARY);
    assert_int_equal(arch_fake.event_count, 1);

    m->boot.progress.cores_started = 0;
    arch_fake.read_only = (struct range){arch_fake.base, arch_fake.base + PAGE_BYTES};
    assert_int_equal(smp_start(&smp, false, &d), ERR_FAULT);
    assert_non_null(strstr(d.text, "cpu-release-addr"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_dtb_is_found_at_the_hint_or_behind, setup),
        cmocka_unit_test_setup(test_payload_outside_ram_is_not_believed, setup),
        cmocka_unit_test_setup(test_payload_with_another_digest_is_refused, setup),
        cmocka_unit_test_setup(test_banner_without_payload, setup),
        cmocka_unit_test_setup(test_smp_starts_each_core_once, setup),
        cmocka_unit_test_setup(test_smp_numbers_this_core_first, setup),
        cmocka_unit_test_setup(test_smp_refuses_more_cores_than_it_can_start, setup),
        cmocka_unit_test_setup(test_smp_names_a_core_that_does_not_come, setup),
        cmocka_unit_test_setup(test_smp_releases_a_core_that_spins, setup),
    };

    return cmocka_run_group_tests_name("bring-up", tests, NULL, NULL);
}
