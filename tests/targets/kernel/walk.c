/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/targets/kernel/walk.h"

enum { ENTRIES = 512, LEVEL_BLOCK = 2, LEVEL_PAGE = 3, ATTR_NORMAL = 4 };

static const uint64_t ADDRESS_MASK = UINT64_C(0x0000fffffffff000);
static const uint64_t DESC_VALID = BIT(0), DESC_TABLE = BIT(1), DESC_AF = BIT(10);
static const uint64_t DESC_READ_ONLY = BIT(7);
static const uint64_t DESC_NO_EXECUTE = KERNEL_EL == 2 ? BIT(54) : BIT(53);

static bool is_kernel_block(uint64_t va, unsigned level, uint64_t desc)
{
    const uint64_t shareability = desc >> 8 & 3;

    return level == LEVEL_BLOCK && (desc & ADDRESS_MASK) == va - KERNEL_VA + KERNEL_PA &&
           (desc >> 2 & 7) == ATTR_NORMAL && (desc & DESC_AF) != 0 &&
           (desc & (DESC_READ_ONLY | DESC_NO_EXECUTE)) == 0 &&
           (KERNEL_CORES == 1 || shareability == 3);
}

static void leaf(struct walk *walk, uint64_t va, unsigned level, uint64_t desc)
{
    const uint64_t pa = desc & ADDRESS_MASK;
    const uint64_t bytes = BIT(39 - 9 * level);

    if (va - KERNEL_VA < KERNEL_MEMORY_BYTES) {
        if (is_kernel_block(va, level, desc))
            walk->kernel_block_count++;
        else if (walk->bad_kernel_va == 0)
            walk->bad_kernel_va = va;
        return;
    }
    if (va != pa && va - KERNEL_VA != pa - KERNEL_PA && walk->bad_identity_va == 0)
        walk->bad_identity_va = va;
    if (va == pa && (desc & DESC_NO_EXECUTE) == 0 && pa < walk->place_end &&
        walk->place_start < pa + bytes)
        walk->trampoline = true;
}

static void table(struct walk *walk, uint64_t pa, unsigned level, uint64_t va)
{
    const uint64_t *descs = window(pa);

    if ((pa < walk->place_start || pa >= walk->place_end) && walk->stray_table_pa == 0)
        walk->stray_table_pa = pa;
    if (!in_ram(pa, PAGE_BYTES))
        return;
    for (unsigned i = 0; i < ENTRIES; i++, va += BIT(39 - 9 * level)) {
        if ((descs[i] & DESC_VALID) == 0)
            continue;
        if (level < LEVEL_PAGE && (descs[i] & DESC_TABLE) != 0)
            table(walk, descs[i] & ADDRESS_MASK, level + 1, va);
        else
            leaf(walk, va, level, descs[i]);
    }
}

void walk_tables(const struct entry *entry, struct walk *out)
{
    const uint64_t place = entry->x[1] + PAGE_BYTES;

    *out = (struct walk){
        .place_start = place,
        .place_end = place + LOADER_PAGES_MAX * PAGE_BYTES,
    };
    table(out, entry->ttbr0 & ADDRESS_MASK, 0, 0);
    if (KERNEL_EL == 1)
        table(out, entry->ttbr1 & ADDRESS_MASK, 0, UINT64_C(0xffff) << 48);
}
