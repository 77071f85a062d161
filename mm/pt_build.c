/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/pt_build.h"

#include <inttypes.h>
#include <string.h>

#include "mm/pt_desc.h"

/* What is left of one pt_map: consumed from the front while entries are written. */
struct job {
    struct pt_arena *arena;
    vaddr_t va;
    paddr_t pa;
    uint64_t size;
    uint64_t leaf;               /* descriptor without address and type */
    unsigned min_leaf, max_leaf; /* levels at which blocks or pages are written */
    struct diag *d;
};

static uint64_t *new_table(struct pt_arena *arena, paddr_t *pa)
{
    uint64_t *table;

    if (arena->used == arena->pages)
        return NULL;
    table = arena->memory + arena->used * PT_ENTRIES;
    *pa = arena->base + arena->used * PAGE_BYTES;
    arena->used++;
    memset(table, 0, PAGE_BYTES);
    return table;
}

static uint64_t *table_at(const struct pt_arena *arena, paddr_t pa)
{
    return arena->memory + (pa - arena->base) / sizeof(uint64_t);
}

int pt_init(struct pt *pt, struct pt_arena *arena, bool el2, bool upper)
{
    paddr_t root;

    if (!new_table(arena, &root))
        return ERR_NOMEM;
    *pt = (struct pt){.arena = arena, .root = root, .el2 = el2, .upper = upper};
    return ERR_OK;
}

static uint64_t leaf_attributes(const struct pt *pt, struct pt_attr attr)
{
    bool device = attr.memory <= MMU_ATTR_DEVICE_GRE;
    uint64_t leaf = PT_DESC_VALID | PT_DESC_AF | PT_DESC_ATTR_INDEX(attr.memory) |
                    PT_DESC_SH(attr.inner_shareable && !device ? PT_SH_INNER : PT_SH_NONE);

    if (!attr.write)
        leaf |= PT_DESC_AP_READ_ONLY;
    if (pt->el2)
        leaf |= PT_DESC_AP_EL0 | (attr.execute ? 0 : PT_DESC_UXN);
    else
        leaf |= PT_DESC_UXN | (attr.execute ? 0 : PT_DESC_PXN);
    return leaf;
}

static int occupied(const struct job *job)
{
    return diag_set(job->d, ERR_OVERLAP, "something is mapped at 0x%" PRIx64 " already", job->va);
}

/* The table that @entry points to, made where there is none; NULL with *@err set. */
static uint64_t *descend(struct job *job, uint64_t *entry, int *err)
{
    paddr_t pa;
    uint64_t *next;

    if ((*entry & PT_DESC_TYPE) == PT_DESC_TYPE)
        return table_at(job->arena, *entry & PT_DESC_ADDRESS);
    if (*entry & PT_DESC_VALID) {
        *err = occupied(job);
        return NULL;
    }
    next = new_table(job->arena, &pa);
    if (!next) {
        *err = diag_set(job->d, ERR_NOMEM, "no table memory for 0x%" PRIx64 ": %zu pages are used",
                        job->va, job->arena->pages);
        return NULL;
    }
    *entry = pa | PT_DESC_TYPE;
    return next;
}

/* Fill @table from job->va on, to its end or to the end of the job. */
static int map_level(struct job *job, uint64_t *table, unsigned level)
{
    uint64_t span = pt_level_bytes(level);
    uint64_t leaf = job->leaf | (level == PT_LEVELS - 1 ? PT_DESC_TABLE : 0);
    bool leaves = job->min_leaf <= level && level <= job->max_leaf;

    for (unsigned i = pt_index(job->va, level); i < PT_ENTRIES && job->size; i++) {
        if (leaves && job->size >= span && is_aligned(job->va | job->pa, span)) {
            if (table[i] & PT_DESC_VALID)
                return occupied(job);
            table[i] = job->pa | leaf;
            job->va += span;
            job->pa += span;
            job->size -= span;
        } else {
            int err = ERR_OK;
            uint64_t *next = descend(job, &table[i], &err);

            if (!err)
                err = map_level(job, next, level + 1);
            if (err)
                return err;
        }
    }
    return ERR_OK;
}

/* Check what every mapping must keep to; @alignment is a power of two. */
static int check(bool upper, const struct job *job, uint64_t alignment)
{
    uint64_t base = upper ? PT_UPPER_BASE : 0;
    uint64_t room = BIT(PT_VA_BITS);

    if (!is_aligned(job->va | job->pa | job->size, alignment) || job->size == 0)
        return diag_set(job->d, ERR_ALIGN,
                        "map 0x%" PRIx64 " to 0x%" PRIx64 ", 0x%" PRIx64
                        " bytes: not multiples of 0x%" PRIx64,
                        job->va, job->pa, job->size, alignment);
    if (job->va - base >= room || job->size > room - (job->va - base))
        return diag_set(job->d, ERR_RANGE,
                        "0x%" PRIx64 " bytes at 0x%" PRIx64 ": outside the %s half of 48 bits",
                        job->size, job->va, upper ? "upper" : "lower");
    if (job->pa >= room || job->size > room - job->pa)
        return diag_set(job->d, ERR_RANGE,
                        "0x%" PRIx64 " bytes at physical 0x%" PRIx64 ": beyond 48 bits", job->size,
                        job->pa);
    return ERR_OK;
}

int pt_check(bool upper, vaddr_t va, paddr_t pa, uint64_t size, struct diag *d)
{
    const struct job job = {.va = va, .pa = pa, .size = size, .d = d};

    return check(upper, &job, PAGE_BYTES);
}

static int map(struct pt *pt, struct job *job, uint64_t alignment)
{
    int err = check(pt->upper, job, alignment);

    if (err)
        return err;
    return map_level(job, table_at(pt->arena, pt->root), 0);
}

int pt_map(struct pt *pt, vaddr_t va, paddr_t pa, uint64_t size, struct pt_attr attr,
           struct diag *d)
{
    struct job job = {pt->arena, va, pa, size, leaf_attributes(pt, attr), 1, 3, d};

    return map(pt, &job, PAGE_BYTES);
}

int pt_map_blocks(struct pt *pt, vaddr_t va, paddr_t pa, uint64_t size, struct pt_attr attr,
                  struct diag *d)
{
    struct job job = {pt->arena, va, pa, size, leaf_attributes(pt, attr), 2, 2, d};

    return map(pt, &job, BLOCK_BYTES);
}

/* Tables below entries of @level for [va, last]: one for each entry that is no whole block. */
static size_t tables_below(vaddr_t va, vaddr_t last, unsigned level, bool blocks)
{
    unsigned shift = pt_level_shift(level);
    uint64_t low = MASK(shift - 1, 0);
    uint64_t touched = (last >> shift) - (va >> shift) + 1;
    uint64_t partial = (va & low) != 0 ? 1 : 0;

    if (!blocks)
        return touched;
    if ((last & low) != low && (partial == 0 || touched > 1))
        partial++;
    return partial;
}

size_t pt_pages_for(vaddr_t va, paddr_t pa, uint64_t size)
{
    vaddr_t last = va + size - 1;

    if (size == 0)
        return 0;
    return tables_below(va, last, 0, false) +
           tables_below(va, last, 1, is_aligned(va ^ pa, pt_level_bytes(1))) +
           tables_below(va, last, 2, is_aligned(va ^ pa, pt_level_bytes(2)));
}

size_t pt_pages_needed(vaddr_t va, uint64_t size)
{
    return pt_pages_for(va, va ^ PAGE_BYTES, size);
}
