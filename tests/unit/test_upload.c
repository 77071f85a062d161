/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads: recognised, checked, planned for, kept apart, and found again after a reset. */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>

#include "monitor/base/bits.h"
#include "monitor/boot.h"
#include "monitor/images.h"
#include "monitor/place.h"
#include "monitor/record.h"
#include "monitor/upload.h"
#include "tests/fakes/boot_fake.h"
#include "tests/fakes/dtb_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static const struct cmd *const no_commands[] = {NULL};
static struct elf_fake elf;
static struct upload_file files[UPLOAD_FILES_MAX];
static struct diag why;

/* The fake's memory where its addresses say, so that what is received can be found by pointer. */
static int map_window(void **state)
{
    void *at = (void *)(uintptr_t)ARCH_FAKE_BASE;

    (void)state;
    return mmap(at, ARCH_FAKE_BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == at
               ? 0
               : -1;
}

static int setup(void **state)
{
    (void)state;
    boot_fake_init(&boot, no_commands, 1, 1);
    arch_fake.memory = (uint8_t *)(uintptr_t)ARCH_FAKE_BASE;
    arch_fake.image.start = arch_fake.image.end - KIB(64);
    memset(arch_fake.memory, 0, ARCH_FAKE_BYTES);
    assert_int_equal(place_list_own(m, &m->busy, &why), ERR_OK);
    assert_int_equal(place_list_sources(m, &m->busy, &why), ERR_OK);
    assert_int_equal(boot_plan_make(m), ERR_OK);
    memset(files, 0, sizeof(files));
    return 0;
}

/* Have @data arrive as file @i, behind those before it, with @padding. */
static void receive(unsigned i, enum upload_slot slot, const char *name, struct bytes data,
                    size_t padding)
{
    struct range room;
    uint8_t *to;

    assert_int_equal(upload_room(m, &room, &why), ERR_OK);
    to = (uint8_t *)(uintptr_t)room.start + (size_t)i * 0x10000;
    memcpy(to, data.data, data.size);
    memset(to + data.size, 0x1a, padding);
    files[i] = (struct upload_file){
        .slot = slot, .data = {to, data.size + padding}, .size_known = padding == 0};
    strcpy(files[i].name, name);
}

static struct bytes new_app(uint64_t memory)
{
    const struct elf_fake_segment s = {BOOT_FAKE_APP_VA, BOOT_FAKE_APP_VA, BOOT_FAKE_APP_FILE,
                                       memory, PF_R | PF_X};

    elf_fake_init(&elf, &s, 1);
    return elf_fake_bytes(&elf);
}

static struct bytes new_kernel(paddr_t pa, uint64_t memory)
{
    const struct elf_fake_segment s = {BOOT_FAKE_EL1_VA, pa, BOOT_FAKE_KERNEL_FILE, memory,
                                       PF_R | PF_W | PF_X};

    elf_fake_init(&elf, &s, 1);
    return elf_fake_bytes(&elf);
}

static struct bytes text(const char *s)
{
    return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static void assert_taken(unsigned count)
{
    int err = upload_take(m, files, count, &why);

    if (err)
        fail_msg("%d %s", err, why.text);
}

/* Refused with @words, and nothing is different. */
static void assert_refused(unsigned count, int err, const char *words)
{
    static struct monitor before;
    int found;

    before = *m;
    found = upload_take(m, files, count, &why);
    if (found != err || !strstr(why.text, words))
        fail_msg("%d '%s', not %d '%s'", found, why.text, err, words);
    assert_memory_equal(&before.plan, &m->plan, sizeof(m->plan));
    assert_memory_equal(&before.progress, &m->progress, sizeof(m->progress));
    assert_memory_equal(before.slots, m->slots, sizeof(m->slots));
    assert_memory_equal(&before.busy, &m->busy, sizeof(m->busy));
    assert_string_equal(before.plan_problem.text, m->plan_problem.text);
}

/* --- Room */

static void test_room_is_the_largest_free_range(void **state)
{
    struct range room;

    (void)state;
    assert_int_equal(upload_room(m, &room, &why), ERR_OK);
    assert_int_equal(room.start, m->plan.ranges[PLAN_TRAMPOLINE].end);
    assert_false(regions_overlap(&m->busy, room));
    assert_false(range_overlaps(room, record_page(m)));
    m->machine.ram_count = 0;
    assert_int_equal(upload_room(m, &room, &why), ERR_NOMEM);
}

/* --- Taking */

static void test_root_task_replaces_the_payloads(void **state)
{
    struct bytes app = new_app(0x5000);

    (void)state;
    receive(0, UPLOAD_APP, "dir/root-task.elf", app, 100);
    assert_taken(1);
    assert_int_equal(files[0].data.size, app.size);
    assert_memory_equal(files[0].data.data, app.data, app.size);
    assert_string_equal(images_find(m, FIT_APP)->name, "root-task.elf");
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_APP]), 0x5000);
    assert_ptr_equal(m->input.app.data, files[0].data.data);
    assert_int_equal(images_verify(m, FIT_APP, &why), ERR_OK);
    for (int role = 0; role < PLAN_ROLE_COUNT; role++)
        assert_false(range_overlaps(m->plan.ranges[role], bytes_range(files[0].data)));
    assert_non_null(regions_overlap(&m->busy, bytes_range(files[0].data)));
    assert_int_equal(upload_drop(m, UPLOAD_APP, &why), ERR_OK);
    assert_string_equal(images_find(m, FIT_APP)->name, "app");
    assert_int_equal(upload_drop(m, UPLOAD_APP, &why), ERR_NOTFOUND);
}

static void test_slot_by_name_and_content(void **state)
{
    static const struct {
        const char *name;
        enum upload_slot slot;
    } cases[] = {{"x", UPLOAD_APP}, {"kernel.elf", UPLOAD_APP}};
    static struct dtb_fake dtb;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        receive(0, UPLOAD_ANY, cases[i].name, new_app(0x1000), 0);
        assert_taken(1);
        assert_int_equal(files[0].slot, cases[i].slot);
    }
    receive(0, UPLOAD_ANY, "some.elf", new_kernel(ARCH_FAKE_BASE, 0x4000), 3);
    assert_taken(1);
    assert_int_equal(files[0].slot, UPLOAD_KERNEL);
    receive(0, UPLOAD_ANY, "", text("echo hello\n"), 117);
    assert_taken(1);
    assert_int_equal(files[0].slot, UPLOAD_SCRIPT);
    assert_int_equal(images_data(m, FIT_SCRIPT).size, 11);
    dtb_fake_begin(&dtb);
    receive(0, UPLOAD_ANY, "kernel.dtb", dtb_fake_finish(&dtb), 0);
    assert_taken(1);
    assert_int_equal(files[0].slot, UPLOAD_DTB);
    receive(0, UPLOAD_ANY, "a.cpio.gz", (struct bytes){(const uint8_t *)"\x1f\x8b\x08 abc", 7}, 0);
    assert_taken(1);
    assert_int_equal(files[0].slot, UPLOAD_INITRD);
}

static void test_several_at_once(void **state)
{
    (void)state;
    receive(0, UPLOAD_ANY, "a", new_app(0x2000), 0);
    receive(1, UPLOAD_ANY, "b", new_kernel(ARCH_FAKE_BASE, 0x5000), 0);
    receive(2, UPLOAD_ANY, "c", text("boot"), 0);
    assert_taken(3);
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_KERNEL]), 0x5000);
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_APP]), 0x2000);
    assert_int_equal(upload_drop(m, UPLOAD_ANY, &why), ERR_OK);
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_KERNEL]), BOOT_FAKE_KERNEL_MEMORY);
}

/* A kernel that goes where an earlier upload lies: the upload gives way. */
static void test_what_lies_in_the_way_is_moved(void **state)
{
    struct range app;

    (void)state;
    receive(0, UPLOAD_APP, "", new_app(0x2000), 0);
    assert_taken(1);
    app = bytes_range(m->slots[UPLOAD_APP].image.data);
    receive(0, UPLOAD_KERNEL, "", new_kernel(ARCH_FAKE_BASE + MIB(2), MIB(1) + KIB(640)), 0);
    assert_taken(1);
    assert_true(range_overlaps(m->plan.ranges[PLAN_KERNEL], app));
    assert_false(
        range_overlaps(m->plan.ranges[PLAN_KERNEL], bytes_range(m->slots[UPLOAD_APP].image.data)));
    assert_int_equal(images_verify(m, FIT_APP, &why), ERR_OK);
    assert_true(range_overlaps(m->plan.ranges[PLAN_KERNEL], record_page(m)));
    assert_int_equal(*(uint8_t *)(uintptr_t)m->plan.ranges[PLAN_KERNEL].start, 0);
}

/* --- Refusing */

static void test_wrong_kinds_are_refused_by_name(void **state)
{
    static struct dtb_fake dtb;

    (void)state;
    receive(0, UPLOAD_APP, "good.elf", new_app(0x1000), 0);
    assert_taken(1);
    dtb_fake_begin(&dtb);
    receive(0, UPLOAD_APP, "x.dtb", dtb_fake_finish(&dtb), 0);
    assert_refused(1, ERR_FORMAT, "app: x.dtb is devicetree, not ELF");
    receive(0, UPLOAD_DTB, "x.elf", new_app(0x1000), 0);
    assert_refused(1, ERR_FORMAT, "dtb: x.elf is ELF, not devicetree");
    receive(0, UPLOAD_SCRIPT, "s", (struct bytes){(const uint8_t *)"echo\0x", 6}, 0);
    assert_refused(1, ERR_FORMAT, "script: s is unknown, not text");
    receive(0, UPLOAD_ANY, "s", (struct bytes){(const uint8_t *)"\1\2\3", 3}, 0);
    assert_refused(1, ERR_UNSUPPORTED, "s is unknown");
    receive(0, UPLOAD_APP, "a\nb", new_app(0x1000), 0);
    assert_refused(1, ERR_FORMAT, "not printable");
    receive(0, UPLOAD_APP, "", (struct bytes){(const uint8_t *)"", 0}, 128);
    assert_refused(1, ERR_FORMAT, "is empty");
    files[0].slot = UPLOAD_APP;
    receive(0, UPLOAD_APP, "cut", (struct bytes){new_app(0x1000).data, 0x180}, 0);
    assert_refused(1, ERR_TRUNCATED, "cut: ELF of ");
}

static void test_unfit_images_are_refused(void **state)
{
    static struct dtb_fake dtb;
    struct bytes tree;

    (void)state;
    receive(0, UPLOAD_APP, "big", new_app(MIB(4)), 0);
    assert_refused(1, ERR_NOMEM, "do not fit into RAM");
    receive(0, UPLOAD_KERNEL, "k", new_kernel(0x80000000, 0x4000), 0);
    assert_refused(1, ERR_RANGE, "is not inside the machine's RAM");
    receive(0, UPLOAD_KERNEL, "k", new_app(0x1000), 0);
    assert_refused(1, ERR_UNSUPPORTED, "kernel: no seL4 kernel");
    dtb_fake_begin(&dtb);
    tree = dtb_fake_finish(&dtb);
    dtb.data[tree.size - 1] ^= 1;
    receive(0, UPLOAD_DTB, "t", tree, 0);
    assert_int_not_equal(upload_take(m, files, 1, &why), ERR_OK);
    assert_non_null(strstr(why.text, "dtb: t: "));
    receive(0, UPLOAD_APP, "a", new_app(0x1000), 0);
    files[0].has_sha256 = true;
    assert_refused(1, ERR_DIGEST, "a: its sha256 is ");
}

static void test_all_or_none(void **state)
{
    (void)state;
    receive(0, UPLOAD_ANY, "a", new_app(0x1000), 0);
    receive(1, UPLOAD_ANY, "b", new_app(0x2000), 0);
    assert_refused(2, ERR_OVERLAP, "app: a and b are for the same slot");
    receive(1, UPLOAD_KERNEL, "k", new_kernel(0x80000000, 0x4000), 0);
    assert_refused(2, ERR_RANGE, "is not inside");
    for (unsigned i = 0; i < UPLOAD_FILES_MAX; i++)
        receive(i, UPLOAD_ANY, "s", text("boot"), 0);
    assert_refused(UPLOAD_FILES_MAX, ERR_OVERLAP, "script: s and s");
}

static void test_without_a_kernel_a_root_task_waits(void **state)
{
    (void)state;
    m->fit.image_count = 0;
    assert_int_equal(boot_plan_make(m), ERR_NOTFOUND);
    receive(0, UPLOAD_APP, "", new_app(0x2000), 0);
    assert_taken(1);
    assert_int_equal(m->plan.protocol, PLAN_NOTHING);
    receive(0, UPLOAD_KERNEL, "", new_kernel(ARCH_FAKE_BASE, 0x4000), 0);
    assert_taken(1);
    assert_int_equal(m->plan.protocol, PLAN_SEL4);
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_APP]), 0x2000);
}

/* --- What has been done before */

static void test_what_still_holds_stays_done(void **state)
{
    (void)state;
    assert_int_equal(boot_load(m, PLAN_ROLE_COUNT, &why), ERR_OK);
    assert_int_equal(boot_map(m, &why), ERR_OK);
    assert_int_equal(boot_mmu(m, true, &why), ERR_OK);
    receive(0, UPLOAD_SCRIPT, "", text("boot"), 0);
    assert_taken(1);
    assert_true(m->progress.loaded[PLAN_APP] && m->progress.mapped && m->progress.mmu_on);
    receive(0, UPLOAD_APP, "", new_app(0x8000), 0);
    assert_taken(1);
    assert_true(m->progress.loaded[PLAN_KERNEL] && m->progress.loaded[PLAN_DTB]);
    assert_false(m->progress.loaded[PLAN_APP] || m->progress.mapped || m->progress.mmu_on);
    assert_true(m->progress.stale[PLAN_APP] && m->progress.stale_tables);
    assert_false(m->progress.stale[PLAN_KERNEL]);
    assert_false(arch_fake.boot_map);
    assert_int_equal(boot_prepare(m, &why), ERR_OK);
    assert_true(m->progress.loaded[PLAN_APP] && m->progress.mmu_on);
}

static void test_refusal_keeps_what_was_done(void **state)
{
    (void)state;
    assert_int_equal(boot_prepare(m, &why), ERR_OK);
    receive(0, UPLOAD_APP, "big", new_app(MIB(4)), 0);
    assert_refused(1, ERR_NOMEM, "do not fit into RAM");
    assert_true(m->progress.mmu_on && arch_fake.boot_map);
}

static void test_added_mappings_stay(void **state)
{
    const struct plan_mapping added = {
        "added", 0x10000000, ARCH_FAKE_BASE, PAGE_BYTES, {.memory = MMU_ATTR_NORMAL}, false};

    (void)state;
    assert_int_equal(boot_map_add(m, &added, &why), ERR_OK);
    receive(0, UPLOAD_APP, "", new_app(0x8000), 0);
    assert_taken(1);
    assert_int_equal(m->plan.mapping_count, 3);
    assert_int_equal(m->plan.mappings[2].va, 0x10000000);
    assert_int_equal(boot_map(m, &why), ERR_OK);
}

static void test_waiting_cores_forbid_it(void **state)
{
    struct range room;

    (void)state;
    receive(0, UPLOAD_APP, "", new_app(0x2000), 0);
    m->progress.cores_started = 2;
    assert_int_equal(upload_room(m, &room, &why), ERR_STATE);
    assert_refused(1, ERR_STATE, "other cores wait");
}

/* --- After a reset */

/* The monitor starts again on the same RAM. */
static void reset(void)
{
    static uint8_t memory[ARCH_FAKE_BYTES];
    static struct regions taken;

    memcpy(memory, arch_fake.memory, sizeof(memory));
    assert_int_equal(setup(NULL), 0);
    memcpy(arch_fake.memory, memory, sizeof(memory));
    memset(&taken, 0, sizeof(taken));
    assert_int_equal(place_list_own(m, &taken, &why), ERR_OK);
    record_find(m, &taken);
    record_check(m);
}

static void upload_app(void)
{
    receive(0, UPLOAD_APP, "new.elf", new_app(0x6000), 10);
    assert_taken(1);
}

static void test_upload_survives_a_reset(void **state)
{
    (void)state;
    upload_app();
    reset();
    assert_int_equal(m->slots[UPLOAD_APP].state, SLOT_OFFERED);
    assert_string_equal(m->slots[UPLOAD_APP].image.name, "new.elf");
    assert_string_equal(images_find(m, FIT_APP)->name, "app"); /* not unasked */
    assert_int_equal(upload_keep(m, UPLOAD_ANY, &why), ERR_OK);
    assert_string_equal(images_find(m, FIT_APP)->name, "new.elf");
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_APP]), 0x6000);
    assert_int_equal(upload_keep(m, UPLOAD_ANY, &why), ERR_NOTFOUND);
    reset();
    assert_int_equal(m->slots[UPLOAD_APP].state, SLOT_OFFERED);
    assert_int_equal(upload_drop(m, UPLOAD_ANY, &why), ERR_OK);
    reset();
    assert_int_equal(m->slots[UPLOAD_APP].state, SLOT_EMPTY);
}

static void test_what_was_written_over_is_lost(void **state)
{
    (void)state;
    upload_app();
    *(uint8_t *)(uintptr_t)bytes_range(files[0].data).start ^= 1;
    reset();
    assert_int_equal(m->slots[UPLOAD_APP].state, SLOT_LOST);
    assert_int_equal(upload_keep(m, UPLOAD_APP, &why), ERR_NOTFOUND);
}

static void test_any_change_of_the_record_is_found(void **state)
{
    uint8_t *record;

    (void)state;
    for (unsigned byte = 0; byte < 570; byte += 7) {
        assert_int_equal(setup(NULL), 0);
        upload_app();
        record = (uint8_t *)(uintptr_t)record_page(m).start;
        record[byte] ^= 0x10;
        reset();
        assert_int_equal(m->slots[UPLOAD_APP].state, SLOT_EMPTY);
    }
}

static void test_what_has_another_use_now_is_not_offered(void **state)
{
    static struct regions taken;

    (void)state;
    upload_app();
    memset(m->slots, 0, sizeof(m->slots));
    memset(&taken, 0, sizeof(taken));
    assert_int_equal(regions_add(&taken, bytes_range(files[0].data), REGION_MONITOR, "x", &why), 0);
    record_find(m, &taken);
    assert_int_equal(m->slots[UPLOAD_APP].state, SLOT_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_room_is_the_largest_free_range, setup),
        cmocka_unit_test_setup(test_root_task_replaces_the_payloads, setup),
        cmocka_unit_test_setup(test_slot_by_name_and_content, setup),
        cmocka_unit_test_setup(test_several_at_once, setup),
        cmocka_unit_test_setup(test_what_lies_in_the_way_is_moved, setup),
        cmocka_unit_test_setup(test_wrong_kinds_are_refused_by_name, setup),
        cmocka_unit_test_setup(test_unfit_images_are_refused, setup),
        cmocka_unit_test_setup(test_all_or_none, setup),
        cmocka_unit_test_setup(test_without_a_kernel_a_root_task_waits, setup),
        cmocka_unit_test_setup(test_what_still_holds_stays_done, setup),
        cmocka_unit_test_setup(test_refusal_keeps_what_was_done, setup),
        cmocka_unit_test_setup(test_added_mappings_stay, setup),
        cmocka_unit_test_setup(test_waiting_cores_forbid_it, setup),
        cmocka_unit_test_setup(test_upload_survives_a_reset, setup),
        cmocka_unit_test_setup(test_what_was_written_over_is_lost, setup),
        cmocka_unit_test_setup(test_any_change_of_the_record_is_found, setup),
        cmocka_unit_test_setup(test_what_has_another_use_now_is_not_offered, setup),
    };

    return cmocka_run_group_tests_name("upload", tests, map_window, NULL);
}
