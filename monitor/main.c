/* SPDX-License-Identifier: Apache-2.0 */
/* From the first C on the link address to the shell: the order of bring-up, top to bottom. */
#include <stdnoreturn.h>
#include <string.h>

#include "cmds/cmds.h"
#include "monitor/arch/idmap.h"
#include "monitor/arch/layout.h"
#include "monitor/arch/runtime.h"
#include "monitor/banner.h"
#include "monitor/boot/place.h"
#include "monitor/firmware.h"
#include "monitor/port.h"
#include "monitor/shell/countdown.h"
#include "monitor/sources/embedded.h"
#include "monitor/sources/images.h"

/* Written by elfmon-pack; volatile, because the compiler sees only what is in this file. */
__attribute__((section(PAYLOAD_DESC_SECTION),
               used)) static const volatile struct payload_desc payload_desc = {
    .magic = PAYLOAD_DESC_MAGIC,
};

static struct monitor monitor;

/* What was quiet has failed: from here on the user wants to see. */
static void report_line(void *context, const char *text)
{
    struct console *con = context;

    con->quiet = false;
    console_printf(con, "%s\n", text);
}

/* Who knows whom. */
static void join_parts(struct monitor *m)
{
    m->board.ops = &firmware_ops;
    m->boot.board = &m->board;
    m->boot.con = &m->con;
    m->boot.script = &m->shell.script;
    m->boot.now = &m->boot.choices[0];
    shell_init(&m->shell, &m->con, m, cmd_table);
}

static void start_console(struct monitor *m)
{
    port_open(&m->con, &m->board.cpu);
    arch_report_to(report_line, &m->con);
}

/* @hint: x0 at entry, where 0 says nothing. */
static void find_dtb(struct board *board, paddr_t hint, struct range payload, struct bytes *found)
{
    const paddr_t at[] = {hint, LAYOUT_EARLY_DTB, LAYOUT_OTHER_DTBS};
    const unsigned first = hint ? 0 : 1;

    place_find_dtb(board, at + first, sizeof(at) / sizeof(at[0]) - first, payload, found);
}

/* What elfmon-pack wrote, without the compiler looking through. */
static void read_desc(struct payload_desc *out)
{
    const volatile uint8_t *from = (const volatile uint8_t *)&payload_desc;

    for (size_t i = 0; i < sizeof(*out); i++)
        ((uint8_t *)out)[i] = from[i];
}

static void find_payload(struct sources *s, const struct machine *machine, paddr_t image)
{
    embedded_find(s, machine, image);
    arch_reach(bytes_range(s->payload));
    embedded_open(s);
}

/* The monitor's home; without one it goes on where it is. */
static void move_home(struct monitor *m, struct bytes dtb)
{
    struct diag d;
    int err = place_take(&m->board, &m->boot, dtb, &d);

    if (!err)
        port_attach(m->board.uart, &m->board.machine);
    port_start(&m->con);
    if (err)
        console_printf(&m->con, "error: monitor: on its early map only: %s\n", d.text);
}

static void configure(struct monitor *m)
{
    const struct choice *now = m->boot.now;
    const struct fit_settings *s = &now->sources.fit.settings;
    const bool scripted = images_find(&now->sources, FIT_SCRIPT);

    m->autoboot.seconds =
        scripted || images_find(&now->sources, FIT_KERNEL) ? s->autoboot_seconds : AUTOBOOT_OFF;
    if (now->plan.protocol == PROTOCOL_NONE && m->autoboot.seconds > 0 && !scripted)
        m->autoboot.seconds = 0; /* boot says at once why it cannot */
    memcpy(m->autoboot.word, s->stop_key, sizeof(m->autoboot.word));
    m->shell.idle_boot_seconds = s->idle_boot_seconds;
    m->shell.fdt = m->board.fdt;
}

/* When nobody stops it; quiet where nobody could. */
static void autoboot(struct monitor *m)
{
    const char *boot = m->autoboot.seconds == 0 ? "boot -q" : "boot";

    (void)shell_run_line(&m->shell, images_find(&m->boot.now->sources, FIT_SCRIPT) ? "run" : boot);
}

static noreturn void run(struct monitor *m)
{
    enum autoboot_verdict verdict = autoboot_run(&m->autoboot, &m->con);

    for (;;) {
        if (verdict == AUTOBOOT_BOOT)
            autoboot(m);
        if (!m->prompt_ticks)
            m->prompt_ticks = arch_counter();
        if (shell_loop(&m->shell) == ERR_TIMEOUT)
            verdict = AUTOBOOT_BOOT;
    }
}

noreturn void monitor_main(paddr_t dtb_hint, paddr_t image)
{
    struct monitor *m = &monitor;
    struct board *board = &m->board;
    struct sources *sources = &m->boot.choices[0].sources;
    struct bytes dtb;

    runtime_start();
    mmu_start(image);
    arch_cpu(&board->cpu);
    start_console(m);
    join_parts(m);
    read_desc(&sources->desc);
    find_dtb(board, dtb_hint, embedded_range(sources, image), &dtb);
    firmware_leave_secure(&board->machine, &board->cpu);
    board->uart = port_find(&board->machine);
    find_payload(sources, &board->machine, image);
    move_home(m, dtb);
    configure(m);
    banner_print(m);
    run(m);
}
