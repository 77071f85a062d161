/* SPDX-License-Identifier: Apache-2.0 */
/* What vectors.S and exception.c share. */
#ifndef ELFMON_ARCH_EXCEPTION_H
#define ELFMON_ARCH_EXCEPTION_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/arch/guard.h"

/** State at an exception, as vectors.S lays it down. */
struct exception_frame {
    uint64_t x[31];
    uint64_t sp;
    uint64_t elr, spsr, esr, far;
    uint64_t source; /* vector slot, 0..7; slot & 3: synchronous, IRQ, FIQ, SError */
    uint64_t pad;
};

static_assert(sizeof(struct exception_frame) == 304, "vectors.S allocates this");
static_assert(offsetof(struct exception_frame, elr) == 256, "vectors.S stores this");

/** Called by vectors.S on the exception stack; return the guard to go back to. */
struct guard *exception_report(const struct exception_frame *frame);
struct guard *exception_report_nested(void);

#endif
