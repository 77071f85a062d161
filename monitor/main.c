/* SPDX-License-Identifier: Apache-2.0 */
/* From the first C on the link address to the shell: the order of bring-up, top to bottom. */
#include <inttypes.h>
#include <stdnoreturn.h>
#include <string.h>

#include "cmds/cmds.h"
#include "drivers/gic.h"
#include "drivers/idle.h"
#include "drivers/psci.h"
#include "drivers/semihost.h"
#include "drivers/serial.h"
#include "monitor/arch/idmap.h"
#include "monitor/arch/layout.h"
#include "monitor/arch/runtime.h"
#include "monitor/banner.h"
#include "monitor/boot/place.h"
#include "monitor/pace.h"
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
static struct idle idle;
static struct pace pace;
static struct serial port = {.ops = &pl011_ops, .base = LAYOUT_EARLY_UART};

enum { EARLY_KEYS_US = 1000 }; /* for an emulator to pass the next one on */

/* --- The console: serial line and generic timer ------------------------------------------- */

static void serial_write(void *context, const char *data, size_t size)
{
    struct serial *p = context;

    p->ops->write(p, data, size);
}

/* Until there is no room, nothing comes any more, or it is found that nothing ends a sleep. One
 * that nothing ended says nothing about how fast it is: the sender has paused. */
static size_t read_more(struct serial *p, uint8_t *to, size_t room)
{
    unsigned turns = pace_begin(&pace, &room);
    uint64_t begin = arch_counter();
    size_t more, count = 0;

    do {
        if (turns == PACE_SLEEP)
            more = idle_read(&idle, p, to + count, room - count);
        else
            more = idle_poll(&idle, p, to + count, room - count, turns);
        count += more;
    } while (idle.on && more > 0 && count < room);
    if (more > 0 || turns != PACE_SLEEP)
        pace_end(&pace, count, arch_counter() - begin);
    return count;
}

/* More of a block that has begun is waited for here: not a round through the callers for each few
 * bytes. */
static size_t serial_read(void *context, uint8_t *to, size_t room, unsigned looks)
{
    struct serial *p = context;
    size_t count = p->ops->read(p, to, room, idle.on ? 1 : looks);

    if (idle.on && count > 0 && room - count >= SERIAL_FIFO_BYTES)
        count += read_more(p, to + count, room - count);
    return count;
}

static uint64_t counter_us(void *context)
{
    uint64_t hz = monitor.cpu.counter_hz ? monitor.cpu.counter_hz : 1000000;
    uint64_t count = arch_counter();

    (void)context;
    return count / hz * 1000000 + count % hz * 1000000 / hz;
}

static int start_idle(void *context)
{
    idle_start(&idle, context);
    return ERR_OK;
}

/* Polling where the machine is not as its DTB says. */
static void serial_wait(void *context, uint64_t us)
{
    if (!idle.on && !idle.useless)
        (void)arch_try(start_idle, context);
    if (idle.on)
        idle_wait(&idle, context, us);
}

static const struct console_ops serial_console = {
    .write = serial_write,
    .read = serial_read,
    .now_us = counter_us,
    .wait = serial_wait,
};

/* What was quiet has failed: from here on the user wants to see. */
static void report_line(void *context, const char *text)
{
    struct console *con = context;

    con->quiet = false;
    console_printf(con, "%s\n", text);
}

/* --- The ways out ------------------------------------------------------------------------- */

static enum psci_conduit conduit(const struct monitor *m)
{
    switch (m->machine.psci) {
    case PSCI_HVC:
        return PSCI_BY_HVC;
    case PSCI_SMC:
        return PSCI_BY_SMC;
    default:
        return PSCI_BY_NOTHING;
    }
}

struct psci_request {
    enum psci_conduit conduit;
    uint64_t function, a, b, c;
    int64_t result;
};

static int do_psci(void *context)
{
    struct psci_request *r = context;

    r->result = psci_call(r->conduit, r->function, r->a, r->b, r->c);
    return ERR_OK;
}

static int psci(struct monitor *m, struct psci_request *r, struct diag *d)
{
    r->conduit = conduit(m);
    if (r->conduit == PSCI_BY_NOTHING)
        return diag_set(d, ERR_UNSUPPORTED, "the DTB describes no PSCI");
    if (arch_guard(do_psci, r, d))
        return ERR_FAULT;
    return ERR_OK;
}

static void board_flush(struct monitor *m)
{
    (void)m;
    idle_stop(&idle, &port);
    port.ops->flush(&port);
}

static const uint32_t *board_line_errors(const struct monitor *m)
{
    (void)m;
    return port.errors;
}

static int board_reset(struct monitor *m, struct diag *d)
{
    struct psci_request r = {.function = PSCI_SYSTEM_RESET};
    int err;

    board_flush(m);
    err = psci(m, &r, d);
    return err ? err : diag_set(d, ERR_IO, "PSCI SYSTEM_RESET returned %" PRId64, r.result);
}

static int do_semihost_exit(void *context)
{
    semihost_exit(*(const uint64_t *)context);
    return ERR_OK;
}

static int board_poweroff(struct monitor *m, int code, struct diag *d)
{
    struct psci_request r = {.function = PSCI_SYSTEM_OFF};
    uint64_t status = (uint64_t)code;
    int err;

    console_printf(&m->con, "RESULT %d\n", code);
    board_flush(m);
    (void)arch_try(do_semihost_exit, &status);
    err = psci(m, &r, d);
    return err ? err : diag_set(d, ERR_IO, "PSCI SYSTEM_OFF returned %" PRId64, r.result);
}

static int board_cpu_on(struct monitor *m, uint64_t mpidr, paddr_t entry, struct diag *d)
{
    struct psci_request r = {.function = PSCI_CPU_ON, .a = mpidr, .b = entry};
    int err = psci(m, &r, d);

    if (!err && r.result)
        err = diag_set(d, ERR_IO, "PSCI CPU_ON of core 0x%" PRIx64 " returned %" PRId64, mpidr,
                       r.result);
    return err;
}

static int board_cpu_state(struct monitor *m, uint64_t mpidr, int64_t *state, struct diag *d)
{
    struct psci_request r = {.function = PSCI_AFFINITY, .a = mpidr};
    int err = psci(m, &r, d);

    *state = r.result;
    return err;
}

/* --- The UART where the DTB names none ---------------------------------------------------- */

static int identify_uart(void *context)
{
    const struct serial *p = context;

    return p->ops->is_there(p) ? ERR_OK : ERR_NOTFOUND;
}

static bool is_uart(paddr_t base)
{
    struct serial candidate = {.ops = &pl011_ops, .base = base};

    arch_reach_device(base);
    return arch_try(identify_uart, &candidate) == ERR_OK;
}

static paddr_t find_uart(const struct monitor *m)
{
    const paddr_t other = LAYOUT_OTHER_UART;

    if (m->machine.uart.found)
        return m->machine.uart.base;
    if (!machine_has_ram(&m->machine, (struct range){other, other + PAGE_BYTES}) &&
        !is_uart(LAYOUT_EARLY_UART) && is_uart(other))
        return other;
    return LAYOUT_EARLY_UART;
}

/* --- Bring-up ----------------------------------------------------------------------------- */

static void start_console(struct monitor *m)
{
    console_init(&m->con, &serial_console, &port);
    arch_report_to(report_line, &m->con);
    m->board = (struct monitor_board){
        .reset = board_reset,
        .poweroff = board_poweroff,
        .cpu_on = board_cpu_on,
        .cpu_state = board_cpu_state,
        .flush = board_flush,
        .line_errors = board_line_errors,
    };
}

/* @hint: x0 at entry, where 0 says nothing. */
static void find_dtb(struct monitor *m, paddr_t hint, struct bytes *found)
{
    const paddr_t at[] = {hint, LAYOUT_EARLY_DTB, LAYOUT_OTHER_DTBS};
    const unsigned first = hint ? 0 : 1;

    place_find_dtb(m, at + first, sizeof(at) / sizeof(at[0]) - first, found);
}

/* Spin tables are served by what runs before the kernel, and here nothing does. */
static void forget_spin_tables(struct machine *machine)
{
    for (unsigned i = 0; i < machine->cpu_count; i++) {
        if (machine->cpus[i].enable == CPU_ENABLE_SPIN_TABLE)
            machine->cpus[i].enable = CPU_ENABLE_NONE;
    }
}

/* What only EL3 can set, now that the DTB has told about it; then EL3 is left for good. */
static void leave_secure(struct monitor *m)
{
    static const struct gic_access secure = {arch_secure_read, arch_secure_write};
    const struct machine *machine = &m->machine;
    uint64_t hz = 0;

    if (!m->cpu.started_at_el3)
        return;
    forget_spin_tables(&m->machine);
    if (machine->gic_version)
        gic_open(&secure, machine->gic_version, machine->gic_dist, machine->gic_cpu);
    if (!m->cpu.counter_hz)
        hz = machine->timer_hz ? machine->timer_hz : LAYOUT_COUNTER_HZ;
    arch_secure_end(hz);
    arch_cpu(&m->cpu);
}

/* The line that the DTB tells, on the monitor's own map. */
static void start_line(struct monitor *m)
{
    port.base = m->uart;
    idle.wakeup.version = m->machine.gic_version;
    idle.wakeup.dist = m->machine.gic_dist;
    idle.wakeup.cpu = m->machine.gic_cpu;
    idle.irq = m->machine.uart.irq;
}

/* To turn the FIFO on drops what has been typed before; to wait for that has set up the idling. */
static void start_port(struct monitor *m)
{
    console_keep(&m->con, EARLY_KEYS_US);
    idle_stop(&idle, &port);
    port.ops->start(&port);
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
    read_desc(m);
    find_dtb(m, dtb_hint, &dtb);
    leave_secure(m);
    m->uart = find_uart(m);
    embedded_find(m, image);
    arch_reach(bytes_range(m->payload));
    embedded_open(m);
    err = place_take(m, dtb, &d);
    if (!err)
        start_line(m);
    start_port(m);
    if (err)
        console_printf(&m->con, "error: monitor: on its early map only: %s\n", d.text);
    shell_init(&m->shell, &m->con, m, cmd_table);
    configure(m);
    banner_print(m);
    run(m);
}
