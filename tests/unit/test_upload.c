/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads: recognised, checked and planned for; test_record.c has them found after a reset. */
#include "tests/unit/upload_unit.h"

#include "tests/fakes/dtb_fake.h"

/* Refused with @words, and nothing is different. */
static void assert_refused(unsigned count, int err, const char *words)
{
    static struct choice before;
    const struct choice *in_force = m->boot.now;
    const struct progress progress = m->boot.progress;
    int found;

    before = *in_force;
    found = take_uploads(files, count);
    if (found != err || !strstr(why.text, words))
        fail_msg("%d '%s', not %d '%s'", found, why.text, err, words);
    assert_ptr_equal(m->boot.now, in_force);
    assert_memory_equal(m->boot.now, &before, sizeof(before));
    assert_memory_equal(&m->boot.progress, &progress, sizeof(progress));
}

/* --- Room */

static void test_room_is_the_largest_free_range(void **state)
{
    struct range room;

    (void)state;
    assert_int_equal(busy_room(&m->board, now(), &room, &why), ERR_OK);
    assert_int_equal(room.start, now()->plan.ranges[PLAN_TRAMPOLINE].end);
    assert_false(regions_overlap(&now()->busy, room));
    assert_false(range_overlaps(room, record_page(&m->board.machine)));
    m->board.machine.ram_count = 0;
    assert_int_equal(busy_room(&m->board, now(), &room, &why), ERR_NOMEM);
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
    assert_string_equal(images_find(&now()->sources, FIT_APP)->name, "root-task.elf");
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_APP]), 0x5000);
    assert_ptr_equal(now()->input.app.data, files[0].data.data);
    assert_int_equal(plain_verify(&now()->sources, FIT_APP, &why), ERR_OK);
    for (int role = 0; role < PLAN_ROLE_COUNT; role++)
        assert_false(range_overlaps(now()->plan.ranges[role], bytes_range(files[0].data)));
    assert_non_null(regions_overlap(&now()->busy, bytes_range(files[0].data)));
    assert_int_equal(drop_uploads(UPLOAD_APP), ERR_OK);
    assert_string_equal(images_find(&now()->sources, FIT_APP)->name, "app");
    assert_int_equal(drop_uploads(UPLOAD_APP), ERR_NOTFOUND);
}

static void test_what_a_reset_writes_again_is_avoided(void **state)
{
    struct range below = record_page(&m->board.machine);

    (void)state;
    below.start -= MIB(1);
    m->board.at_reset[1] = below;
    receive(0, UPLOAD_APP, "", new_app(0x5000), 0);
    assert_taken(1);
    assert_int_equal(bytes_range(files[0].data).start, below.start - PAGE_BYTES);
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
    assert_int_equal(plain_bytes(&now()->sources, FIT_SCRIPT).size, 11);
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
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_KERNEL]), 0x5000);
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_APP]), 0x2000);
    assert_int_equal(drop_uploads(UPLOAD_ANY), ERR_OK);
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_KERNEL]), BOOT_FAKE_KERNEL_MEMORY);
}

/* A kernel that goes where an earlier upload lies: the upload gives way. */
static void test_what_lies_in_the_way_is_moved(void **state)
{
    struct range app;

    (void)state;
    receive(0, UPLOAD_APP, "", new_app(0x2000), 0);
    assert_taken(1);
    app = bytes_range(now()->sources.slots[UPLOAD_APP].image.data);
    receive(0, UPLOAD_KERNEL, "", new_kernel(ARCH_FAKE_BASE + MIB(2), MIB(1) + KIB(640)), 0);
    assert_taken(1);
    assert_true(range_overlaps(now()->plan.ranges[PLAN_KERNEL], app));
    assert_false(range_overlaps(now()->plan.ranges[PLAN_KERNEL],
                                bytes_range(now()->sources.slots[UPLOAD_APP].image.data)));
    assert_int_equal(plain_verify(&now()->sources, FIT_APP, &why), ERR_OK);
    assert_true(range_overlaps(now()->plan.ranges[PLAN_KERNEL], record_page(&m->board.machine)));
    assert_int_equal(*(uint8_t *)(uintptr_t)now()->plan.ranges[PLAN_KERNEL].start, 0);
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
    assert_refused(1, ERR_UNSUPPORTED, "kernel: not an seL4 kernel");
    dtb_fake_begin(&dtb);
    tree = dtb_fake_finish(&dtb);
    dtb.data[tree.size - 1] ^= 1;
    receive(0, UPLOAD_DTB, "t", tree, 0);
    assert_int_not_equal(take_uploads(files, 1), ERR_OK);
    assert_non_null(strstr(why.text, "dtb: t: "));
    receive(0, UPLOAD_APP, "a", new_app(0x1000), 0);
    files[0].has_sha256 = true;
    assert_refused(1, ERR_DIGEST, "a: its sha256 is ");
}

static void test_kernel_that_does_not_match_is_refused(void **state)
{
    const struct elf_fake_segment s = {BOOT_FAKE_EL2_VA, ARCH_FAKE_BASE, BOOT_FAKE_KERNEL_FILE,
                                       0x4000, PF_R | PF_W | PF_X};

    (void)state;
    assert_int_equal(boot_prepare(&m->boot, &why), ERR_OK);
    elf_fake_init(&elf, &s, 1);
    receive(0, UPLOAD_KERNEL, "hyp", elf_fake_bytes(&elf), 0);
    assert_refused(1, ERR_MISMATCH, "exception level: kernel built for ");
    assert_true(m->boot.progress.mmu_on && arch_fake.boot_map);
    receive(0, UPLOAD_KERNEL, "good", new_kernel(ARCH_FAKE_BASE, 0x4000), 0);
    assert_taken(1);
    elf_fake_init(&elf, &s, 1);
    receive(0, UPLOAD_KERNEL, "hyp", elf_fake_bytes(&elf), 0);
    assert_refused(1, ERR_MISMATCH, "exception level: kernel built for ");
    assert_string_equal(images_find(&now()->sources, FIT_KERNEL)->name, "good");
    assert_int_equal(plain_verify(&now()->sources, FIT_KERNEL, &why), ERR_OK);
}

/* Padding that is part of the file: only its digest can tell. */
static void test_digest_finds_the_end(void **state)
{
    (void)state;
    receive(0, UPLOAD_INITRD, "", (struct bytes){(const uint8_t *)"\1ab\x1a\x1a", 5}, 100);
    digest_sha256("\1ab\x1a", 4, &files[0].sha256);
    files[0].has_sha256 = true;
    assert_taken(1);
    assert_int_equal(files[0].data.size, 4);
}

static void test_all_or_none(void **state)
{
    (void)state;
    receive(0, UPLOAD_ANY, "a", new_app(0x1000), 0);
    receive(1, UPLOAD_ANY, "b", new_app(0x2000), 0);
    assert_refused(2, ERR_OVERLAP, "app: a and b are for the same slot");
    receive(1, UPLOAD_KERNEL, "k", new_kernel(0x80000000, 0x4000), 0);
    assert_refused(2, ERR_RANGE, "is not inside");
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++)
        receive(i, UPLOAD_ANY, "s", text("boot"), 0);
    assert_refused(UPLOAD_SLOT_COUNT, ERR_OVERLAP, "script: s and s");
}

static void test_without_a_kernel_a_root_task_waits(void **state)
{
    (void)state;
    memset(now()->sources.fit.images, 0, sizeof(now()->sources.fit.images));
    assert_int_equal(choice_plan(&m->board, now()), ERR_NOTFOUND);
    receive(0, UPLOAD_APP, "", new_app(0x2000), 0);
    assert_taken(1);
    assert_int_equal(now()->plan.protocol, PROTOCOL_NONE);
    receive(0, UPLOAD_KERNEL, "", new_kernel(ARCH_FAKE_BASE, 0x4000), 0);
    assert_taken(1);
    assert_int_equal(now()->plan.protocol, PROTOCOL_SEL4);
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_APP]), 0x2000);
}

/* --- What has been done before */

static void test_what_still_holds_stays_done(void **state)
{
    (void)state;
    assert_int_equal(boot_load(&m->boot, PLAN_ROLE_COUNT, &why), ERR_OK);
    assert_int_equal(boot_map(&m->boot, &why), ERR_OK);
    assert_int_equal(boot_mmu(&m->boot, true, &why), ERR_OK);
    receive(0, UPLOAD_SCRIPT, "", text("boot"), 0);
    assert_taken(1);
    assert_true(m->boot.progress.loaded[PLAN_APP] && m->boot.progress.mapped &&
                m->boot.progress.mmu_on);
    receive(0, UPLOAD_APP, "", new_app(0x8000), 0);
    assert_taken(1);
    assert_true(m->boot.progress.loaded[PLAN_KERNEL] && m->boot.progress.loaded[PLAN_DTB]);
    assert_false(m->boot.progress.loaded[PLAN_APP] || m->boot.progress.mapped ||
                 m->boot.progress.mmu_on);
    assert_true(m->boot.progress.stale[PLAN_APP] && m->boot.progress.stale_tables);
    assert_false(m->boot.progress.stale[PLAN_KERNEL]);
    assert_false(arch_fake.boot_map);
    assert_int_equal(boot_prepare(&m->boot, &why), ERR_OK);
    assert_true(m->boot.progress.loaded[PLAN_APP] && m->boot.progress.mmu_on);
}

static void test_refusal_keeps_what_was_done(void **state)
{
    (void)state;
    assert_int_equal(boot_prepare(&m->boot, &why), ERR_OK);
    receive(0, UPLOAD_APP, "big", new_app(MIB(4)), 0);
    assert_refused(1, ERR_NOMEM, "do not fit into RAM");
    assert_true(m->boot.progress.mmu_on && arch_fake.boot_map);
}

static void test_added_mappings_stay(void **state)
{
    const struct mapping added = {
        0x10000000, ARCH_FAKE_BASE, PAGE_BYTES, {.memory = MMU_ATTR_NORMAL}};
    const struct mapping other = {
        BOOT_FAKE_EL1_VA + MIB(2), ARCH_FAKE_BASE, PAGE_BYTES, {.memory = MMU_ATTR_NORMAL}};

    (void)state;
    assert_int_equal(change_add_mapping(&m->boot, &added, &why), ERR_OK);
    assert_int_equal(change_add_mapping(&m->boot, &other, &why), ERR_OK);
    receive(0, UPLOAD_APP, "", new_app(0x8000), 0);
    assert_taken(1);
    assert_int_equal(plan_mapping_count(&now()->plan), 4);
    assert_int_equal(plan_mapping(&now()->plan, 2).va, 0x10000000);
    assert_int_equal(boot_map(&m->boot, &why), ERR_OK);
    /* A larger kernel needs the place of one of them itself. */
    receive(0, UPLOAD_KERNEL, "", new_kernel(ARCH_FAKE_BASE, MIB(2) + 1), 0);
    assert_taken(1);
    assert_int_equal(plan_mapping_count(&now()->plan), 3);
    assert_int_equal(plan_mapping(&now()->plan, 2).va, 0x10000000);
}

static void test_waiting_cores_forbid_it(void **state)
{
    (void)state;
    receive(0, UPLOAD_APP, "", new_app(0x2000), 0);
    m->boot.progress.cores_started = 2;
    assert_refused(1, ERR_STATE, "other cores wait");
}

/* --- Payloads */

static void add_image(struct dtb_fake *fit, const char *name, const char *type, struct bytes data)
{
    struct sha256 digest;

    digest_sha256(data.data, data.size, &digest);
    dtb_fake_node(fit, name);
    dtb_fake_string(fit, "type", type);
    dtb_fake_bytes(fit, "data", data.data, data.size);
    dtb_fake_node(fit, "hash-1");
    dtb_fake_string(fit, "algo", "sha256");
    dtb_fake_bytes(fit, "value", digest.value, sizeof(digest.value));
    dtb_fake_end(fit);
    dtb_fake_end(fit);
}

static struct bytes new_payload(const char *script)
{
    static struct dtb_fake fit;

    dtb_fake_begin(&fit);
    dtb_fake_string(&fit, "description", "another system");
    dtb_fake_node(&fit, "images");
    add_image(&fit, "kernel", "kernel", new_kernel(ARCH_FAKE_BASE, 0x7000));
    add_image(&fit, "app", "standalone", new_app(0x9000));
    if (script)
        add_image(&fit, "script", "script", text(script));
    dtb_fake_end(&fit);
    return dtb_fake_finish(&fit);
}

static void test_payload_replaces_payload_and_earlier_uploads(void **state)
{
    (void)state;
    receive(0, UPLOAD_APP, "old.elf", new_app(0x2000), 0);
    assert_taken(1);
    receive(0, UPLOAD_ANY, "new.itb", new_payload(NULL), 20);
    assert_taken(1);
    assert_int_equal(files[0].slot, UPLOAD_PAYLOAD);
    assert_string_equal(now()->sources.fit.description, "another system");
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_KERNEL]), 0x7000);
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_APP]), 0x9000);
    assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_EMPTY);
    receive(0, UPLOAD_APP, "newer.elf", new_app(0x2000), 0);
    assert_taken(1);
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_APP]), 0x2000);
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_KERNEL]), 0x7000);
}

static void test_damaged_payloads_are_refused(void **state)
{
    struct bytes fit;

    (void)state;
    receive(0, UPLOAD_PAYLOAD, "p", new_payload("x"), 0);
    assert_taken(1); /* what is in force is an upload, too */
    fit = new_payload(NULL);
    ((uint8_t *)(uintptr_t)fit.data)[0x200] ^= 1; /* of the kernel */
    receive(0, UPLOAD_PAYLOAD, "q", fit, 0);
    assert_refused(1, ERR_DIGEST, "payload: image kernel: its sha256 is ");
    receive(0, UPLOAD_PAYLOAD, "q", (struct bytes){fit.data, fit.size - 100}, 0);
    assert_refused(1, ERR_TRUNCATED, "q: ");
    assert_string_equal(now()->sources.fit.description, "another system");
    assert_int_equal(plain_bytes(&now()->sources, FIT_SCRIPT).size, 1);
}

/* With a configuration that uses the first two of its four images. */
static struct bytes payload_with_others(bool is_sound)
{
    static struct dtb_fake fit;

    dtb_fake_begin(&fit);
    dtb_fake_node(&fit, "images");
    add_image(&fit, "kernel", "kernel", new_kernel(ARCH_FAKE_BASE, 0x7000));
    add_image(&fit, "app", "standalone", new_app(0x9000));
    add_image(&fit, "blob", "firmware", text("not used"));
    if (is_sound) {
        add_image(&fit, "last", "firmware", text("not used, too"));
    } else {
        dtb_fake_node(&fit, "last"); /* has no data */
        dtb_fake_end(&fit);
    }
    dtb_fake_end(&fit);
    dtb_fake_node(&fit, "configurations");
    dtb_fake_string(&fit, "default", "conf");
    dtb_fake_node(&fit, "conf");
    dtb_fake_string(&fit, "kernel", "kernel");
    dtb_fake_string(&fit, "loadables", "app");
    dtb_fake_end(&fit);
    dtb_fake_end(&fit);
    return dtb_fake_finish(&fit);
}

static void test_what_a_payload_does_not_use_is_checked_too(void **state)
{
    struct bytes fit;
    uint8_t *blob;

    (void)state;
    receive(0, UPLOAD_ANY, "p", payload_with_others(true), 0);
    assert_taken(1);
    assert_string_equal(now()->sources.fit.config, "conf");
    receive(0, UPLOAD_ANY, "q", payload_with_others(false), 0);
    assert_refused(1, ERR_FORMAT, "payload: image last: needs either data");
    fit = payload_with_others(true);
    blob = memmem(fit.data, fit.size, "not used", 8);
    *blob ^= 1;
    receive(0, UPLOAD_ANY, "q", fit, 0);
    assert_refused(1, ERR_DIGEST, "payload: image blob: its sha256 is ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_room_is_the_largest_free_range, set_up),
        cmocka_unit_test_setup(test_root_task_replaces_the_payloads, set_up),
        cmocka_unit_test_setup(test_what_a_reset_writes_again_is_avoided, set_up),
        cmocka_unit_test_setup(test_slot_by_name_and_content, set_up),
        cmocka_unit_test_setup(test_several_at_once, set_up),
        cmocka_unit_test_setup(test_what_lies_in_the_way_is_moved, set_up),
        cmocka_unit_test_setup(test_wrong_kinds_are_refused_by_name, set_up),
        cmocka_unit_test_setup(test_unfit_images_are_refused, set_up),
        cmocka_unit_test_setup(test_kernel_that_does_not_match_is_refused, set_up),
        cmocka_unit_test_setup(test_digest_finds_the_end, set_up),
        cmocka_unit_test_setup(test_all_or_none, set_up),
        cmocka_unit_test_setup(test_without_a_kernel_a_root_task_waits, set_up),
        cmocka_unit_test_setup(test_what_still_holds_stays_done, set_up),
        cmocka_unit_test_setup(test_refusal_keeps_what_was_done, set_up),
        cmocka_unit_test_setup(test_added_mappings_stay, set_up),
        cmocka_unit_test_setup(test_waiting_cores_forbid_it, set_up),
        cmocka_unit_test_setup(test_payload_replaces_payload_and_earlier_uploads, set_up),
        cmocka_unit_test_setup(test_damaged_payloads_are_refused, set_up),
        cmocka_unit_test_setup(test_what_a_payload_does_not_use_is_checked_too, set_up),
    };

    return cmocka_run_group_tests_name("upload", tests, map_window, NULL);
}
