/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads found again after a reset. */
#include "tests/unit/upload_unit.h"

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
    assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_OFFERED);
    assert_string_equal(now()->sources.slots[UPLOAD_APP].image.name, "new.elf");
    assert_string_equal(images_find(&now()->sources, FIT_APP)->name, "app"); /* not unasked */
    assert_int_equal(keep_uploads(UPLOAD_ANY), ERR_OK);
    assert_string_equal(images_find(&now()->sources, FIT_APP)->name, "new.elf");
    assert_int_equal(range_bytes(now()->plan.ranges[PLAN_APP]), 0x6000);
    assert_int_equal(keep_uploads(UPLOAD_ANY), ERR_NOTFOUND);
    reset();
    assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_OFFERED);
    assert_int_equal(drop_uploads(UPLOAD_ANY), ERR_OK);
    reset();
    assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_EMPTY);
}

static void test_what_was_written_over_is_lost(void **state)
{
    (void)state;
    upload_app();
    *(uint8_t *)(uintptr_t)bytes_range(files[0].data).start ^= 1;
    reset();
    assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_LOST);
    assert_int_equal(keep_uploads(UPLOAD_APP), ERR_NOTFOUND);
}

static void test_any_change_of_the_record_is_found(void **state)
{
    uint8_t *record;

    (void)state;
    for (unsigned byte = 0; byte < 570; byte += 7) {
        assert_int_equal(set_up(NULL), 0);
        upload_app();
        record = (uint8_t *)(uintptr_t)record_page(&m->board.machine).start;
        record[byte] ^= 0x10;
        reset();
        assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_EMPTY);
    }
}

static void test_what_has_another_use_now_is_not_offered(void **state)
{
    struct region entries[8];
    struct regions taken = {0, 8, entries};

    (void)state;
    upload_app();
    memset(now()->sources.slots, 0, sizeof(now()->sources.slots));
    assert_int_equal(regions_add(&taken, bytes_range(files[0].data), REGION_MONITOR, "x", &why), 0);
    record_find(&now()->sources, &m->board.machine, &taken);
    assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_EMPTY);
}

static void test_a_long_name_is_kept_as_far_as_there_is_room(void **state)
{
    (void)state;
    receive(0, UPLOAD_APP, "roottask-of-a-board-with-a-name-of-47-chars.elf", new_app(0x6000), 10);
    assert_taken(1);
    assert_string_equal(images_find(&now()->sources, FIT_APP)->name,
                        "roottask-of-a-board-with-a-name-of-47-chars.elf");
    reset();
    assert_int_equal(now()->sources.slots[UPLOAD_APP].state, SLOT_OFFERED);
    assert_string_equal(now()->sources.slots[UPLOAD_APP].image.name,
                        "roottask-of-a-board-with-a-name");
    assert_int_equal(keep_uploads(UPLOAD_ANY), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_upload_survives_a_reset, set_up),
        cmocka_unit_test_setup(test_what_was_written_over_is_lost, set_up),
        cmocka_unit_test_setup(test_any_change_of_the_record_is_found, set_up),
        cmocka_unit_test_setup(test_a_long_name_is_kept_as_far_as_there_is_room, set_up),
        cmocka_unit_test_setup(test_what_has_another_use_now_is_not_offered, set_up),
    };

    return cmocka_run_group_tests_name("record", tests, map_window, NULL);
}
