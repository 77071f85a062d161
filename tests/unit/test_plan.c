/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: where everything goes, and with what the kernel is entered. */
#include "tests/unit/unit.h"

#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/boot/boot.h"
#include "monitor/plan/plan_make.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static const struct cmd *const no_commands[] = {NULL};

static inline struct choice *now(void)
{
    return monitor_fake_now(m);
}

static int setup(void **state)
{
    (void)state;
    boot_fake_init(&boot, no_commands, 1, 1);
    assert_int_equal(now()->plan.protocol, PROTOCOL_SEL4);
    return 0;
}

static void test_ranges_ascend_without_overlap(void **state)
{
    paddr_t end = 0;

    (void)state;
    for (int role = PLAN_KERNEL; role < PLAN_ROLE_COUNT; role++) {
        struct range r = now()->plan.ranges[role];

        assert_true(is_aligned(r.start | r.end, PAGE_BYTES));
        assert_true(r.start >= end && r.end >= r.start);
        end = r.end;
    }
    assert_true(end <= m->board.machine.ram[0].end);
}

/* Every byte of kernel, DTB and root task is written once. */
static void test_copies_fill_their_ranges(void **state)
{
    uint64_t bytes[PLAN_ROLE_COUNT] = {0};

    (void)state;
    for (unsigned i = 0; i < now()->plan.copy_count; i++) {
        const struct plan_copy *c = &now()->plan.copies[i];
        uint64_t size = c->src.size + c->zero_bytes;

        assert_true(
            range_contains(now()->plan.ranges[c->role], (struct range){c->dst, c->dst + size}));
        bytes[c->role] += size;
    }
    assert_int_equal(bytes[PLAN_KERNEL], range_bytes(now()->plan.ranges[PLAN_KERNEL]));
    assert_int_equal(bytes[PLAN_DTB], range_bytes(now()->plan.ranges[PLAN_DTB]));
    assert_int_equal(bytes[PLAN_APP], range_bytes(now()->plan.ranges[PLAN_APP]));
}

static void test_handover_registers(void **state)
{
    const struct handover *h = &now()->plan.handover;
    struct range app = now()->plan.ranges[PLAN_APP];

    (void)state;
    assert_int_equal(h->x[0], app.start);
    assert_int_equal(h->x[1], app.end);
    assert_int_equal(h->x[2], app.start - BOOT_FAKE_APP_VA);
    assert_int_equal(h->x[3], now()->plan.app.entry);
    assert_int_equal(h->x[4], now()->input.dtb.size ? now()->plan.ranges[PLAN_DTB].start : 0);
    assert_int_equal(h->x[5], now()->input.dtb.size);
    assert_int_equal(h->el, 1);
    assert_int_equal(h->mair, UINT64_C(0x0000aaff440c0400));
    assert_int_equal(h->sctlr, 0xc5183d);
    assert_int_equal(h->ttbr0, now()->plan.ranges[PLAN_TABLES].start);
    assert_int_equal(h->ttbr1, h->ttbr0 + PAGE_BYTES);
    assert_int_equal(h->trampoline, now()->plan.ranges[PLAN_TRAMPOLINE].start);
}

static void test_header_page(void **state)
{
    static uint8_t page[PAGE_BYTES];
    uint32_t words[2];

    (void)state;
    memset(page, 0xff, sizeof(page));
    plan_headers(&now()->plan, page);
    memcpy(words, page, sizeof(words));
    assert_int_equal(words[0], now()->plan.app.phnum);
    assert_int_equal(words[1], now()->plan.app.phentsize);
    assert_memory_equal(page + sizeof(words), now()->plan.app.file.data + now()->plan.app.phoff,
                        (size_t)words[0] * words[1]);
    assert_int_equal(page[PAGE_BYTES - 1], 0);
}

static void test_app_offset_leaves_a_gap(void **state)
{
    paddr_t before = now()->plan.ranges[PLAN_APP].start;
    static struct boot_plan plan;
    struct diag d;

    (void)state;
    now()->input.app_offset = 3 * PAGE_BYTES;
    assert_int_equal(plan_make(&now()->input, &plan, &d), ERR_OK);
    assert_int_equal(plan.ranges[PLAN_APP].start, before + 3 * PAGE_BYTES);
    assert_int_equal(plan.ranges[PLAN_DTB].start, now()->plan.ranges[PLAN_DTB].start);
}

static void test_busy_memory_is_gone_around_or_named(void **state)
{
    static struct boot_plan plan;
    struct region entries[8];
    struct regions busy = {0, 8, entries};
    struct range app = now()->plan.ranges[PLAN_APP];
    struct diag d;

    (void)state;
    now()->input.busy = &busy;
    assert_int_equal(regions_add(&busy, app, REGION_RESERVED, "firmware", &d), ERR_OK);
    assert_int_equal(plan_make(&now()->input, &plan, &d), ERR_OK);
    assert_true(plan.ranges[PLAN_DTB].start >= app.end);

    assert_int_equal(
        regions_add(&busy,
                    (struct range){now()->plan.kernel.pa.start, now()->plan.kernel.pa.start + 1},
                    REGION_RESERVED, "secure", &d),
        ERR_OK);
    assert_int_equal(plan_make(&now()->input, &plan, &d), ERR_OVERLAP);
    assert_non_null(strstr(d.text, "secure"));
    assert_int_equal(plan.protocol, PROTOCOL_NONE);
}

static void test_no_kernel_is_no_plan(void **state)
{
    static struct boot_plan plan;
    struct diag d;

    (void)state;
    now()->input.kernel.size = 0;
    assert_int_equal(plan_make(&now()->input, &plan, &d), ERR_NOTFOUND);
    assert_int_equal(plan.protocol, PROTOCOL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ranges_ascend_without_overlap, setup),
        cmocka_unit_test_setup(test_copies_fill_their_ranges, setup),
        cmocka_unit_test_setup(test_handover_registers, setup),
        cmocka_unit_test_setup(test_header_page, setup),
        cmocka_unit_test_setup(test_app_offset_leaves_a_gap, setup),
        cmocka_unit_test_setup(test_busy_memory_is_gone_around_or_named, setup),
        cmocka_unit_test_setup(test_no_kernel_is_no_plan, setup),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
