/* SPDX-License-Identifier: Apache-2.0 */
/* info, regions and payload: what the machine is and what is to be booted on it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "cmds/cmds.h"
#include "mm/cpu_name.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static const struct cmd *const commands[] = {&cmd_info, &cmd_regions, &cmd_payload, &cmd_load,
                                             &cmd_map,  &cmd_mmu,     NULL};

static inline struct choice *now(void)
{
    return monitor_fake_now(m);
}

static int setup(void **state)
{
    (void)state;
    boot_fake_init(&boot, commands, 1, 1);
    return 0;
}

static const char *run(const char *line, int status)
{
    assert_int_equal(monitor_fake_run(&boot.fake, line), status);
    return console_fake_take(&boot.fake.console);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static void assert_refuses(const char *line, enum err err, const char *reason)
{
    assert_string_equal(run(line, -(int)err), reason);
}

/* --- info --------------------------------------------------------------------------------- */

static void describe_machine(void)
{
    struct machine *machine = &m->board.machine;

    machine->model = "Test Board";
    machine->compatible = "test,board";
    machine->cpu_count = 2;
    machine->psci = PSCI_SMC;
    machine->psci_0_2 = true;
    machine->gic_version = 2;
    machine->gic_dist = 0x8000000;
    machine->gic_cpu = 0x8010000;
    machine->uart.found = true;
    machine->uart.path = "/pl011@9000000";
    m->board.uart = 0x9000000;
    m->board.cpu.isar0 = 1 << 12;
    m->prompt_ticks = 56789;
}

static void test_info(void **state)
{
    const char *text;

    (void)state;
    describe_machine();
    m->board.machine.ram[m->board.machine.ram_count++] = (struct range){0x80000000, 0x90000000};
    text = run("info", 0);
    assert_has(text, "board     Test Board\r\n          compatible with test,board\r\n");
    assert_has(text, "CPU       Cortex-A53 r0p4 (Arm, part 0xd03, MIDR 0x410fd034), 2 cores\r\n"
                     "          EL1, MPIDR 0x80000000, 40-bit PA, with SHA-256 instructions\r\n"
                     "RAM       0x0000000040000000-0x0000000040400000  4 MiB\r\n"
                     "          0x0000000080000000-0x0000000090000000  256 MiB\r\n"
                     "timer     62.500 MHz, first prompt at tick 56789\r\n"
                     "GIC       GICv2, distributor 0x8000000, CPU interface 0x8010000\r\n"
                     "PSCI      by SMC, 0.2 or later\r\n"
                     "UART      PL011 at 0x9000000, /pl011@9000000\r\n"
                     "DTB       copied to 0x");
    assert_has(text, "monitor   0x0000000040300000-0x0000000040400000  1 MiB\r\n"
                     "          0x0000000040300000-0x0000000040400000  RWX  image\r\n"
                     "payload   0x");
    assert_has(text, "plan      kernel built for RAM unknown, number of cores unknown, EL1, GIC "
                     "unknown\r\n"
                     "          this machine has 0x40000000-0x40400000 + 0x80000000-0x90000000, 2 "
                     "cores, EL1, 40-bit PA, GICv2\r\n"
                     "          they match\r\n"
                     "done      nothing yet\r\n");
}

static void test_info_of_bare_machine(void **state)
{
    const char *text;

    (void)state;
    (void)machine_init(&m->board.machine, NULL, NULL, NULL);
    m->board.fdt = NULL;
    (void)diag_set(&m->board.fdt_problem, ERR_FORMAT, "bad magic");
    now()->sources.payload.size = 0;
    memset(now()->sources.fit.images, 0, sizeof(now()->sources.fit.images));
    (void)diag_set(&now()->sources.payload_problem, ERR_NOTFOUND, "none");
    (void)choice_plan(&m->board, now());
    m->board.cpu.midr = 0x00afbc11;
    m->board.cpu.mmfr0 = 0xf;
    m->board.skipped_devices = 3;
    text = run("info", 0);
    assert_has(text, "board     unknown\r\nCPU       CPU r10p1 (software, part 0xbc1, MIDR "
                     "0x00afbc11)\r\n"
                     "          EL1, MPIDR 0x80000000, 0-bit PA, no SHA-256 instructions\r\n"
                     "RAM       unknown\r\n");
    assert_has(text, "GIC       unknown\r\nPSCI      none\r\nUART      PL011 at 0x0, not from a "
                     "DTB\r\nDTB       none: bad magic\r\n");
    assert_has(text, "3 devices are not mapped: no room in its tables\r\npayload   none\r\n"
                     "plan      no plan: payload: none\r\ndone      nothing yet\r\n");
}

static void test_info_counts_line_errors(void **state)
{
    (void)state;
    boot.fake.line_errors[LINE_FRAMING] = 1;
    boot.fake.line_errors[LINE_PARITY] = 2;
    boot.fake.line_errors[LINE_BREAK] = 3;
    boot.fake.line_errors[LINE_OVERRUN] = 4;
    assert_has(run("info", 0), "\r\n          received wrongly: 1 framing errors, 2 parity errors, "
                               "3 breaks, 4 overruns\r\n");
}

static void test_info_of_a_mismatch(void **state)
{
    (void)state;
    now()->plan.facts.gic_version = 3;
    m->board.machine.gic_version = 2;
    assert_has(run("info", 0), "          they do not match: GIC\r\n");
}

static void test_info_tells_progress(void **state)
{
    (void)state;
    (void)run("load kernel", 0);
    assert_has(run("info", 0), "done      loaded: kernel\r\n");
    (void)run("load", 0);
    assert_has(run("info", 0), "done      loaded: kernel, dtb, root task\r\n");
    (void)run("map", 0);
    assert_has(run("info", 0), "done      loaded: kernel, dtb, root task; boot tables built\r\n");
    (void)run("mmu on", 0);
    assert_has(run("info", 0), "root task; boot tables in force\r\n");
    m->boot.progress.loaded[PLAN_KERNEL] = m->boot.progress.loaded[PLAN_DTB] = false;
    m->boot.progress.loaded[PLAN_APP] = false;
    assert_has(run("info", 0), "done      boot tables in force\r\n");
}

static void test_implementers(void **state)
{
    static const struct {
        uint64_t midr;
        const char *name;
    } cases[] = {
        {0x00000000, "software"},
        {0x41000000, "Arm"},
        {0x42000000, "Broadcom"},
        {0x43000000, "Cavium"},
        {0x46000000, "Fujitsu"},
        {0x48000000, "HiSilicon"},
        {0x4e000000, "NVIDIA"},
        {0x50000000, "Applied Micro"},
        {0x51000000, "Qualcomm"},
        {0x53000000, "Samsung"},
        {0x61000000, "Apple"},
        {0xc0000000, "Ampere"},
        {0x99ffffff, "unknown implementer"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(cpu_implementer(cases[i].midr), cases[i].name);
}

/* --- regions ------------------------------------------------------------------------------ */

static void test_regions(void **state)
{
    const char *text = run("regions", 0);

    (void)state;
    assert_has(text,
               "START              END                       SIZE  USE\r\n"
               "0x0000000040000000 0x0000000040003000      12 KiB  kernel (planned)\r\n"
               "0x0000000040003000 0x0000000040004000       4 KiB  dtb (planned)\r\n"
               "0x0000000040004000 0x0000000040006000       8 KiB  root task (planned)\r\n"
               "0x0000000040006000 0x0000000040007000       4 KiB  ELF headers (planned)\r\n");
    assert_has(text, " trampoline (planned)\r\n");
    assert_has(text, " free\r\n"
                     "0x0000000040300000 0x0000000040400000       1 MiB  monitor\r\n");
    (void)run("load app", 0);
    text = run("regions", 0);
    assert_has(text, " kernel (planned)\r\n");
    assert_has(text, " root task (done)\r\n");
    assert_has(text, " ELF headers (done)\r\n");
    assert_has(text, " boot tables (planned)\r\n");
    (void)run("map", 0);
    text = run("regions", 0);
    assert_has(text, " boot tables (done)\r\n");
    assert_has(text, " trampoline (done)\r\n");
}

static void test_regions_with_devices(void **state)
{
    (void)state;
    m->board.machine.mmio_count = 1;
    m->board.machine.mmio[0] =
        (struct machine_region){.range = {0x9000000, 0x9001000}, .name = "uart"};
    assert_null(strstr(run("regions", 0), "uart"));
    assert_has(run("regions -d", 0),
               "USE\r\n0x0000000009000000 0x0000000009001000       4 KiB  device: uart\r\n");
}

static void test_regions_without_ram(void **state)
{
    (void)state;
    m->board.machine.ram_count = 0;
    (void)diag_set(&m->board.fdt_problem, ERR_FORMAT, "bad magic");
    assert_has(run("regions", 0), "RAM unknown: no usable devicetree: bad magic\r\nSTART");
}

static void test_regions_refuses(void **state)
{
    (void)state;
    assert_refuses("regions -x", ERR_USAGE,
                   "error: regions: unexpected word: -x; usage: regions [-d]\r\n");
    assert_refuses("regions -d -d", ERR_USAGE,
                   "error: regions: too many words; usage: regions [-d]\r\n");
    console_fake_type(&boot.fake.console, "\x03");
    (void)run("regions", -ERR_INTERRUPTED);
}

/* --- payload ------------------------------------------------------------------------------ */

static void test_payload(void **state)
{
    const char *text = run("payload", 0);

    (void)state;
    assert_has(text, "FIT, ");
    assert_has(text, "test system, configuration conf-1, sha256 of its tree ok\r\n"
                     "kernel: kernel, sel4, ");
    assert_has(text, ": ok\r\n"
                     "  entry 0xffffffffc0000000\r\n"
                     "  VIRTUAL            DESTINATION              FILE     MEMORY  FLAGS\r\n"
                     "  0xffffffffc0000000 0x0000000040000000       1024      12288  RWX\r\n"
                     "  built for RAM unknown, number of cores unknown, EL1, GIC unknown\r\n"
                     "app: standalone, sel4, ");
    assert_has(text, "  0x0000000000400000 0x0000000040004000        512       6144  R-X\r\n");
}

static void test_payload_digests(void **state)
{
    char recorded[SHA256_HEX_BYTES], expected[128];
    const char *text;

    (void)state;
    digest_to_hex(&now()->sources.fit.images[FIT_APP].digests[DIGEST_SHA256], recorded);
    boot.app.file[boot.app.content[0]] ^= 1;
    (void)snprintf(expected, sizeof(expected), ": MISMATCH\r\n       not %s as recorded\r\n",
                   recorded);
    assert_has(run("payload", 0), expected);
    now()->sources.fit.images[FIT_APP].recorded = 0;
    assert_has(run("payload", 0), ", none recorded: not verified\r\n");

    now()->sources.fit.images[FIT_APP].recorded = BIT(DIGEST_CRC32);
    memcpy(&now()->sources.fit.images[FIT_APP].digests[DIGEST_CRC32], "abcd", 4);
    strcpy(now()->sources.fit.images[FIT_APP].unknown_hash, "md5");
    text = run("payload", 0);
    assert_null(strstr(text, "none recorded"));
    assert_has(text, "  crc32 ");
    assert_has(text,
               ": MISMATCH\r\n       not 61626364 as recorded\r\n  md5 cannot be checked\r\n");
}

static void test_payload_of_other_images(void **state)
{
    static const uint8_t script[] = "echo hello";
    struct fit_image *image = &now()->sources.fit.images[FIT_SCRIPT];
    const char *text;

    (void)state;
    *image = (struct fit_image){
        .name = "script",
        .type = "script",
        .compression = "gzip",
        .role = FIT_SCRIPT,
        .data = {script, sizeof(script) - 1},
    };
    text = run("payload", 0);
    assert_has(text, "script: script, 10 B, 10 bytes at 0x");
    assert_has(text, "  compressed: gzip, not unpacked\r\n");
}

static void test_payload_without_plan(void **state)
{
    const char *text;

    (void)state;
    boot.kernel.file[0] = 0;
    (void)choice_plan(&m->board, now());
    text = run("payload", 0);
    assert_has(text, "  unusable: ");
    assert_has(text, "  0x0000000000400000 not planned               512       6144  R-X\r\n");
    assert_has(text, "no plan: ");
}

static void test_payload_unusable(void **state)
{
    const char *text;

    (void)state;
    (void)diag_set(&now()->sources.payload_problem, ERR_DIGEST, "its digest does not match");
    text = run("payload", 0);
    assert_has(text, "unusable: its digest does not match\r\n");
    assert_null(strstr(text, "kernel"));
    now()->sources.payload.size = 0;
    assert_has(run("payload", 0), "none: put one in on the host:\r\n  elfmon-pack --loader ");
}

static void test_payload_refuses(void **state)
{
    (void)state;
    assert_refuses("payload x", ERR_USAGE, "error: payload: too many words; usage: payload\r\n");
    assert_refuses("info x", ERR_USAGE, "error: info: too many words; usage: info\r\n");
    console_fake_type(&boot.fake.console, "\x03");
    (void)run("payload", -ERR_INTERRUPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_info, setup),
        cmocka_unit_test_setup(test_info_of_bare_machine, setup),
        cmocka_unit_test_setup(test_info_counts_line_errors, setup),
        cmocka_unit_test_setup(test_info_of_a_mismatch, setup),
        cmocka_unit_test_setup(test_info_tells_progress, setup),
        cmocka_unit_test_setup(test_implementers, setup),
        cmocka_unit_test_setup(test_regions, setup),
        cmocka_unit_test_setup(test_regions_with_devices, setup),
        cmocka_unit_test_setup(test_regions_without_ram, setup),
        cmocka_unit_test_setup(test_regions_refuses, setup),
        cmocka_unit_test_setup(test_payload, setup),
        cmocka_unit_test_setup(test_payload_digests, setup),
        cmocka_unit_test_setup(test_payload_of_other_images, setup),
        cmocka_unit_test_setup(test_payload_without_plan, setup),
        cmocka_unit_test_setup(test_payload_unusable, setup),
        cmocka_unit_test_setup(test_payload_refuses, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
