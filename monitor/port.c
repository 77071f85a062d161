/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/port.h"

#include "drivers/idle.h"
#include "drivers/serial.h"
#include "monitor/arch/layout.h"
#include "monitor/base/err.h"

enum {
    EARLY_KEYS_US = 1000, /* for an emulator to pass the next one on */
    US_PER_SECOND = 1000000,
};

static struct serial line = {.ops = &pl011_ops, .base = LAYOUT_EARLY_UART};
static struct idle idle;
static const struct arch_cpu *cpu_of_clock;

static void port_write(void *context, const char *data, size_t size)
{
    (void)context;
    line.ops->write(&line, data, size);
}

/* Where a FIFO's worth or more is wanted it is part of a block, whose rest is sure to come. */
static size_t port_read(void *context, uint8_t *to, size_t room, unsigned looks)
{
    size_t count = line.ops->read(&line, to, room, idle.on ? 1 : looks);

    (void)context;
    if (count > 0 && room - count >= SERIAL_FIFO_BYTES)
        count += idle_read(&idle, &line, to + count, room - count);
    return count;
}

static uint64_t port_now_us(void *context)
{
    uint64_t hz = cpu_of_clock->counter_hz ? cpu_of_clock->counter_hz : US_PER_SECOND;
    uint64_t count = arch_counter();

    (void)context;
    return count / hz * US_PER_SECOND + count % hz * US_PER_SECOND / hz;
}

static int start_idle(void *context)
{
    (void)context;
    idle_start(&idle, &line);
    return ERR_OK;
}

/* Polling where the machine is not as its DTB says. */
static void port_wait(void *context, uint64_t us)
{
    (void)context;
    if (!idle.on && !idle.useless)
        (void)arch_try(start_idle, NULL);
    idle_wait(&idle, &line, us);
}

static const struct console_ops port_ops = {
    .write = port_write,
    .read = port_read,
    .now_us = port_now_us,
    .wait = port_wait,
};

void port_open(struct console *con, const struct arch_cpu *cpu)
{
    cpu_of_clock = cpu;
    console_init(con, &port_ops, NULL);
}

static int identify(void *context)
{
    const struct serial *candidate = context;

    return candidate->ops->is_there(candidate) ? ERR_OK : ERR_NOTFOUND;
}

static bool is_uart(paddr_t base)
{
    struct serial candidate = {.ops = &pl011_ops, .base = base};

    arch_reach_device(base);
    return arch_try(identify, &candidate) == ERR_OK;
}

paddr_t port_find(const struct machine *machine)
{
    const paddr_t other = LAYOUT_OTHER_UART;

    if (machine->uart.found)
        return machine->uart.base;
    if (!machine_has_ram(machine, (struct range){other, other + PAGE_BYTES}) &&
        !is_uart(LAYOUT_EARLY_UART) && is_uart(other))
        return other;
    return LAYOUT_EARLY_UART;
}

void port_attach(paddr_t uart, const struct machine *machine)
{
    line.base = uart;
    idle.wakeup.version = machine->gic_version;
    idle.wakeup.dist = machine->gic_dist;
    idle.wakeup.cpu = machine->gic_cpu;
    idle.irq = machine->uart.irq;
}

/* To turn the FIFO on drops what has been typed before; to wait for that has set up the idling. */
void port_start(struct console *con)
{
    console_keep(con, EARLY_KEYS_US);
    idle_stop(&idle, &line);
    line.ops->start(&line);
}

void port_flush(void)
{
    idle_stop(&idle, &line);
    line.ops->flush(&line);
}

const uint32_t *port_line_errors(void)
{
    return line.errors;
}
