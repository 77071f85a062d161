/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands tell of uploads and do with them. */
#include "tests/unit/upload_unit.h"

#include "tests/fakes/dtb_fake.h"

static void test_upload_command(void **state)
{
    (void)state;
    prints("upload", 0, "nothing is uploaded");
    prints("upload frob", -ERR_USAGE, "unexpected word: frob; usage: upload [list|");
    prints("upload drop frob", -ERR_USAGE, "unexpected word: frob; usage: ");
    prints("upload list app", -ERR_USAGE, "list takes no word");
    prints("upload drop app", -ERR_NOTFOUND, "nothing is uploaded as app");
    receive(0, UPLOAD_APP, "new.elf", new_app(0x6000), 0);
    receive(1, UPLOAD_ANY, "s", text("echo hi"), 0);
    assert_taken(2);
    prints("upload", 0, "app: new.elf, 632 B at 0x");
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
    prints("upload keep app", -ERR_NOTFOUND, "no upload has survived a reset");
    prints("upload keep script; run", 0, "script: s, 7 B at 0x");
    prints("run", 0, "hi\r\n");
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
    prints("dtb use what", -ERR_USAGE, "unexpected word: what; usage: ");
    prints("dtb use", 0, "bytes, handed over\r\n");
    assert_int_equal(boot_load(&m->boot, PLAN_ROLE_COUNT, &why), ERR_OK);
    assert_taken(1);
    assert_true(m->boot.progress.stale[PLAN_DTB]);
    prints("dtb / model", 0, "model = \"uploaded\";");
    prints("dtb check", 0, "the monitor itself goes by the firmware's");
    prints("dtb use", 0, "bytes, handed over, board.dtb\r\n");
    assert_ptr_equal(now()->input.dtb.data, plain_bytes(&now()->sources, FIT_DTB).data);
    (void)output("dtb use firmware", 0);
    assert_ptr_equal(now()->input.dtb.data, m->board.fdt_bytes.data);
    prints("dtb /cpus/cpu@1", 0, "cpu@1 {");
    prints("dtb use payload", -ERR_NOTFOUND, "there is no devicetree from payload");
    (void)output("dtb use upload", 0);
    prints("dtb / model", 0, "uploaded");
    (void)output("upload drop dtb", 0);
    prints("dtb use", 0, "bytes, handed over\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_upload_command, set_up),
        cmocka_unit_test_setup(test_info_tells_what_is_stale, set_up),
        cmocka_unit_test_setup(test_devicetree_in_use, set_up),
    };

    return cmocka_run_group_tests_name("cmd_upload", tests, map_window, NULL);
}
