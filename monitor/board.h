/* SPDX-License-Identifier: Apache-2.0 */
/* The board: what the monitor runs on. main makes it once, nobody changes it afterwards. */
#ifndef ELFMON_MONITOR_BOARD_H
#define ELFMON_MONITOR_BOARD_H

#include "mm/machine.h"
#include "monitor/arch.h"
#include "payload/digest.h"

/** How a byte may be received wrongly. */
enum line_error { LINE_FRAMING, LINE_PARITY, LINE_BREAK, LINE_OVERRUN, LINE_ERROR_COUNT };

struct board;

/** What leaves the machine or wakes its cores. */
struct board_ops {
    /** Does not return where the firmware can do it; else ERR_UNSUPPORTED. */
    int (*reset)(const struct board *board, struct diag *d);
    /** @code reaches the emulator's exit status where there is a way. */
    int (*poweroff)(const struct board *board, int code, struct diag *d);
    /** PSCI: start the core @mpidr at @entry, MMU off. */
    int (*cpu_on)(const struct board *board, uint64_t mpidr, paddr_t entry, struct diag *d);
    /** PSCI AFFINITY_INFO of the core @mpidr: 0 on, 1 off, 2 on its way, negative: an error. */
    int (*cpu_state)(const struct board *board, uint64_t mpidr, int64_t *state, struct diag *d);
    /** Wait until everything printed has left. */
    void (*flush)(const struct board *board);
    /** Bytes received with errors since the start, in the order of enum line_error. */
    const uint32_t *(*line_errors)(const struct board *board);
};

/** What a reset writes again, and where it came to. */
enum board_reset { BOARD_RESET_IMAGE, BOARD_RESET_PAYLOAD, BOARD_RESET_DTB, BOARD_RESET_COUNT };

enum { BOARD_TABLE_WORDS = 2048 };

struct board {
    const struct board_ops *ops;
    struct arch_cpu cpu;
    struct machine machine; /* nothing in it where there is no DTB */
    struct arena tables;    /* lists and names of machine, and lists of who uses what */
    struct range tables_at; /* the RAM that they lie in at last; empty: they lie in own_tables */
    uint64_t own_tables[BOARD_TABLE_WORDS]; /* where no RAM is known */
    void *fdt;              /* the monitor's copy of the machine's DTB; NULL where there is none */
    struct bytes fdt_bytes; /* the same, packed */
    struct sha256 fdt_sha256; /* of these, when they were copied */
    struct diag fdt_problem;  /* why there is no fdt, or what of it could not be used */
    paddr_t uart;             /* the console's registers */
    unsigned skipped_devices; /* for which the monitor's map had no room */
    struct range at_reset[BOARD_RESET_COUNT];
};

#endif
