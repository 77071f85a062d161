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
#include "monitor/shell/script.h"
#include "monitor/sources/embedded.h"
#include "monitor/sources/images.h"

noreturn void monitor_main(paddr_t dtb_hint, paddr_t image);

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

static void start_console(struct monitor *m)
{
    port_open(&m->con, &m->cpu);
    arch_report_to(report_line, &m->con);
    m->board = firmware_board;
}

/* @hint: x0 at entry, where 0 says nothing. */
static void find_dtb(struct monitor *m, paddr_t hint, struct bytes *found)
{
    const paddr_t at[] = {hint, LAYOUT_EARLY_DTB, LAYOUT_OTHER_DTBS};
    const unsigned first = hint ? 0 : 1;

    place_find_dtb(m, at + first, sizeof(at) / sizeof(at[0]) - first, found);
}

/* @m->desc as elfmon-pack wrote it, without the compiler looking through. */
static void read_desc(struct monitor *m)
{
    const volatile uint8_t *from = (const volatile uint8_t *)&payload_desc;

    for (size_t i = 0; i < sizeof(m->desc); i++)
        ((uint8_t *)&m->desc)[i] = from[i];
}

static void configure(struct monitor *m)
{
    const struct fit_settings *s = &m->fit.settings;

    const bool scripted = images_find(m, FIT_SCRIPT);

    m->autoboot.seconds =
        scripted || images_find(m, FIT_KERNEL) ? s->autoboot_seconds : AUTOBOOT_OFF;
    if (m->plan.protocol == PLAN_NOTHING && m->autoboot.seconds > 0 && !scripted)
        m->autoboot.seconds = 0; /* boot says at once why it cannot */
    memcpy(m->autoboot.word, s->stop_key, sizeof(m->autoboot.word));
    m->shell.idle_boot_seconds = s->idle_boot_seconds;
}

static noreturn void run(struct monitor *m)
{
    enum autoboot_verdict verdict = autoboot_run(&m->autoboot, &m->con);

    for (;;) {
        if (verdict == AUTOBOOT_BOOT)
            (void)script_autoboot(m, m->autoboot.seconds == 0);
        if (!m->prompt_ticks)
            m->prompt_ticks = arch_counter();
        if (shell_loop(&m->shell) == ERR_TIMEOUT)
            verdict = AUTOBOOT_BOOT;
    }
}

noreturn void monitor_main(paddr_t dtb_hint, paddr_t image)
{
    struct monitor *m = &monitor;
    struct bytes dtb;
    struct diag d;
    int err;

    runtime_start();
    mmu_start(image);
    arch_cpu(&m->cpu);
    start_console(m);
    find_dtb(m, dtb_hint, &dtb);
    firmware_leave_secure(&m->machine, &m->cpu);
    m->uart = port_find(&m->machine);
    read_desc(m);
    embedded_find(m, image);
    arch_reach(bytes_range(m->payload));
    embedded_open(m);
    err = place_take(m, dtb, &d);
    if (!err)
        port_attach(m->uart, &m->machine);
    port_start(&m->con);
    if (err)
        console_printf(&m->con, "error: monitor: on its early map only: %s\n", d.text);
    shell_init(&m->shell, &m->con, m, cmd_table);
    configure(m);
    banner_print(m);
    run(m);
}
