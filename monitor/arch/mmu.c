/* SPDX-License-Identifier: Apache-2.0 */
/* The image's place in memory, its move to another one, and the boot tables beside its map. */
#include "monitor/arch.h"
#include "monitor/arch/idmap.h"
#include "monitor/arch/layout.h"
#include "monitor/arch/sysreg.h"
#include "monitor/base/bits.h"

extern uint8_t __image_start[], __text_end[], __rodata_end[], __stack_guard[], __stack_bottom[],
    __stack_top[], __exception_guard[], __exception_stack_bottom[], __exception_stack_top[],
    __empty_table[], __tables_start[], __tables_end[], __image_end[];

static paddr_t image; /* where the image lies now */

static vaddr_t address_of(const uint8_t *symbol)
{
    return (vaddr_t)(uintptr_t)symbol;
}

void mmu_start(paddr_t where)
{
    image = where;
}

struct range arch_image(void)
{
    return (struct range){image, image + (uint64_t)(__image_end - __image_start)};
}

const struct arch_part *arch_parts(unsigned *count)
{
    static const struct arch_part parts[] = {
        {.name = "MMU switch",
         .va = {(vaddr_t)__image_start, (vaddr_t)__image_start + PAGE_BYTES},
         .execute = true,
         .identity = true},
        {.name = "text",
         .va = {(vaddr_t)__image_start + PAGE_BYTES, (vaddr_t)__text_end},
         .execute = true},
        {.name = "rodata", .va = {(vaddr_t)__text_end, (vaddr_t)__rodata_end}},
        {.name = "data", .va = {(vaddr_t)__rodata_end, (vaddr_t)__stack_guard}, .write = true},
        {.name = "stack", .va = {(vaddr_t)__stack_bottom, (vaddr_t)__stack_top}, .write = true},
        {.name = "exception stack",
         .va = {(vaddr_t)__exception_stack_bottom, (vaddr_t)__exception_stack_top},
         .write = true},
        {.name = "tables",
         .va = {(vaddr_t)__tables_start, (vaddr_t)__tables_end},
         .write = true,
         .identity = true},
    };

    *count = sizeof(parts) / sizeof(parts[0]);
    return parts;
}

bool mmu_is_guard(vaddr_t address)
{
    return (address >= address_of(__stack_guard) && address < address_of(__stack_bottom)) ||
           (address >= address_of(__exception_guard) &&
            address < address_of(__exception_stack_bottom));
}

paddr_t arch_tables(paddr_t where, size_t *pages)
{
    *pages = LAYOUT_TABLE_PAGES;
    return where + (uint64_t)(__tables_start - __image_start);
}

void arch_mmu_state(struct arch_mmu_state *out)
{
    *out = (struct arch_mmu_state){
        .el1_sctlr = sysreg_read(sctlr_el1),
        .el1_tcr = sysreg_read(tcr_el1),
        .el1_mair = sysreg_read(mair_el1),
        .el1_ttbr0 = sysreg_read(ttbr0_el1),
        .el1_ttbr1 = sysreg_read(ttbr1_el1),
        .sctlr = sysreg_read_own(sctlr),
        .tcr = sysreg_read_own(tcr),
        .mair = sysreg_read_own(mair),
        .ttbr0 = sysreg_read_own(ttbr0),
        .ttbr1 = at_el2() ? 0 : sysreg_read(ttbr1_el1),
    };
}

void mmu_flush_tlb(void)
{
    dsb_sy();
    if (at_el2())
        __asm__ volatile("tlbi alle2\n\ttlbi alle1");
    else
        __asm__ volatile("tlbi vmalle1");
    dsb_sy();
    isb();
}

static paddr_t physical(const void *own)
{
    return image + (uint64_t)((const uint8_t *)own - __image_start);
}

/* Walks of the upper half find nothing here while no kernel is mapped. */
static paddr_t empty_table(void)
{
    return physical(__empty_table);
}

void arch_move(paddr_t where, paddr_t root)
{
    size_t pages;
    paddr_t tables = arch_tables(where, &pages);

    arch_clean_poc(arch_phys(tables), pages * PAGE_BYTES);
    mmu_move(image, where, root);
    image = where;
    if (!at_el2())
        sysreg_write(ttbr1_el1, empty_table());
    mmu_flush_tlb();
}

/* A hypervisor kernel shares TTBR0_EL2 with the monitor: the level 0 entry of its half TiB takes
 * the place of the live one, which comes back when the boot tables are taken out. */
static void swap_level0(const struct handover *h)
{
    static uint64_t other;
    static bool joined;
    uint64_t *live = arch_phys(sysreg_read(ttbr0_el2) & MASK(47, 12));
    const uint64_t *boot = arch_phys(h->ttbr0);
    unsigned index = (unsigned)field_get(h->entry, 47, 39);
    uint64_t before = live[index];

    live[index] = joined ? other : boot[index];
    other = joined ? 0 : before;
    joined = !joined;
    mmu_flush_tlb();
}

static void set_el1(uint64_t sctlr, const struct handover *h)
{
    sysreg_write(mair_el1, h->mair);
    sysreg_write(tcr_el1, h->tcr);
    if (at_el2())
        sysreg_write(ttbr0_el1, h->ttbr0);
    sysreg_write(ttbr1_el1, h->ttbr1);
    isb();
    mmu_flush_tlb();
    if (at_el2())
        sysreg_write(sctlr_el1, sctlr);
    isb();
}

void arch_boot_map_on(const struct handover *h)
{
    if (h->el == 2)
        swap_level0(h);
    else
        set_el1(h->sctlr, h);
}

void arch_boot_map_off(const struct handover *h)
{
    struct handover empty = *h;

    if (h->el == 2) {
        swap_level0(h);
        return;
    }
    empty.ttbr1 = empty_table();
    empty.ttbr0 = empty.ttbr1;
    set_el1(SCTLR_EL1_RES1, &empty);
}

void arch_handover(const struct handover *h)
{
    static struct handover record; /* no caller's memory need have a known physical address */

    if (h->trampoline)
        mmu_leave(image, h->trampoline, h->trampoline + HANDOVER_RECORD);
    record = *h;
    arch_clean_poc(&record, sizeof(record));
    mmu_leave(image, physical(trampoline_start), physical(&record));
}

struct bytes arch_trampoline(void)
{
    return (struct bytes){trampoline_start, (size_t)(trampoline_end - trampoline_start)};
}
