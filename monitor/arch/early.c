/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The early map: just enough to run library code at the link address. Runs with the MMU off at
 * the physical address, so it is built without FP, NEON and unaligned accesses, and holds no
 * pointer that the linker made.
 */
#include "monitor/arch/early.h"

#include <stddef.h>

#include "mm/mmu_cfg.h"
#include "monitor/arch.h"
#include "monitor/arch/layout.h"
#include "monitor/arch/sysreg.h"
#include "monitor/base/bits.h"

/* Descriptor bits, Arm DDI 0487 "VMSAv8-64 translation table format descriptors". */
#define DESC_TABLE  UINT64_C(3)
#define DESC_PAGE   UINT64_C(3)
#define DESC_BLOCK  UINT64_C(1)
#define DESC_AF     BIT(10)
#define DESC_INNER  (UINT64_C(3) << 8)
#define DESC_XN     BIT(54)
#define DESC_AP1    BIT(6) /* RES1 at EL2; at EL1 left 0: no EL0 access */
#define DESC_NORMAL ((uint64_t)MMU_ATTR_NORMAL << 2 | DESC_INNER | DESC_AF)
#define DESC_DEVICE ((uint64_t)MMU_ATTR_DEVICE_nGnRnE << 2 | DESC_XN | DESC_AF)

extern uint8_t __early_tables_start[], __early_tables_end[];
extern uint8_t __empty_table[], __image_end[];

/* Physical addresses: these outlive the time with the MMU off, the image's own map does not. */
static struct early {
    paddr_t next; /* free table page */
    paddr_t root;
    paddr_t end;      /* of the table pages */
    uint64_t el_bits; /* in every leaf */
} early;

/* A zeroed table page, or NULL: the pool holds what early_map maps, at any addresses, and some. */
static uint64_t *take_table(struct early *e)
{
    volatile uint64_t *table = (uint64_t *)(uintptr_t)e->next;

    if (e->next == e->end)
        return NULL;
    e->next += PAGE_BYTES;
    for (unsigned i = 0; i < PAGE_BYTES / sizeof(uint64_t); i++)
        table[i] = 0;
    return (uint64_t *)(uintptr_t)table;
}

/* The table that @va's entry of @table (at @level) points to, made where there is none. */
static uint64_t *next_table(struct early *e, uint64_t *table, vaddr_t va, unsigned level)
{
    uint64_t *entry, *next;

    if (!table)
        return NULL;
    entry = &table[field_get(va, 47 - 9 * level, 39 - 9 * level)];
    if (*entry & 1)
        return (uint64_t *)(uintptr_t)(*entry & MASK(47, 12));
    next = take_table(e);
    if (next)
        *entry = (uint64_t)(uintptr_t)next | DESC_TABLE;
    return next;
}

static uint64_t *level2(struct early *e, vaddr_t va)
{
    return next_table(e, next_table(e, (uint64_t *)(uintptr_t)e->root, va, 0), va, 1);
}

static void map_block(struct early *e, paddr_t pa, uint64_t attr)
{
    uint64_t *table = level2(e, pa);

    if (table)
        table[field_get(pa, 29, 21)] = align_down(pa, BLOCK_BYTES) | attr | e->el_bits | DESC_BLOCK;
}

static void map_page(struct early *e, vaddr_t va, paddr_t pa, uint64_t attr)
{
    uint64_t *table = next_table(e, level2(e, va), va, 2);

    if (table)
        table[field_get(va, 20, 12)] = pa | attr | e->el_bits | DESC_PAGE;
}

/* Two blocks around @pa: a DTB of up to 2 MiB may cross a boundary. */
static void map_window(struct early *e, paddr_t pa)
{
    paddr_t first = align_down(pa, BLOCK_BYTES);

    map_block(e, first, DESC_NORMAL);
    map_block(e, first + BLOCK_BYTES, DESC_NORMAL);
}

static void set_translation_registers(void)
{
    unsigned pa_range = (unsigned)field_get(sysreg_read(id_aa64mmfr0_el1), 3, 0);

    if (at_el2()) {
        sysreg_write(mair_el2, mmu_cfg_mair());
        sysreg_write(tcr_el2, mmu_cfg_tcr_el2(pa_range));
    } else {
        sysreg_write(mair_el1, mmu_cfg_mair());
        sysreg_write(tcr_el1, mmu_cfg_tcr_el1(pa_range, false));
        sysreg_write(ttbr1_el1, (uint64_t)(uintptr_t)__empty_table);
    }
    isb();
}

/* Lines that an earlier owner of this memory left in the cache must not hide the tables. */
static void invalidate(const void *start, const void *end)
{
    uint64_t line = UINT64_C(4) << field_get(sysreg_read(ctr_el0), 19, 16);

    dsb_sy();
    for (uintptr_t p = (uintptr_t)start; p < (uintptr_t)end; p += line)
        __asm__ volatile("dc ivac, %0" : : "r"(p) : "memory");
    dsb_sy();
}

uint64_t early_map(paddr_t image, paddr_t dtb)
{
    struct early e = {
        .next = (paddr_t)(uintptr_t)__early_tables_start,
        .end = (paddr_t)(uintptr_t)__early_tables_end,
        .el_bits = at_el2() ? DESC_AP1 : 0,
    };
    uint64_t image_bytes = (paddr_t)(uintptr_t)__image_end - image;

    e.root = (paddr_t)(uintptr_t)take_table(&e);
    for (uint64_t offset = 0; offset < image_bytes; offset += PAGE_BYTES)
        map_page(&e, LAYOUT_VA + offset, image + offset, DESC_NORMAL);
    map_window(&e, LAYOUT_EARLY_DTB);
    if (dtb)
        map_window(&e, dtb);
    map_window(&e, image);
    map_block(&e, LAYOUT_EARLY_UART, DESC_DEVICE);
    early = e;
    set_translation_registers();
    invalidate(__early_tables_start, __early_tables_end);
    return e.root;
}

/* Entries go from invalid to valid only, or to the same: no TLB holds anything to forget. */
void arch_reach_device(paddr_t registers)
{
    map_block(&early, registers, DESC_DEVICE);
    dsb_sy();
    isb();
}

void arch_reach(struct range memory)
{
    for (paddr_t pa = align_down(memory.start, BLOCK_BYTES); pa < memory.end; pa += BLOCK_BYTES)
        map_block(&early, pa, DESC_NORMAL);
    dsb_sy();
    isb();
}
