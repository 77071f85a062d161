/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/pt_walk.h"

#include "mm/mmu_cfg.h"
#include "mm/pt_desc.h"
#include "monitor/base/text.h"

static enum pt_entry_kind entry_kind(uint64_t descriptor, unsigned level)
{
    switch (descriptor & PT_DESC_TYPE) {
    case PT_DESC_TYPE:
        return level == PT_LEVELS - 1 ? PT_PAGE : PT_TABLE;
    case PT_DESC_VALID:
        return level == 1 || level == 2 ? PT_BLOCK : PT_INVALID;
    default:
        return PT_INVALID;
    }
}

static bool is_leaf(enum pt_entry_kind kind)
{
    return kind == PT_BLOCK || kind == PT_PAGE;
}

/* Where a leaf of @level maps to; address bits below its block are not part of the address. */
static paddr_t leaf_address(uint64_t descriptor, unsigned level)
{
    return align_down(descriptor & PT_DESC_ADDRESS, pt_level_bytes(level));
}

static paddr_t entry_address(paddr_t table, unsigned index)
{
    return table + index * sizeof(uint64_t);
}

static int read_step(const struct pt_view *view, paddr_t table, unsigned index, unsigned level,
                     struct pt_step *step)
{
    int err;

    step->level = level;
    step->entry = entry_address(table, index);
    err = view->read(view->context, step->entry, &step->descriptor);
    if (!err)
        step->kind = entry_kind(step->descriptor, level);
    return err;
}

int pt_walk(const struct pt_view *view, vaddr_t va, struct pt_walk *out)
{
    paddr_t table = view->root;

    if ((va & PT_UPPER_BASE) != (view->upper ? PT_UPPER_BASE : 0))
        return ERR_RANGE;
    *out = (struct pt_walk){0};
    for (unsigned level = 0; level < PT_LEVELS; level++) {
        struct pt_step *step = &out->steps[level];
        int err = read_step(view, table, pt_index(va, level), level, step);

        if (err)
            return err;
        out->step_count = level + 1;
        if (is_leaf(step->kind)) {
            out->mapped = true;
            out->block_size = pt_level_bytes(level);
            out->pa = leaf_address(step->descriptor, level) | (va & (out->block_size - 1));
        }
        if (step->kind != PT_TABLE)
            break;
        table = step->descriptor & PT_DESC_ADDRESS;
    }
    return ERR_OK;
}

void pt_leaf_decode(uint64_t descriptor, bool el2, struct pt_leaf *out)
{
    out->attr_index = (unsigned)field_get(descriptor, 4, 2);
    out->writable = !(descriptor & PT_DESC_AP_READ_ONLY);
    out->executable = !(descriptor & (el2 ? PT_DESC_UXN : PT_DESC_PXN));
    out->user = !el2 && (descriptor & PT_DESC_AP_EL0);
    out->access_flag = (descriptor & PT_DESC_AF) != 0;
    out->shareability = (unsigned)field_get(descriptor, 9, 8);
}

const char *pt_sharing_name(unsigned shareability)
{
    return text_pick("non-shareable\0reserved SH\0outer\0inner", shareability & 3);
}

void pt_leaf_describe(const struct pt_leaf *leaf, char *out, unsigned size)
{
    unsigned attribute = (unsigned)(mmu_cfg_mair() >> 8 * leaf->attr_index & 0xff);

    out[0] = '\0';
    (void)text_add(out, size, "%s, R%c%c, %s%s%s", mmu_cfg_memory_name(attribute),
                   leaf->writable ? 'W' : '-', leaf->executable ? 'X' : '-',
                   pt_sharing_name(leaf->shareability), leaf->access_flag ? ", AF" : ", no AF",
                   leaf->user ? ", EL0" : "");
}

/* A scan: the run that is growing, and who gets it when it ends. */
struct scan {
    const struct pt_view *view;
    int (*visit)(void *context, const struct pt_run *run);
    void *context;
    struct pt_run run; /* size 0: none */
};

static bool same_leaf(const struct pt_leaf *a, const struct pt_leaf *b)
{
    return a->attr_index == b->attr_index && a->writable == b->writable &&
           a->executable == b->executable && a->user == b->user &&
           a->access_flag == b->access_flag && a->shareability == b->shareability;
}

static int flush(struct scan *scan)
{
    int result = scan->run.size ? scan->visit(scan->context, &scan->run) : 0;

    scan->run.size = 0;
    return result;
}

static int add_leaf(struct scan *scan, vaddr_t va, uint64_t descriptor, unsigned level)
{
    struct pt_run *run = &scan->run;
    paddr_t pa = leaf_address(descriptor, level);
    struct pt_leaf leaf;
    int result;

    pt_leaf_decode(descriptor, scan->view->el2, &leaf);
    if (run->size && run->va + run->size == va && run->pa + run->size == pa &&
        same_leaf(&run->leaf, &leaf)) {
        run->size += pt_level_bytes(level);
        return 0;
    }
    result = flush(scan);
    *run = (struct pt_run){va, pa, pt_level_bytes(level), leaf};
    return result;
}

/* All entries of the table at @table, whose first one translates @va. */
static int scan_table(struct scan *scan, paddr_t table, vaddr_t va, unsigned level)
{
    for (unsigned i = 0; i < PT_ENTRIES; i++, va += pt_level_bytes(level)) {
        struct pt_step step;
        int result = read_step(scan->view, table, i, level, &step);

        if (!result && step.kind == PT_TABLE)
            result = scan_table(scan, step.descriptor & PT_DESC_ADDRESS, va, level + 1);
        else if (!result && is_leaf(step.kind))
            result = add_leaf(scan, va, step.descriptor, level);
        if (result)
            return result;
    }
    return 0;
}

int pt_runs(const struct pt_view *view, int (*visit)(void *context, const struct pt_run *run),
            void *context)
{
    struct scan scan = {.view = view, .visit = visit, .context = context};
    int result = scan_table(&scan, view->root, view->upper ? PT_UPPER_BASE : 0, 0);

    return result ? result : flush(&scan);
}
