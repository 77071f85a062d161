/* SPDX-License-Identifier: Apache-2.0 */
/* load, map and mmu: the steps of a boot, one by one. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmds/cmds.h"
#include "mm/mmu_cfg.h"
#include "monitor/base/bits.h"
#include "monitor/boot/boot.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static const struct cmd *const commands[] = {&cmd_load, &cmd_map, &cmd_mmu, &cmd_boot, NULL};

static inline struct choice *now(void)
{
    return monitor_fake_now(m);
}

static void start(unsigned kernel_el, unsigned machine_el)
{
    boot_fake_init(&boot, commands, kernel_el, machine_el);
}

static int setup(void **state)
{
    (void)state;
    start(1, 1);
    return 0;
}

static const char *run(const char *line, int status)
{
    assert_int_equal(monitor_fake_run(&boot.fake, line), status);
    return console_fake_take(&boot.fake.console);
}

/* Every string of @parts, NULL-terminated, in this order. */
static void assert_prints(const char *line, const char *const *parts)
{
    const char *text = run(line, 0);

    for (; *parts; parts++) {
        const char *found = strstr(text, *parts);

        if (found)
            text = found + strlen(*parts);
        else
            fail_msg("'%s' is not in what is left of the output:\n%s", *parts, text);
    }
}

#define PRINTS(line, ...) assert_prints((line), (const char *const[]){__VA_ARGS__, NULL})

static void assert_refuses(const char *line, enum err err, const char *reason)
{
    assert_string_equal(run(line, -(int)err), reason);
}

static uint8_t *memory(paddr_t at)
{
    return arch_fake.memory + (at - ARCH_FAKE_BASE);
}

/* --- load --------------------------------------------------------------------------------- */

static void test_load_all(void **state)
{
    paddr_t app = now()->plan.ranges[PLAN_APP].start;

    (void)state;
    memset(arch_fake.memory, 0xa5, MIB(1));
    PRINTS("load", "0x40000000 <- 1024 bytes", "kernel", "0x40000400 <- 11264 bytes zeroed", "dtb",
           "<- 512 bytes", "root task");
    assert_memory_equal(memory(ARCH_FAKE_BASE), boot.kernel.file + boot.kernel.content[0], 1024);
    assert_int_equal(*memory(ARCH_FAKE_BASE + 1024), 0);
    assert_int_equal(*memory(ARCH_FAKE_BASE + 0x2fff), 0);
    assert_memory_equal(memory(app), boot.app.file + boot.app.content[0], 512);
    assert_true(boot_done(&m->boot, PLAN_KERNEL) && boot_done(&m->boot, PLAN_DTB) &&
                boot_done(&m->boot, PLAN_APP));
    assert_true(boot_done(&m->boot, PLAN_HEADERS));
    assert_false(boot_done(&m->boot, PLAN_TABLES) || boot_done(&m->boot, PLAN_TRAMPOLINE));
}

static void test_load_one(void **state)
{
    (void)state;
    PRINTS("load app", "root task");
    assert_true(m->boot.progress.loaded[PLAN_APP]);
    assert_false(m->boot.progress.loaded[PLAN_KERNEL] || m->boot.progress.loaded[PLAN_DTB]);
    PRINTS("load dtb", "dtb");
    assert_false(m->boot.progress.loaded[PLAN_KERNEL]);
    PRINTS("load kernel", "kernel");
    assert_true(m->boot.progress.loaded[PLAN_KERNEL]);
}

static void test_load_refuses(void **state)
{
    (void)state;
    assert_refuses(
        "load foo", ERR_USAGE,
        "error: load: unexpected word: foo; usage: load [kernel|dtb|app|initrd|module]\r\n");
    assert_refuses("load kernel app", ERR_USAGE,
                   "error: load: too many words; usage: load [kernel|dtb|app|initrd|module]\r\n");
    boot.app.file[boot.app.content[0]] ^= 1;
    assert_int_equal(monitor_fake_run(&boot.fake, "load"), -ERR_DIGEST);
    assert_false(m->boot.progress.loaded[PLAN_KERNEL]);
    assert_int_equal(*memory(ARCH_FAKE_BASE + 1), 0);
    assert_int_equal(monitor_fake_run(&boot.fake, "load kernel"), 0);
    now()->sources.fit.images[FIT_APP].data.size = 0;
    assert_int_equal(choice_plan(&m->board, now()), ERR_OK);
    assert_refuses("load app", ERR_NOTFOUND, "error: load: there is no root task\r\n");
    now()->sources.fit.images[FIT_KERNEL].data.size = 0;
    (void)choice_plan(&m->board, now());
    assert_refuses("load", ERR_STATE, "error: load: no plan: there is no kernel\r\n");
}

/* --- map ---------------------------------------------------------------------------------- */

static void test_map_builds(void **state)
{
    (void)state;
    assert_refuses("map show", ERR_STATE,
                   "error: map: the boot tables are not built; use map first\r\n");
    PRINTS("map", "boot tables\r\n", "1 page  trampoline\r\n",
           "boot tables, not in force, roots at ",
           "VIRTUAL            PHYSICAL                  SIZE  ATTRIBUTES\r\n",
           "4 KiB  Normal WB, R-X, non-shareable, AF  trampoline\r\n",
           "0xffffffffc0000000 0x0000000040000000       2 MiB  Normal WB, RWX, non-shareable, AF  "
           "kernel\r\n");
    assert_true(boot_done(&m->boot, PLAN_TABLES) && boot_done(&m->boot, PLAN_TRAMPOLINE));
    PRINTS("map show", "not in force, roots", "kernel");
    PRINTS("map show boot", "not in force, roots", "kernel");
}

static void test_map_at_el2(void **state)
{
    (void)state;
    start(2, 2);
    PRINTS("map", "boot tables, not in force, root at ", "trampoline\r\n",
           "0x000000ffc0000000 0x0000000040000000       2 MiB  Normal WB, RWX, non-shareable, AF  "
           "kernel\r\n");
    assert_refuses("map add 0xffffff8000000000 0x9000000 4K rw", ERR_UNSUPPORTED,
                   "error: map: 0xffffff8000000000: EL2 has no upper half\r\n");
}

static void test_map_add(void **state)
{
    (void)state;
    PRINTS("map add 0xffffff8000000000 0x9000000 4K rw,device",
           "0xffffff8000000000 -> 0x9000000  0x1000 bytes\r\n");
    PRINTS("map add 0xffffffffc0200000 0x40200000 2M rx", "->");
    PRINTS("map show", "0xffffff8000000000 0x0000000009000000       4 KiB  Device-nGnRnE, RW-, ",
           "added\r\n", "kernel\r\n",
           "0xffffffffc0200000 0x0000000040200000       2 MiB  Normal WB, "
           "R-X, non-shareable, AF  added\r\n");
    PRINTS("boot -n", "mappings", "trampoline", "kernel", "0xffffff8000000000", "added",
           "0xffffffffc0200000", "added");
    PRINTS("map", "0xffffff8000000000", "added");
}

static void test_map_add_refuses(void **state)
{
    static const struct {
        const char *line;
        enum err err;
    } cases[] = {
        {"map add", ERR_USAGE},
        {"map add 1 2 3", ERR_USAGE},
        {"map add 1 2 3 r 4", ERR_USAGE},
        {"map add x 0x1000 4K r", ERR_NUMBER},
        {"map add 0x1000 x 4K r", ERR_NUMBER},
        {"map add 0x1000 0x1000 x r", ERR_NUMBER},
        {"map add 0x1000 0x1000 4K w", ERR_UNSUPPORTED},
        {"map add 0x1000 0x1000 4K ''", ERR_UNSUPPORTED},
        {"map add 0x1000 0x1000 4K rz", ERR_USAGE},
        {"map add 0x1000 0x1000 4K rr", ERR_USAGE},
        {"map add 0x1000 0x1000 4K r,", ERR_USAGE},
        {"map add 0x1000 0x1000 4K r,devic", ERR_USAGE},
        {"map add 0x1000 0x1000 4K rx,device", ERR_UNSUPPORTED},
        {"map add 0x1001 0x1000 4K r", ERR_ALIGN},
        {"map add 0x1000 0x1000 0 r", ERR_ALIGN},
        {"map add 0xffff000000000 0x1000 4K r", ERR_RANGE},
        {"map add 0x1000 0x1000000000000 4K r", ERR_RANGE},
        {"map add 0xffffffffc0000000 0x1000 4K r", ERR_OVERLAP},
        {"map add 0xffffffffbffff000 0x1000 8K r", ERR_OVERLAP},
        {"map add 0x1000 0x2000 4G r", ERR_NOMEM},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char before[1024];

        (void)run("map", 0);
        (void)snprintf(before, sizeof(before), "%s", run("map show", 0));
        assert_memory_equal(run(cases[i].line, -(int)cases[i].err), "error: map: ", 12);
        assert_string_equal(run("map show", 0), before);
        assert_int_equal(plan_mapping_count(&now()->plan), 2);
        assert_true(m->boot.progress.mapped);
    }
}

static void test_map_add_before_map(void **state)
{
    (void)state;
    (void)run("map add 0x1000 0x2000 4G r", -ERR_NOMEM);
    assert_false(m->boot.progress.mapped);
    assert_int_equal(plan_mapping_count(&now()->plan), 2);
    (void)run("map add 0xffffff8000000000 0x1000 4K r", 0);
    assert_true(m->boot.progress.mapped);
}

static void test_map_add_has_no_limit(void **state)
{
    char line[64];

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        (void)snprintf(line, sizeof(line), "map add 0x%x00000 0x1000 4K r", i + 1);
        (void)run(line, 0);
    }
    assert_int_equal(plan_mapping_count(&now()->plan), 102);
    assert_refuses("map add 0x6400000 0x1000 4K r", ERR_OVERLAP,
                   "error: map: 0x6400000-0x6401000: added is mapped at 0x6400000-0x6401000\r\n");
    assert_int_equal(plan_mapping_count(&now()->plan), 102);
}

static void test_map_refuses_live_tables(void **state)
{
    static const char reason[] = "error: map: the boot tables are in force; use mmu off first\r\n";

    (void)state;
    (void)run("map && mmu on", 0);
    assert_refuses("map", ERR_STATE, reason);
    assert_refuses("map add 0x1000 0x1000 4K r", ERR_STATE, reason);
    PRINTS("map show", "boot tables, in force, roots");
}

static void test_map_show_monitor(void **state)
{
    (void)state;
    /* Any tables will do: the boot tables as the monitor's. */
    (void)run("map", 0);
    arch_fake.mmu.ttbr0 = now()->plan.handover.ttbr0 | UINT64_C(1) << 48 | 1;
    PRINTS("map show monitor", "monitor's tables, live, root at ", "trampoline\r\n");
    console_fake_type(&boot.fake.console, "\x03");
    assert_int_equal(monitor_fake_run(&boot.fake, "map show monitor"), -ERR_INTERRUPTED);
}

/* The image need not be mapped where it lies: its tables are read at the link address. */
static void test_map_show_tables_in_the_image(void **state)
{
    (void)state;
    (void)run("map", 0);
    arch_fake.mmu.ttbr0 = now()->plan.handover.ttbr0;
    arch_fake.mmu.ttbr1 = UINT64_C(0x123456000);
    (void)run("map show monitor", -ERR_FAULT);
    arch_fake.image = (struct range){0x123400000, 0x123500000};
    arch_fake.image_va = ARCH_FAKE_BASE + MIB(2);
    PRINTS("map show monitor", " and 0x123456000\r\n", "trampoline\r\n");
}

static void test_map_usage(void **state)
{
    static const char *const lines[] = {"map foo",      "map show foo",   "map show boot monitor",
                                        "map walk",     "map walk -x 1",  "map walk -b",
                                        "map walk 1 2", "map walk -b 1 2"};

    (void)state;
    for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (!strcmp(lines[i], "map walk -b"))
            (void)run(lines[i], -ERR_NUMBER);
        else
            (void)run(lines[i], -ERR_USAGE);
    }
}

/* --- map walk ----------------------------------------------------------------------------- */

static void test_walk_not_live(void **state)
{
    (void)state;
    assert_refuses("map walk 0xffffffffc0000000", ERR_STATE,
                   "error: map: the boot tables are not built; use map first\r\n");
    (void)run("map", 0);
    PRINTS("map walk 0xffffffffc0000123", "boot tables at 0x",
           "LEVEL  ENTRY              DESCRIPTOR          MEANING\r\n", "    0  0x", "table\r\n",
           "    1  0x", "table\r\n", "    2  0x",
           "0x0040000040000411  Normal WB, RWX, non-shareable, AF, 2 MiB block\r\n",
           "software:  0x0000000040000123, Normal WB, non-shareable\r\n",
           "AT S1E1R: not asked, these tables are not in force\r\n");
    assert_int_equal(arch_fake.translate_va, 0);
    PRINTS("map walk 0xffffffffc0200000", "    2  0x", "0x0000000000000000  invalid\r\n",
           "software:  translation fault, level 2\r\n");
}

static void test_walk_agrees(void **state)
{
    (void)state;
    (void)run("map && mmu on", 0);
    PRINTS("map walk 0xffffffffc0000000",
           "AT S1E1R: 0x0000000040000000, Normal WB, non-shareable: agree\r\n");
    assert_int_equal(arch_fake.translate_regime, ARCH_REGIME_SELF);
    arch_fake.par = boot_fake_par(0x40001000);
    PRINTS("map walk 0xffffffffc0000000",
           "AT S1E1R: 0x0000000040001000, Normal WB, non-shareable: DISAGREE\r\n");
    arch_fake.par = 0x801 | 0x05 << 1;
    PRINTS("map walk 0xffffffffc0000000", "AT S1E1R: translation fault, level 1: DISAGREE\r\n");
    PRINTS("map walk 0xffffffff00000000", "AT S1E1R: translation fault, level 1: agree\r\n");
    /* The identity map of the trampoline waits for the jump. */
    PRINTS("map walk -b 0x40000000", "AT S1E1R: not asked");
}

static void test_walk_el1_kernel_at_el2(void **state)
{
    (void)state;
    start(1, 2);
    (void)run("map", 0);
    PRINTS("map walk 0xffffffffc0000000", "AT S1E1R: not asked");
    (void)run("mmu on", 0);
    assert_int_equal(arch_fake.translate_regime, ARCH_REGIME_EL1);
    assert_int_equal(arch_fake.translate_va, BOOT_FAKE_EL1_VA);
    PRINTS("map walk 0xffffffffc0000000", "AT S1E1R: 0x0000000040000000", ": agree");
    PRINTS("map walk -b 0x40000000", "AT S1E1R: 0x0000000040000000", ": DISAGREE");
    assert_int_equal(arch_fake.translate_regime, ARCH_REGIME_EL1);
    assert_refuses("map walk -m 0xffffffffc0000000", ERR_RANGE,
                   "error: map: 0xffffffffc0000000 is not a virtual address at EL2\r\n");
}

static void test_walk_el2_kernel(void **state)
{
    (void)state;
    start(2, 2);
    (void)run("map && mmu on", 0);
    PRINTS("map walk 0xffc0000000", "boot tables at", "AT S1E2R: 0x0000000040000000", ": agree");
    assert_int_equal(arch_fake.translate_regime, ARCH_REGIME_SELF);
    PRINTS("map walk -b 0x40000000", "AT S1E2R: not asked");
    PRINTS("map walk -b 0x8000000000", "AT S1E2R: 0x0000000040000000", ": DISAGREE");
    assert_refuses("map walk 0xffffffffc0000000", ERR_RANGE,
                   "error: map: 0xffffffffc0000000 is not a virtual address at EL2\r\n");
}

static void test_walk_monitor(void **state)
{
    char line[64];

    (void)state;
    (void)run("map", 0);
    arch_fake.mmu.ttbr0 = now()->plan.handover.ttbr0;
    arch_fake.mmu.ttbr1 = now()->plan.handover.ttbr1;
    arch_fake.mmu.mair = mmu_cfg_mair();
    arch_fake.par = boot_fake_par(now()->plan.handover.trampoline);
    (void)snprintf(line, sizeof(line), "map walk 0x%" PRIx64, now()->plan.handover.trampoline);
    PRINTS(line, "monitor's tables at 0x", "    3  0x",
           "Normal WB, R-X, non-shareable, AF, 4 KiB page\r\n", "AT S1E1R: ", ": agree\r\n");
    PRINTS("map walk -m 0xffffffffc0000000", "monitor's tables at 0x", "2 MiB block");
    assert_refuses("map walk 0x8000000000000000", ERR_RANGE,
                   "error: map: 0x8000000000000000 is not a virtual address at EL1\r\n");
    assert_refuses("map walk 0xfffeffffffffffff", ERR_RANGE,
                   "error: map: 0xfffeffffffffffff is not a virtual address at EL1\r\n");
}

/* --- mmu ---------------------------------------------------------------------------------- */

static void test_mmu_on_and_off(void **state)
{
    (void)state;
    assert_refuses("mmu on", ERR_STATE,
                   "error: mmu: the boot tables are not built; use map first\r\n");
    assert_string_equal(run("mmu off", 0), "boot tables: not built\r\n");
    (void)run("map", 0);
    assert_string_equal(run("mmu on", 0),
                        "  0xffffffffc0000000 -> 0x40000000  kernel's entry (AT S1E1R)\r\n"
                        "boot tables: in force\r\n");
    assert_true(arch_fake.boot_map);
    assert_string_equal(run("mmu on", 0), "boot tables: in force\r\n");
    assert_string_equal(run("mmu off", 0), "boot tables: built, not in force\r\n");
    assert_false(arch_fake.boot_map);
}

static void test_mmu_on_needs_the_cpu(void **state)
{
    (void)state;
    (void)run("map", 0);
    arch_fake.par = 0x801 | 0x06 << 1;
    assert_refuses("mmu on", ERR_FAULT,
                   "error: mmu: kernel entry 0xffffffffc0000000: AT S1E1R gives translation fault, "
                   "level 2, not 0x40000000\r\n");
    assert_false(arch_fake.boot_map || m->boot.progress.mmu_on);
    arch_fake.par = boot_fake_par(0x40200000);
    assert_refuses("mmu on", ERR_MISMATCH,
                   "error: mmu: kernel entry 0xffffffffc0000000: AT S1E1R gives "
                   "0x0000000040200000, Normal WB, non-shareable, not 0x40000000\r\n");
    assert_false(arch_fake.boot_map || m->boot.progress.mmu_on);
}

static void set_state(void)
{
    arch_fake.mmu = (struct arch_mmu_state){
        .sctlr = 0x30d0180d,
        .tcr = UINT64_C(0x1285100510),
        .mair = UINT64_C(0x0000aaff440c0400),
        .ttbr0 = 0x7ffb0000,
        .ttbr1 = 0x7ffa3000,
    };
}

static void test_mmu_shows_el1(void **state)
{
    (void)state;
    set_state();
    assert_string_equal(
        run("mmu", 0),
        "EL1, the monitor's regime:\r\n"
        "  SCTLR_EL1 0x0000000030d0180d  MMU on, D-cache on, I-cache on, WXN off\r\n"
        "  TCR_EL1   0x0000001285100510  48-bit VA, 40-bit PA, walks non-shareable\r\n"
        "  MAIR_EL1  0x0000aaff440c0400  Device-nGnRnE, Device-nGnRE, Device-GRE, Normal NC, "
        "Normal WB, Normal WT\r\n"
        "  TTBR0_EL1 0x000000007ffb0000  monitor's map\r\n"
        "  TTBR1_EL1 0x000000007ffa3000  nothing\r\n"
        "boot tables: not built\r\n");
    (void)run("map && mmu on", 0);
    PRINTS("mmu", "TTBR1_EL1", "boot tables\r\n", "boot tables: in force\r\n");
}

static void test_mmu_shows_both_regimes(void **state)
{
    (void)state;
    start(1, 2);
    set_state();
    arch_fake.mmu.tcr = 0x80823510;
    PRINTS("mmu", "EL2, the monitor's regime",
           "TCR_EL2   0x0000000080823510  48-bit VA, 40-bit PA, "
           "walks inner\r\n",
           "TTBR0_EL2 0x000000007ffb0000  monitor's map\r\n", "EL1, the kernel's regime",
           "MMU off, D-cache off", "TCR_EL1   0x0000000000000000\r\n",
           "MAIR_EL1  0x0000000000000000\r\n", "TTBR0_EL1 0x0000000000000000  nothing\r\n",
           "TTBR1_EL1 0x0000000000000000  nothing\r\n", "boot tables: not built");
    start(2, 2);
    set_state();
    assert_null(strstr(run("mmu", 0), "EL1"));
    (void)run("map && mmu on", 0);
    PRINTS("mmu", "monitor's map with the boot tables' kernel\r\n", "boot tables: in force");
}

static void test_mmu_usage(void **state)
{
    (void)state;
    assert_refuses("mmu foo", ERR_USAGE,
                   "error: mmu: unexpected word: foo; usage: mmu [on|off]\r\n");
    assert_refuses("mmu on off", ERR_USAGE, "error: mmu: too many words; usage: mmu [on|off]\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_load_all, setup),
        cmocka_unit_test_setup(test_load_one, setup),
        cmocka_unit_test_setup(test_load_refuses, setup),
        cmocka_unit_test_setup(test_map_builds, setup),
        cmocka_unit_test_setup(test_map_at_el2, setup),
        cmocka_unit_test_setup(test_map_add, setup),
        cmocka_unit_test_setup(test_map_add_refuses, setup),
        cmocka_unit_test_setup(test_map_add_before_map, setup),
        cmocka_unit_test_setup(test_map_add_has_no_limit, setup),
        cmocka_unit_test_setup(test_map_refuses_live_tables, setup),
        cmocka_unit_test_setup(test_map_show_monitor, setup),
        cmocka_unit_test_setup(test_map_show_tables_in_the_image, setup),
        cmocka_unit_test_setup(test_map_usage, setup),
        cmocka_unit_test_setup(test_walk_not_live, setup),
        cmocka_unit_test_setup(test_walk_agrees, setup),
        cmocka_unit_test_setup(test_walk_el1_kernel_at_el2, setup),
        cmocka_unit_test_setup(test_walk_el2_kernel, setup),
        cmocka_unit_test_setup(test_walk_monitor, setup),
        cmocka_unit_test_setup(test_mmu_on_and_off, setup),
        cmocka_unit_test_setup(test_mmu_on_needs_the_cpu, setup),
        cmocka_unit_test_setup(test_mmu_shows_el1, setup),
        cmocka_unit_test_setup(test_mmu_shows_both_regimes, setup),
        cmocka_unit_test_setup(test_mmu_usage, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
