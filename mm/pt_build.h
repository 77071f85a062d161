/* SPDX-License-Identifier: Apache-2.0 */
/* Builder of VMSAv8-64 stage 1 translation tables, 4 KiB granule, 48-bit addresses. */
#ifndef ELFMON_MM_PT_BUILD_H
#define ELFMON_MM_PT_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "mm/mmu_cfg.h"
#include "monitor/base/range.h"

/** Table memory owned by the caller: @pages pages at @memory, physically at @base. */
struct pt_arena {
    uint64_t *memory; /* page-aligned */
    paddr_t base;
    size_t pages;
    size_t used;
};

struct pt_attr {
    enum mmu_attr_index memory;
    bool write;
    bool execute;         /* at the regime's own EL; at EL0 nothing is ever executable */
    bool inner_shareable; /* else non-shareable; Device memory ignores it */
};

/** Tables under construction. */
struct pt {
    struct pt_arena *arena;
    paddr_t root; /* physical address of the level 0 table */
    bool el2;     /* single-stage EL2 regime: XN in bit 54, no PXN, AP[1] RES1 */
    bool upper;   /* TTBR1: virtual addresses from 0xffff000000000000 */
};

/** Take the level 0 table from @arena. ERR_NOMEM where it is full. */
int pt_init(struct pt *pt, struct pt_arena *arena, bool el2, bool upper);

/**
 * What pt_map demands of its arguments: ERR_OK, ERR_ALIGN or ERR_RANGE.
 * @upper  the half of TTBR1: virtual addresses from 0xffff000000000000
 */
int pt_check(bool upper, vaddr_t va, paddr_t pa, uint64_t size, struct diag *d);

/**
 * Map [va, va + size) to [pa, pa + size), largest blocks first (1 GiB, 2 MiB, 4 KiB).
 *
 * @size   bytes, non-zero multiple of 4096; va and pa share that alignment
 * Returns ERR_OK, or ERR_ALIGN, ERR_RANGE (outside the 48 bits of this half, or wraps),
 * ERR_OVERLAP (something is mapped there already), ERR_NOMEM. On error entries already written
 * stay; discard the arena.
 * Source: Arm DDI 0487, "VMSAv8-64 translation table format descriptors".
 */
int pt_map(struct pt *pt, vaddr_t va, paddr_t pa, uint64_t size, struct pt_attr attr,
           struct diag *d);

/** As pt_map, in blocks of 2 MiB only; all three are multiples of 2 MiB. */
int pt_map_blocks(struct pt *pt, vaddr_t va, paddr_t pa, uint64_t size, struct pt_attr attr,
                  struct diag *d);

/**
 * Table pages that pt_map takes for this mapping in empty tables, without the root: in tables that
 * hold other mappings it takes that many or fewer. Arguments as pt_map accepts them; 0 for no
 * bytes.
 */
size_t pt_pages_for(vaddr_t va, paddr_t pa, uint64_t size);

/** The same for the worst @pa: everything is mapped in pages of 4 KiB. */
size_t pt_pages_needed(vaddr_t va, uint64_t size);

#endif
