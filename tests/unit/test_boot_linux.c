/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a boot, for a Linux kernel: what each prints, refuses and leaves in memory. */
#include "tests/unit/unit.h"

#include <string.h>

#include <libfdt.h>

#include "cmds/cmds.h"
#include "monitor/boot/boot.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static const struct cmd *const commands[] = {&cmd_load, &cmd_map,     &cmd_mmu,      &cmd_boot,
                                             &cmd_info, &cmd_payload, &cmd_bootargs, NULL};

static inline struct choice *now(void)
{
    return monitor_fake_now(m);
}

static int setup(void **state)
{
    (void)state;
    boot_fake_init_linux(&boot, commands, 1);
    return 0;
}

static const char *run(const char *line, int status)
{
    assert_int_equal(monitor_fake_run(&boot.fake, line), status);
    return console_fake_take(&boot.fake.console);
}

static void assert_has(const char *line, const char *part)
{
    const char *text = run(line, 0);

    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static void assert_refuses(const char *line, enum err err, const char *reason)
{
    assert_string_equal(run(line, -(int)err), reason);
}

static const uint8_t *loaded(enum plan_role role)
{
    return arch_fake.memory + (now()->plan.ranges[role].start - ARCH_FAKE_BASE);
}

static void test_load(void **state)
{
    const uint8_t *dtb = loaded(PLAN_DTB);
    int size;

    (void)state;
    memset(arch_fake.memory, 0xa5, ARCH_FAKE_BYTES - (1 << 20));
    assert_string_equal(run("load", 0), "  0x40000000 <- 8704 bytes  kernel\r\n"
                                        "  0x40002200 <- 11776 bytes zeroed  kernel\r\n"
                                        "  0x40200000 <- 392 bytes completed  dtb\r\n"
                                        "  0x40201000 <- 4660 bytes  initrd\r\n"
                                        "  0x40202234 <- 3532 bytes zeroed  initrd\r\n");
    assert_memory_equal(loaded(PLAN_KERNEL), boot.image.file, IMAGE_FAKE_BYTES);
    assert_memory_equal(loaded(PLAN_INITRD), boot.initrd, BOOT_FAKE_INITRD);
    assert_int_equal(fdt_check_full(dtb, now()->plan.dtb_bytes), 0);
    assert_int_equal(
        fdt64_ld(fdt_getprop(dtb, fdt_path_offset(dtb, "/chosen"), "linux,initrd-end", &size)),
        0x40202234);
    assert_int_equal(dtb[4095], 0);
    assert_int_equal(arch_fake.clean_count, 3);
    assert_int_equal(arch_fake.sync_count, 1);
}

static void test_no_tables(void **state)
{
    static const char *const lines[] = {"map",    "map show", "map add 0 0 4K r",
                                        "mmu on", "mmu off",  "map walk -b 0"};
    static const char reason[] =
        ": a kernel entered as Linux has the MMU off, and no boot tables\r\n";

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_non_null(strstr(run(lines[i], -ERR_STATE), reason));
    assert_has("mmu", "boot tables: none, the kernel is entered with the MMU off\r\n");
}

static void test_dry_run(void **state)
{
    (void)state;
    assert_string_equal(run("boot -n linux", 0),
                        "preflight: matches\r\n"
                        "handover: Linux at EL1, 1 core of 0, MMU and caches off\r\n"
                        "  pc        0x0000000040000000  kernel's entry\r\n"
                        "  x0        0x0000000040200000  DTB, physical\r\n"
                        "  x1        0x0000000000000000  reserved\r\n"
                        "  x2        0x0000000000000000  reserved\r\n"
                        "  x3        0x0000000000000000  reserved\r\n"
                        "  SCTLR     0x0000000030d00800  SCTLR_EL1\r\n"
                        "  PSTATE    0x00000000000003c5  DAIF masked, SP_ELx\r\n"
                        "  TPIDR_EL1 0x0000000000000000  core number\r\n"
                        "/chosen in the DTB:\r\n"
                        "  bootargs   \r\n"
                        "  initrd     0x40201000-0x40202234\r\n");
}

static void test_boot_leaves(void **state)
{
    jmp_buf left;

    (void)state;
    arch_fake.leave = &left;
    if (!setjmp(left))
        (void)monitor_fake_run(&boot.fake, "boot linux");
    arch_fake.leave = NULL;
    assert_int_equal(arch_fake.left.entry, 0x40000000);
    assert_int_equal(arch_fake.left.mmu, 0);
    assert_false(arch_fake.boot_map);
    assert_memory_equal(loaded(PLAN_KERNEL), boot.image.file, IMAGE_FAKE_BYTES);
    assert_int_equal(boot.fake.cpu_on_count, 0);
}

static void test_the_other_protocol(void **state)
{
    (void)state;
    assert_refuses("boot sel4", ERR_MISMATCH,
                   "error: boot: the kernel is entered as Linux, not as seL4\r\n");
    boot_fake_init(&boot, commands, 1, 1);
    assert_refuses("boot linux -n", ERR_MISMATCH,
                   "error: boot: the kernel is entered as seL4, not as Linux\r\n");
    assert_has("boot sel4 -n", "handover: seL4 at EL1");
}

static void test_payload_and_info(void **state)
{
    (void)state;
    assert_has("payload", "  text_offset 0x0, image_size 0x5000\r\n"
                          "  goes to 0x40000000-0x40005000\r\n"
                          "  built for Linux, 4 KiB pages, little-endian, anywhere in RAM\r\n");
    assert_has("info", "plan      kernel built for Linux, 4 KiB pages");
    assert_has("load initrd; info", "done      loaded: initrd\r\n");
    image_fake_image_size(&boot.image, 0);
    assert_has("payload", "  unusable: Image with image_size 0");
}

static void test_bootargs(void **state)
{
    (void)state;
    assert_string_equal(run("bootargs", 0), "\r\nfrom the devicetree\r\n");
    now()->sources.fit.settings.bootargs = "quiet";
    assert_string_equal(run("bootargs", 0), "quiet\r\nfrom the payload\r\n");
    (void)run("load", 0);
    assert_string_equal(run("bootargs 'a  b' c; bootargs", 0), "a  b c\r\nfrom the shell\r\n");
    assert_string_equal(now()->plan.chosen.bootargs, "a  b c");
    assert_false(m->boot.progress.loaded[PLAN_DTB]); /* the rest of it still holds */
    assert_true(m->boot.progress.loaded[PLAN_KERNEL] && m->boot.progress.loaded[PLAN_INITRD]);
    assert_has("boot -n", "  bootargs   a  b c\r\n");
    assert_string_equal(run("bootargs ''; bootargs", 0), "\r\nfrom the shell\r\n");
    assert_string_equal(run("bootargs -d; bootargs", 0), "quiet\r\nfrom the payload\r\n");
    assert_refuses("bootargs -d foo", ERR_USAGE,
                   "error: bootargs: -d takes no more words; usage: bootargs [TEXT | -d]\r\n");
}

static void test_bootargs_for_sel4(void **state)
{
    const uint8_t *dtb;

    (void)state;
    boot_fake_init(&boot, commands, 1, 1);
    assert_has("bootargs verbose; load dtb", " bytes completed  dtb\r\n");
    dtb = loaded(PLAN_DTB);
    assert_string_equal(fdt_chosen_bootargs(dtb), "verbose");
    assert_in_range(fdt_totalsize(dtb), 1, now()->plan.handover.x[5]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_load, setup),
        cmocka_unit_test_setup(test_no_tables, setup),
        cmocka_unit_test_setup(test_dry_run, setup),
        cmocka_unit_test_setup(test_boot_leaves, setup),
        cmocka_unit_test_setup(test_the_other_protocol, setup),
        cmocka_unit_test_setup(test_payload_and_info, setup),
        cmocka_unit_test_setup(test_bootargs, setup),
        cmocka_unit_test_setup(test_bootargs_for_sel4, setup),
    };

    return cmocka_run_group_tests_name("boot_linux", tests, NULL, NULL);
}
