/* SPDX-License-Identifier: Apache-2.0 */
/* What vectors.S and exception.c share. */
#ifndef ELFMON_ARCH_EXCEPTION_H
#define ELFMON_ARCH_EXCEPTION_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/base/range.h"

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

/** Where an exception goes back to: registers as guard_enter saved them. */
struct guard {
    uint64_t registers[13]; /* x19..x30, SP */
    uint64_t simd[8];       /* d8..d15 */
    struct guard *outer;
    bool quiet;
};

static_assert(offsetof(struct guard, simd) == 104, "vectors.S stores this");

/** Returns 0, and later perhaps a second time 1, when an exception led back here. */
int guard_enter(struct guard *guard) __attribute__((returns_twice));

/** Called by vectors.S on the exception stack; return the guard to go back to. */
struct guard *exception_report(const struct exception_frame *frame);
struct guard *exception_report_nested(void);

/** True where @address lies in an unmapped page under one of the stacks. */
bool arch_is_guard(vaddr_t address);

#endif
