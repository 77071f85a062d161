/* SPDX-License-Identifier: Apache-2.0 */
/* What idmap.S, handover.S and mmu.c offer to C; see there for the contracts. */
#ifndef ELFMON_ARCH_IDMAP_H
#define ELFMON_ARCH_IDMAP_H

#include <stdbool.h>

#include "monitor/base/range.h"

/** Note where the image lies; called once, first thing. */
void mmu_start(paddr_t where);

/** Go on in the copy at @to on the table at @root. */
void mmu_move(paddr_t from, paddr_t to, paddr_t root);

/** True where @address lies in an unmapped page under one of the stacks. */
bool mmu_is_guard(vaddr_t address);

/** Forget translations, of both regimes at EL2. */
void mmu_flush_tlb(void);

/** Jump to @target with MMU and D-cache off and @argument in x0. */
void mmu_leave(paddr_t image, paddr_t target, uint64_t argument) __attribute__((__noreturn__));

/** The code of handover.S between these is copied to the trampoline's page. */
extern const uint8_t trampoline_start[], trampoline_end[];

#endif
