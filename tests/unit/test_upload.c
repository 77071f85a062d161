/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads: recognised, checked, planned for, kept apart, and found again after a reset. */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>

#include "cmds/cmds.h"
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
static const struct cmd *const commands[] = {&cmd_dtb,  &cmd_echo,    &cmd_info,    &cmd_load,
                                             &cmd_map,  &cmd_payload, &cmd_run,     &cmd_sleep,
                                             &cmd_time, &cmd_upload,  &cmd_regions, NULL};
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
    boot_fake_init(&boot, commands, 1, 1);
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
    assert_memory_equal(before.plan.ranges, m->plan.ranges, sizeof(m->plan.ranges));
    assert_memory_equal(&before.plan.handover, &m->plan.handover, sizeof(m->plan.handover));
    assert_int_equal(before.plan.copy_count, m->plan.copy_count);
    assert_memory_equal(before.plan.copies, m->plan.copies,
                        m->plan.copy_count * sizeof(m->plan.copies[0]));
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

static void test_what_a_reset_writes_again_is_avoided(void **state)
{
    struct range below = record_page(m);

    (void)state;
    below.start -= MIB(1);
    m->at_reset[1] = below;
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

static void test_kernel_that_does_not_match_is_refused(void **state)
{
    const struct elf_fake_segment s = {BOOT_FAKE_EL2_VA, ARCH_FAKE_BASE, BOOT_FAKE_KERNEL_FILE,
                                       0x4000, PF_R | PF_W | PF_X};

    (void)state;
    assert_int_equal(boot_prepare(m, &why), ERR_OK);
    elf_fake_init(&elf, &s, 1);
    receive(0, UPLOAD_KERNEL, "hyp", elf_fake_bytes(&elf), 0);
    assert_refused(1, ERR_MISMATCH, "exception level: kernel built for ");
    assert_true(m->progress.mmu_on && arch_fake.boot_map);
    receive(0, UPLOAD_KERNEL, "good", new_kernel(ARCH_FAKE_BASE, 0x4000), 0);
    assert_taken(1);
    elf_fake_init(&elf, &s, 1);
    receive(0, UPLOAD_KERNEL, "hyp", elf_fake_bytes(&elf), 0);
    assert_refused(1, ERR_MISMATCH, "exception level: kernel built for ");
    assert_string_equal(images_find(m, FIT_KERNEL)->name, "good");
    assert_int_equal(images_verify(m, FIT_KERNEL, &why), ERR_OK);
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
    assert_string_equal(m->fit.description, "another system");
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_KERNEL]), 0x7000);
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_APP]), 0x9000);
    assert_int_equal(m->slots[UPLOAD_APP].state, SLOT_EMPTY);
    receive(0, UPLOAD_APP, "newer.elf", new_app(0x2000), 0);
    assert_taken(1);
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_APP]), 0x2000);
    assert_int_equal(range_bytes(m->plan.ranges[PLAN_KERNEL]), 0x7000);
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
    assert_string_equal(m->fit.description, "another system");
    assert_int_equal(images_data(m, FIT_SCRIPT).size, 1);
}

/* --- Commands */

static const char *output(const char *line, int status)
{
    static char copy[CONSOLE_FAKE_OUTPUT];
    int found = monitor_fake_run(&boot.fake, line);

    strcpy(copy, console_fake_take(&boot.fake.console));
    if (found != status)
        fail_msg("%s: %d, not %d: %s", line, found, status, copy);
    return copy;
}

static void prints(const char *line, int status, const char *part)
{
    const char *printed = output(line, status);

    if (!strstr(printed, part))
        fail_msg("%s: no '%s' in: %s", line, part, printed);
}

static void test_upload_command(void **state)
{
    (void)state;
    prints("upload", 0, "nothing is uploaded");
    prints("upload frob", -ERR_USAGE, "what is frob; usage: upload [list|");
    prints("upload drop frob", -ERR_USAGE, "what is frob; usage: ");
    prints("upload list app", -ERR_USAGE, "list takes no word");
    prints("upload drop app", -ERR_NOTFOUND, "nothing is uploaded as app");
    receive(0, UPLOAD_APP, "new.elf", new_app(0x6000), 0);
    receive(1, UPLOAD_ANY, "s", text("echo hi"), 0);
    (void)console_fake_take(&boot.fake.console);
    assert_taken(2);
    assert_non_null(strstr(console_fake_take(&boot.fake.console), "app: new.elf, 632 B at 0x"));
    prints("upload list", 0, "script: s, 7 B at 0x");
    prints("info", 0, "uploads   app new.elf, script s\r\n");
    prints("payload", 0, "new.elf: standalone, 632 B, 632 bytes at ");
    prints("payload", 0, ", replaced by an upload");
    prints("regions", 0, "record of uploads");
    prints("upload drop app", 0, "");
    prints("upload list", 0, "script: s");
    reset();
    prints("upload list", 0, "s, 7 B at ");
    prints("upload list", 0, ", survived the reset, not in use\r\n");
    prints("info", 0, "script s (not in use)");
    prints("upload keep app", -ERR_NOTFOUND, "nothing has survived a reset");
    prints("upload keep script; run", 0, "hi\r\n");
}

static void test_info_tells_what_is_stale(void **state)
{
    (void)state;
    (void)output("load; map", 0);
    receive(0, UPLOAD_APP, "", new_app(0x6000), 0);
    assert_taken(1);
    prints("info", 0, "loaded: kernel, dtb\r\n          stale: root task, boot tables; boot does");
    (void)output("load app", 0);
    prints("info", 0, "stale: boot tables; boot does it again");
    (void)output("map", 0);
    assert_null(strstr(output("info", 0), "stale"));
}

static void test_devicetree_in_use(void **state)
{
    static struct dtb_fake dtb;

    (void)state;
    dtb_fake_begin(&dtb);
    dtb_fake_string(&dtb, "model", "uploaded");
    receive(0, UPLOAD_DTB, "board.dtb", dtb_fake_finish(&dtb), 0);
    prints("dtb use upload", -ERR_NOTFOUND, "there is no devicetree from upload");
    prints("dtb use what", -ERR_USAGE, "what is what; usage: ");
    prints("dtb use", 0, "bytes, handed over\r\n");
    assert_int_equal(boot_load(m, PLAN_ROLE_COUNT, &why), ERR_OK);
    assert_taken(1);
    assert_true(m->progress.stale[PLAN_DTB]);
    prints("dtb / model", 0, "model = \"uploaded\";");
    prints("dtb check", 0, "the monitor itself goes by the firmware's");
    prints("dtb use", 0, "bytes, handed over, board.dtb\r\n");
    assert_ptr_equal(m->input.dtb.data, images_data(m, FIT_DTB).data);
    (void)output("dtb use firmware", 0);
    assert_ptr_equal(m->input.dtb.data, m->fdt_bytes.data);
    prints("dtb /cpus/cpu@1", 0, "cpu@1 {");
    prints("dtb use payload", -ERR_NOTFOUND, "there is no devicetree from payload");
    (void)output("dtb use upload", 0);
    prints("dtb / model", 0, "uploaded");
    (void)output("upload drop dtb", 0);
    prints("dtb use", 0, "bytes, handed over\r\n");
}

/* --- Scripts */

static void runs(const char *script, int status, const char *printed)
{
    const char *found;

    receive(0, UPLOAD_SCRIPT, "", text(script), 0);
    assert_taken(1);
    found = output("run script", status);
    if (strcmp(found, printed) != 0)
        fail_msg("'%s', not '%s'", found, printed);
}

static void test_script_runs_line_by_line(void **state)
{
    static char longest[PARSE_LINE_BYTES + 200] = "echo ";

    (void)state;
    prints("run", -ERR_NOTFOUND, "there is no script");
    prints("run it", -ERR_USAGE, "what is it");
    runs("echo a\necho b", 0, "a\r\nb\r\n");
    runs("echo a\r\n\r\n# c\r\n  echo b; echo $?\r\n", 0, "a\r\nb\r\n0\r\n");
    runs("nosuch\necho b", -ERR_NOTFOUND,
         "error: nosuch: no such command, try help\r\nscript: stopped at line 1\r\n");
    runs("echo a; nosuch || echo $?\necho b\n", 0,
         "a\r\nerror: nosuch: no such command, try help\r\n10\r\nb\r\n");
    runs("echo 'a\necho b", -ERR_FORMAT,
         "error: shell: quote ' is not closed\r\nscript: stopped at line 1\r\n");
    memset(longest + 5, 'x', sizeof(longest) - 6);
    receive(0, UPLOAD_SCRIPT, "", text(longest), 0);
    assert_taken(1);
    prints("run", -ERR_NOMEM, "a line is at most 1023 characters");
    runs("run", -ERR_NOMEM,
         "error: run: more than 3 scripts in each other\r\nscript: stopped at line 1\r\n"
         "script: stopped at line 1\r\nscript: stopped at line 1\r\n");
    assert_int_equal(m->script_depth, 0);
}

static void test_ctrl_c_stops_a_script(void **state)
{
    (void)state;
    receive(0, UPLOAD_SCRIPT, "", text("echo a\nsleep 10\necho b"), 0);
    assert_taken(1);
    console_fake_send(&boot.fake.console, boot.fake.console.now_us + 5000000, "\3", 1);
    prints("run", -ERR_INTERRUPTED, "a\r\nerror: sleep: ");
    assert_int_equal(m->script_depth, 0);
}

static void test_script_in_memory(void **state)
{
    char *at = (char *)(uintptr_t)(ARCH_FAKE_BASE + MIB(1));

    (void)state;
    strcpy(at, "echo memory");
    prints("run 0x40100000 11", 0, "memory");
    prints("run 0x40100000 12", -ERR_FORMAT, "it has a NUL");
    prints("run 0x40100000", -ERR_USAGE, "what is 0x40100000");
    prints("run 0x40100000 x", -ERR_NUMBER, "not a number");
    prints("run 0xffffffffffffffff 2", -ERR_RANGE, "pass the end of the address space");
    prints("run 0x10 4", -ERR_FAULT, "fault at 0x10");
    assert_int_equal(m->script_depth, 0);
}

/* Nothing may be received over a script that runs, though another took its slot. */
static void test_running_script_stays(void **state)
{
    struct range place, room;

    (void)state;
    receive(0, UPLOAD_SCRIPT, "", text("echo a"), 0);
    assert_taken(1);
    place = bytes_range(images_data(m, FIT_SCRIPT));
    m->scripts[0] = images_data(m, FIT_SCRIPT);
    m->script_depth = 1;
    assert_int_equal(upload_drop(m, UPLOAD_ANY, &why), ERR_OK);
    assert_non_null(regions_overlap(&m->busy, place));
    assert_int_equal(upload_room(m, &room, &why), ERR_OK);
    assert_false(range_overlaps(room, place));
    m->script_depth = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_room_is_the_largest_free_range, setup),
        cmocka_unit_test_setup(test_root_task_replaces_the_payloads, setup),
        cmocka_unit_test_setup(test_what_a_reset_writes_again_is_avoided, setup),
        cmocka_unit_test_setup(test_slot_by_name_and_content, setup),
        cmocka_unit_test_setup(test_several_at_once, setup),
        cmocka_unit_test_setup(test_what_lies_in_the_way_is_moved, setup),
        cmocka_unit_test_setup(test_wrong_kinds_are_refused_by_name, setup),
        cmocka_unit_test_setup(test_unfit_images_are_refused, setup),
        cmocka_unit_test_setup(test_kernel_that_does_not_match_is_refused, setup),
        cmocka_unit_test_setup(test_digest_finds_the_end, setup),
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
        cmocka_unit_test_setup(test_payload_replaces_payload_and_earlier_uploads, setup),
        cmocka_unit_test_setup(test_damaged_payloads_are_refused, setup),
        cmocka_unit_test_setup(test_upload_command, setup),
        cmocka_unit_test_setup(test_info_tells_what_is_stale, setup),
        cmocka_unit_test_setup(test_devicetree_in_use, setup),
        cmocka_unit_test_setup(test_script_runs_line_by_line, setup),
        cmocka_unit_test_setup(test_ctrl_c_stops_a_script, setup),
        cmocka_unit_test_setup(test_script_in_memory, setup),
        cmocka_unit_test_setup(test_running_script_stays, setup),
    };

    return cmocka_run_group_tests_name("upload", tests, map_window, NULL);
}
