/* SPDX-License-Identifier: Apache-2.0 */
/* RAM as the live tables map it: what is done to all of it goes by their leaves. */
#include "mm/mmu_cfg.h"
#include "monitor/arch.h"
#include "monitor/arch/idmap.h"
#include "monitor/arch/sysreg.h"
#include "monitor/base/bits.h"

/* Descriptor bits, Arm DDI 0487 "VMSAv8-64 translation table format descriptors". */
#define DESC_VALID     BIT(0)
#define DESC_TABLE     BIT(1) /* levels 0 to 2: next table; level 3: page */
#define DESC_ADDRESS   MASK(47, 12)
#define DESC_READ_ONLY BIT(7)
#define DESC_XN        (at_el2() ? BIT(54) : BIT(53))

enum { ENTRIES = 512, LAST_LEVEL = 3 };

typedef void (*visit_fn)(uint64_t *leaf, vaddr_t va, uint64_t bytes);

/* Every leaf of Normal memory below @table, which is of @level and maps @va on. */
static void visit_leaves(uint64_t *table, unsigned level, vaddr_t va, visit_fn visit)
{
    uint64_t bytes = BIT(39 - 9 * level);

    for (unsigned i = 0; i < ENTRIES; i++, va += bytes) {
        uint64_t entry = table[i];

        if (!(entry & DESC_VALID))
            continue;
        if (level < LAST_LEVEL && entry & DESC_TABLE)
            visit_leaves(arch_phys(entry & DESC_ADDRESS), level + 1, va, visit);
        else if (field_get(entry, 4, 2) == MMU_ATTR_NORMAL)
            visit(&table[i], va, bytes);
    }
}

static void visit_all(visit_fn visit)
{
    visit_leaves(arch_phys(sysreg_read_own(ttbr0) & DESC_ADDRESS), 0, 0, visit);
}

static void flush_leaf(uint64_t *leaf, vaddr_t va, uint64_t bytes)
{
    (void)leaf;
    arch_clean_poc((const void *)(uintptr_t)va, bytes);
}

void arch_flush_ram(void)
{
    visit_all(flush_leaf);
    __asm__ volatile("ic iallu\n\tdsb sy\n\tisb" : : : "memory");
}

/* Memory at its own address that can be written: all RAM but what is the monitor's. */
static bool is_plain(uint64_t leaf, vaddr_t va)
{
    return !(leaf & DESC_READ_ONLY) && (leaf & DESC_ADDRESS) == va;
}

static void allow_leaf(uint64_t *leaf, vaddr_t va, uint64_t bytes)
{
    (void)bytes;
    if (is_plain(*leaf, va))
        *leaf &= ~DESC_XN;
}

static void forbid_leaf(uint64_t *leaf, vaddr_t va, uint64_t bytes)
{
    (void)bytes;
    if (is_plain(*leaf, va))
        *leaf |= DESC_XN;
}

void arch_run_in_ram(bool allowed)
{
    visit_all(allowed ? allow_leaf : forbid_leaf);
    mmu_flush_tlb();
}

typedef uint64_t (*code_fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                            uint64_t);

uint64_t arch_call(vaddr_t entry, const uint64_t x[8])
{
    code_fn code = (code_fn)(uintptr_t)entry;

    return code(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]);
}
