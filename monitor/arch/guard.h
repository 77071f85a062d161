/* SPDX-License-Identifier: Apache-2.0 */
/* Where an exception goes back to. */
#ifndef ELFMON_ARCH_GUARD_H
#define ELFMON_ARCH_GUARD_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Registers as guard_enter saved them. */
struct guard {
    uint64_t registers[13]; /* x19..x30, SP */
    uint64_t simd[8];       /* d8..d15 */
    struct guard *outer;
    bool quiet;
};

static_assert(offsetof(struct guard, simd) == 104, "guard.S stores this");

/** Returns 0, and later perhaps a second time 1, when an exception led back here. */
int guard_enter(struct guard *guard) __attribute__((returns_twice));

#endif
