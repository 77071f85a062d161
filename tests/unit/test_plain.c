/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed images in the plan: embedded, uploaded, replaced and damaged. */
#include "tests/unit/window_unit.h"

#include <libdeflate.h>

#include "monitor/boot/boot.h"
#include "monitor/sources/images.h"
#include "monitor/sources/plain.h"
#include "monitor/sources/upload.h"

enum { PACKED_ROOM = 64 * 1024 };

static const struct cmd *const commands[] = {NULL};
static uint8_t packed[PACKED_ROOM];

static int set_up(void **state)
{
    (void)state;
    set_up_window(commands);
    return 0;
}

static struct bytes gzip(struct bytes plain)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
    size_t size = libdeflate_gzip_compress(c, plain.data, plain.size, packed, PACKED_ROOM);

    libdeflate_free_compressor(c);
    assert_true(size > 0);
    return (struct bytes){packed, size};
}

/* Have the payload's root task compressed. */
static void pack_app(void)
{
    struct fit_image *app = &now()->sources.fit.images[FIT_APP];

    app->data = gzip(app->data);
    strcpy(app->compression, "gzip");
    digest_make(DIGEST_SHA256, app->data, &app->digests[DIGEST_SHA256]);
}

static bool is_busy(const char *name)
{
    for (unsigned i = 0; i < now()->busy.count; i++) {
        if (strcmp(now()->busy.entries[i].name, name) == 0)
            return true;
    }
    return false;
}

static void test_an_image_is_unpacked_once(void **state)
{
    struct bytes plain = plain_bytes(&now()->sources, FIT_APP), first, second;

    (void)state;
    pack_app();
    assert_int_equal(plain_bytes(&now()->sources, FIT_APP).size, 0);
    assert_int_not_equal(choice_plan(&m->board, now()), ERR_OK);
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    assert_string_equal(now()->sources.plain_problem.text, "");
    first = plain_bytes(&now()->sources, FIT_APP);
    assert_int_equal(first.size, plain.size);
    assert_memory_equal(first.data, plain.data, plain.size);
    assert_true(is_busy("unpacked app"));
    assert_false(is_busy("unpacked kernel"));
    assert_int_equal(choice_plan(&m->board, now()), ERR_OK);

    memset(packed, 0, sizeof(packed)); /* not looked at again */
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    second = plain_bytes(&now()->sources, FIT_APP);
    assert_ptr_equal(second.data, first.data);
    assert_int_equal(plain_verify(&now()->sources, FIT_APP, &why), ERR_OK);
}

static void test_what_is_unpacked_is_out_of_the_plans_way(void **state)
{
    struct range to;

    (void)state;
    pack_app();
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    to = bytes_range(plain_bytes(&now()->sources, FIT_APP));
    assert_int_equal(choice_plan(&m->board, now()), ERR_OK);
    assert_false(choice_overlaps(now(), to));
    assert_true(to.end <= arch_fake.image.start);
}

static void test_reasons(void **state)
{
    struct fit_image *app = &now()->sources.fit.images[FIT_APP];

    (void)state;
    pack_app();
    packed[app->data.size - 6] ^= 1; /* its CRC-32 */
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    assert_non_null(strstr(now()->sources.plain_problem.text, "image app: its sha256 is "));
    assert_int_not_equal(choice_plan(&m->board, now()), ERR_OK);
    assert_string_equal(now()->problem.text, now()->sources.plain_problem.text);

    app->recorded = 0;
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    assert_string_equal(now()->sources.plain_problem.text,
                        "image app: gzip data is damaged or cut short");
    strcpy(app->compression, "xz");
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    assert_string_equal(now()->sources.plain_problem.text,
                        "image app: compression xz is not supported, only gzip and lz4 are");
    strcpy(app->compression, "gzip");
    memset(packed, 0, sizeof(packed));
    (void)gzip((struct bytes){arch_fake.memory, 0});
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    assert_non_null(strstr(now()->sources.plain_problem.text, "image app: "));
    assert_int_equal(plain_bytes(&now()->sources, FIT_APP).size, 0);
}

static void test_no_room(void **state)
{
    struct range all = {ARCH_FAKE_BASE, ARCH_FAKE_BASE + ARCH_FAKE_BYTES};

    (void)state;
    pack_app();
    assert_int_equal(regions_add_rest(&now()->busy, all, REGION_RESERVED, "all", NULL), ERR_OK);
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    assert_non_null(strstr(now()->sources.plain_problem.text, "bytes, for which there is no room"));
}

static void test_sources_may_move(void **state)
{
    struct bytes before, moved = {packed, sizeof(packed)};
    paddr_t elsewhere = ARCH_FAKE_BASE + MIB(1);

    (void)state;
    pack_app();
    plain_make(&now()->sources, &m->board.machine, &now()->busy);
    before = plain_bytes(&now()->sources, FIT_APP);
    plain_move(&now()->sources, &moved, elsewhere);
    assert_int_equal(bytes_range(moved).start, elsewhere);
    assert_memory_equal(moved.data, packed, sizeof(packed));
    assert_int_equal(plain_bytes(&now()->sources, FIT_APP).size, 0);
    now()->sources.fit.images[FIT_APP].data.data = moved.data;
    assert_ptr_equal(plain_bytes(&now()->sources, FIT_APP).data, before.data);
}

/* --- Uploads ------------------------------------------------------------------------------ */

static int upload(const char *name, struct bytes data, size_t padding)
{
    struct upload_file file = {.slot = UPLOAD_APP, .size_known = padding == 0};
    struct range room;

    assert_int_equal(busy_room(&m->board, now(), &room, &why), ERR_OK);
    file.data = (struct bytes){(uint8_t *)(uintptr_t)room.start, data.size + padding};
    memcpy((uint8_t *)(uintptr_t)room.start, data.data, data.size);
    memset((uint8_t *)(uintptr_t)room.start + data.size, 0x1a, padding);
    strcpy(file.name, name);
    return take_uploads(&file, 1);
}

static void test_upload(void **state)
{
    struct bytes plain = plain_bytes(&now()->sources, FIT_APP);

    (void)state;
    assert_int_equal(choice_plan(&m->board, now()), ERR_OK);
    assert_int_equal(upload("app.gz", gzip(plain), 57), ERR_OK);
    assert_int_equal(plain_bytes(&now()->sources, FIT_APP).size, plain.size);
    assert_memory_equal(plain_bytes(&now()->sources, FIT_APP).data, plain.data, plain.size);
    assert_true(is_busy("unpacked app"));
    assert_int_equal(drop_uploads(UPLOAD_APP), ERR_OK);
    assert_ptr_equal(plain_bytes(&now()->sources, FIT_APP).data, plain.data);
    assert_false(is_busy("unpacked app"));
}

static void test_damaged_upload_changes_nothing(void **state)
{
    struct bytes plain = plain_bytes(&now()->sources, FIT_APP), bad;

    (void)state;
    assert_int_equal(choice_plan(&m->board, now()), ERR_OK);
    assert_int_equal(upload("app.gz", gzip(plain), 0), ERR_OK);
    bad = gzip(plain);
    packed[bad.size / 2] ^= 0x10;
    assert_int_not_equal(upload("other.gz", bad, 0), ERR_OK);
    assert_string_equal(why.text, "image other.gz: gzip data is damaged or cut short");
    assert_string_equal(images_find(&now()->sources, FIT_APP)->name, "app.gz");
    assert_memory_equal(plain_bytes(&now()->sources, FIT_APP).data, plain.data, plain.size);
    assert_int_equal(now()->plan.protocol, PROTOCOL_SEL4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_an_image_is_unpacked_once, set_up),
        cmocka_unit_test_setup(test_what_is_unpacked_is_out_of_the_plans_way, set_up),
        cmocka_unit_test_setup(test_reasons, set_up),
        cmocka_unit_test_setup(test_no_room, set_up),
        cmocka_unit_test_setup(test_sources_may_move, set_up),
        cmocka_unit_test_setup(test_upload, set_up),
        cmocka_unit_test_setup(test_damaged_upload_changes_nothing, set_up),
    };

    return cmocka_run_group_tests_name("unpacked", tests, map_window, NULL);
}
