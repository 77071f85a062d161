/* SPDX-License-Identifier: Apache-2.0 */
/* The root task: its map, its entry at EL0 and its system calls. */
#include "tests/targets/demo_abi.h"
#include "tests/targets/kernel/facts.h"
#include "tests/targets/kernel/sysreg.h"

/* Program headers as the loader leaves them behind the root task. */
struct program_header {
    uint32_t type, flags;
    uint64_t offset, va, pa, file_bytes, memory_bytes, align;
};

struct header_page {
    uint32_t count, entry_bytes;
    struct program_header headers[(4096 - 8) / sizeof(struct program_header)];
};

enum { PT_LOAD = 1, PF_X = 1, PF_W = 2, PF_R = 4, TABLES_MAX = 64, HEADERS_MAX = 72 };
enum { EC_SVC64 = 0x15, SPSR_EL0_MASKED = 0x3c0 };

static const uint64_t DESC_TABLE = 3, DESC_ADDRESS = UINT64_C(0x0000fffffffff000);

static _Alignas(4096) uint64_t tables[TABLES_MAX][512];
static _Alignas(4096) union {
    struct demo_bootinfo info;
    unsigned char page[4096];
} bootinfo;

static unsigned table_count, failed_checks;
static uint64_t image_start, image_end, image_offset; /* virtual; physical - virtual */

/* A page as the root task sees it: at EL1 of stage 1, at EL2 of stage 2. */
static uint64_t page_desc(uint64_t pa, uint32_t flags)
{
    uint64_t desc = pa | 3 << 8 | BIT(10) | 3; /* inner shareable, AF, page */

#if KERNEL_EL == 2
    desc |= 15 << 2; /* write-back */
    desc |= BIT(6) | ((flags & PF_W) != 0 ? BIT(7) : 0);
#else
    desc |= 4 << 2; /* MAIR slot of normal memory */
    desc |= BIT(6) | ((flags & PF_W) != 0 ? 0 : BIT(7)) | BIT(53);
#endif
    return desc | ((flags & PF_X) != 0 ? 0 : BIT(54));
}

static bool map_page(uint64_t va, uint64_t desc)
{
    uint64_t *table = armKSGlobalUserVSpace;
    uint64_t slots = USER_ROOT_ENTRIES;

    for (unsigned level = USER_ROOT_LEVEL; level < 3; level++) {
        uint64_t *slot = &table[va >> (39 - 9 * level) & (slots - 1)];

        if (*slot == 0) {
            if (table_count == TABLES_MAX)
                return false;
            *slot = mmu_kernel_pa(tables[table_count++]) | DESC_TABLE;
        }
        table = window(*slot & DESC_ADDRESS);
        slots = 512;
    }
    table[va >> 12 & 511] = desc;
    return true;
}

static bool map_segment(const struct program_header *header)
{
    const uint64_t end = header->va + header->memory_bytes;

    if (header->va < image_start || end < header->va || end > image_end)
        return false;
    for (uint64_t va = header->va & ~(PAGE_BYTES - 1); va < end; va += PAGE_BYTES) {
        if (!map_page(va, page_desc(va + image_offset, header->flags)))
            return false;
    }
    return true;
}

static bool map_image(const struct entry *entry)
{
    const struct header_page *page = window(entry->x[1]);

    image_offset = entry->x[2];
    image_start = entry->x[0] - image_offset;
    image_end = entry->x[1] - image_offset;
    if (!in_ram(entry->x[0], entry->x[1] - entry->x[0]) || !in_ram(entry->x[1], PAGE_BYTES) ||
        page->count > HEADERS_MAX || page->entry_bytes != sizeof(struct program_header))
        return false;
    for (uint32_t i = 0; i < page->count; i++) {
        if (page->headers[i].type == PT_LOAD && !map_segment(&page->headers[i]))
            return false;
    }
    return map_page(image_end, page_desc(mmu_kernel_pa(&bootinfo), PF_R));
}

/* Put the root task's tables in force. */
static void enter_space(void)
{
    dsb();
#if KERNEL_EL == 2
    /* Stage 2 only: TGE turns stage 1 off and brings EL0's exceptions here; DC makes its memory
     * cacheable. T0SZ, SL0 and PS follow the physical address size. */
    const uint64_t vtcr_size = KERNEL_PA_BITS == 40 ? 24 | 1 << 6 | 2 << 16 : 20 | 2 << 6 | 4 << 16;

    sysreg_write(vtcr_el2, BIT(31) | 3 << 12 | 1 << 10 | 1 << 8 | vtcr_size);
    sysreg_write(vttbr_el2, mmu_kernel_pa(armKSGlobalUserVSpace));
    sysreg_write(hcr_el2, BIT(31) | BIT(27) | BIT(12) | BIT(0)); /* RW, TGE, DC, VM */
    isb();
    __asm__ volatile("tlbi vmalls12e1" ::: "memory");
#else
    sysreg_write(ttbr0_el1, mmu_kernel_pa(armKSGlobalUserVSpace));
    isb();
    __asm__ volatile("tlbi vmalle1" ::: "memory");
#endif
    dsb();
    __asm__ volatile("ic iallu" ::: "memory");
    dsb();
    isb();
}

void user_run(const struct entry *entry, unsigned failed)
{
    failed_checks = failed;
    if (!map_image(entry)) {
        print("kernel: the root task cannot be mapped\n");
        power_off(1);
    }
    bootinfo.info = (struct demo_bootinfo){
        .magic = DEMO_BOOTINFO_MAGIC,
        .kernel_el = KERNEL_EL,
        .core_count = KERNEL_CORES,
        .image_bytes = image_end - image_start,
        .dtb_bytes = entry->x[5],
    };
    enter_space();
    print("kernel: entering the root task at ");
    print_hex(entry->x[3]);
    print("\n");
    user_enter(entry->x[3], image_end, SPSR_EL0_MASKED, kernel_stack_alloc[1]);
}

static uint64_t sys_write(uint64_t va, uint64_t bytes)
{
    const char *text = window(va + image_offset);

    if (va < image_start || va > image_end || bytes > image_end - va)
        return UINT64_MAX;
    for (uint64_t i = 0; i < bytes; i++)
        print_char(text[i]);
    return 0;
}

void user_trap(struct frame *frame)
{
    const uint64_t esr = sysreg_read(EL(esr));

    if (esr >> 26 == EC_SVC64 && frame->x[7] == DEMO_SYS_WRITE) {
        frame->x[0] = sys_write(frame->x[0], frame->x[1]);
        return;
    }
    if (esr >> 26 == EC_SVC64 && frame->x[7] == DEMO_SYS_EXIT) {
        print("root task: ended with status ");
        print_decimal(frame->x[0]);
        print("\n");
        power_off(frame->x[0] == 0 && failed_checks == 0 ? 0 : 1);
    }
    print("kernel: the root task stopped on:\n");
    kernel_fault(frame);
}
