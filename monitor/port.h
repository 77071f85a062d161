/* SPDX-License-Identifier: Apache-2.0 */
/* The console's serial line: UART driver, timer and idling as console_ops. There is one. */
#ifndef ELFMON_MONITOR_PORT_H
#define ELFMON_MONITOR_PORT_H

#include "mm/machine.h"
#include "monitor/arch.h"
#include "monitor/shell/console.h"

/** Print to the UART of QEMU's virt until port_attach. @cpu's counter_hz is the clock; it is kept.
 */
void port_open(struct console *con, const struct arch_cpu *cpu);

/**
 * Where the registers of the console's UART are: what the DTB says; else where one of the addresses
 * in monitor/arch/layout.h answers as one. Before arch_move only.
 */
paddr_t port_find(const struct machine *machine);

/** Go on with the UART at @uart, which is mapped, and sleep by the interrupts of @machine. */
void port_attach(paddr_t uart, const struct machine *machine);

/** Set the UART up. Keys that have come already are kept in @con. */
void port_start(struct console *con);

/** Wait until everything printed has left; timer, GIC and UART interrupt are then as found. */
void port_flush(void);

/** Bytes received with errors since the start, in the order of enum line_error. */
const uint32_t *port_line_errors(void);

#endif
