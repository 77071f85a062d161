/* SPDX-License-Identifier: Apache-2.0 */
/* The contract, row by row: what was found at entry against the constants of this build and the ID
 * registers of the CPU. */
#include "tests/targets/kernel/facts.h"
#include "tests/targets/kernel/roottask.h"
#include "tests/targets/kernel/sysreg.h"
#include "tests/targets/kernel/walk.h"
#include "tests/targets/pattern.h"

/** A check has passed when both are equal. Searches give what they found, and want 0: nothing. */
struct verdict {
    uint64_t got, want;
};

struct check {
    const char *name;
    struct verdict (*run)(const struct entry *entry);
    bool once; /* about memory or all cores: not repeated for every core */
};

enum {
    DEVICE_BYTES = 0x40000000, /* the UART's GiB is mapped whole */
    UART_IMSC = 0x38,
    UART_SPI = 1,
    TIMER_PPI = 11,
    GICD_ISENABLER = 0x100,
    PA_RANGE_48_BITS = 5,
};

extern const uint64_t kernel_pattern[], kernel_pattern_end[];

static uint32_t big_endian(uint32_t value)
{
    return __builtin_bswap32(value);
}

/* Placement: kernel, DTB and root task one behind the other, each from a page boundary. */

static uint64_t wanted_dtb(void)
{
    return page_up(KERNEL_PA + KERNEL_MEMORY_BYTES);
}

static uint64_t wanted_root(const struct entry *entry)
{
    return wanted_dtb() + page_up(entry->x[5]);
}

static const struct roottask *root_of(const struct entry *entry)
{
    return roottask_by_size(entry->x[1] - entry->x[0]);
}

static struct verdict check_x0(const struct entry *entry)
{
    return (struct verdict){entry->x[0], wanted_root(entry)};
}

static struct verdict check_x1(const struct entry *entry)
{
    const struct roottask *root = root_of(entry);

    return (struct verdict){entry->x[1], wanted_root(entry) + root->va_end - root->va_start};
}

static struct verdict check_x2(const struct entry *entry)
{
    return (struct verdict){entry->x[2], wanted_root(entry) - root_of(entry)->va_start};
}

static struct verdict check_x3(const struct entry *entry)
{
    return (struct verdict){entry->x[3], root_of(entry)->entry};
}

static struct verdict check_x4(const struct entry *entry)
{
    return (struct verdict){entry->x[4], wanted_dtb()};
}

static struct verdict check_x5(const struct entry *entry)
{
    const uint32_t *header = window(entry->x[4]);

    if (!in_ram(entry->x[4], 40))
        return (struct verdict){entry->x[4], wanted_dtb()};
    return (struct verdict){entry->x[5], big_endian(header[1])};
}

/* Registers */

static struct verdict check_current_el(const struct entry *entry)
{
    return (struct verdict){entry->current_el, KERNEL_EL << 2};
}

static struct verdict check_sctlr(const struct entry *entry)
{
    if (KERNEL_EL == 2)
        return (struct verdict){entry->sctlr & ~SCTLR_EL2_RES1, SCTLR_EL2_WANTED};
    return (struct verdict){entry->sctlr, SCTLR_EL1_WANTED};
}

static struct verdict check_mair(const struct entry *entry)
{
    return (struct verdict){entry->mair, MAIR_WANTED};
}

#if KERNEL_EL == 2
static uint64_t wanted_tcr(const struct entry *entry)
{
    uint64_t tcr;

    (void)entry;
    /* Written out, as compilers write it: preflight finds the size in stripped kernels by it. */
    __asm__("mov %0, #0x3510\n\tmovk %0, #%1, lsl #16"
            : "=r"(tcr)
            : "i"(KERNEL_PA_BITS == 40 ? 0x8082 : 0x8084));
    return tcr;
}
#else
/* IPS has the encoding of ID_AA64MMFR0_EL1.PARange; granules of 4 KiB reach 48 bits. */
static uint64_t wanted_tcr(const struct entry *entry)
{
    const uint64_t pa_range = entry->mmfr0 & 0xf;
    const uint64_t ips = pa_range > PA_RANGE_48_BITS ? PA_RANGE_48_BITS : pa_range;

    return (KERNEL_CORES > 1 ? TCR_EL1_SMP_WANTED : TCR_EL1_WANTED) | ips << 32;
}
#endif

static struct verdict check_tcr(const struct entry *entry)
{
    return (struct verdict){entry->tcr, wanted_tcr(entry)};
}

/* Bits 19:16 are 0xf on every Armv8 CPU, whoever made it. A VPIDR_EL2 that was left 0, or that
 * holds MPIDR_EL1, is what EL1 reads here. */
static struct verdict check_midr(const struct entry *entry)
{
    return (struct verdict){entry->midr >> 16 & 0xf, 0xf};
}

/* Bit 31 is RES1, and QEMU's virt counts in affinity level 0. */
static struct verdict check_mpidr(const struct entry *entry)
{
    return (struct verdict){entry->mpidr & ~UINT64_C(0xf), BIT(31)};
}

/* All cores together: a set with one bit for each of them. */

static struct verdict check_core_count(const struct entry *entry)
{
    (void)entry;
    return (struct verdict){__atomic_load_n(&arrivals, __ATOMIC_ACQUIRE), KERNEL_CORES};
}

static struct verdict check_tpidr(const struct entry *entry)
{
    uint64_t set = 0;

    (void)entry;
    for (unsigned i = 0; i < KERNEL_CORES; i++)
        set |= entries[i].tpidr < KERNEL_CORES ? BIT(entries[i].tpidr) : BIT(63);
    return (struct verdict){set, BIT(KERNEL_CORES) - 1};
}

static struct verdict check_mpidr_set(const struct entry *entry)
{
    uint64_t set = 0;

    (void)entry;
    for (unsigned i = 0; i < KERNEL_CORES; i++)
        set |= BIT(entries[i].mpidr & 0xf);
    return (struct verdict){set, BIT(KERNEL_CORES) - 1};
}

/* Translation: as the CPU did it, then as the tables say. */

static struct verdict translated(uint64_t par, uint64_t pa)
{
    const uint64_t fields = UINT64_C(0xff00fffffffff001); /* attributes, address, failed */

    return (struct verdict){par & fields, UINT64_C(0xff) << 56 | (pa & ~(PAGE_BYTES - 1))};
}

static struct verdict check_at_first(const struct entry *entry)
{
    return translated(entry->par_first, KERNEL_PA);
}

static struct verdict check_at_last(const struct entry *entry)
{
    return translated(entry->par_last, KERNEL_PA + KERNEL_MEMORY_BYTES - 1);
}

static struct verdict check_kernel_blocks(const struct entry *entry)
{
    struct walk walk;

    walk_tables(entry, &walk);
    if (walk.bad_kernel_va != 0)
        return (struct verdict){walk.bad_kernel_va, 0};
    return (struct verdict){walk.kernel_block_count, (KERNEL_MEMORY_BYTES + BIT(21) - 1) >> 21};
}

static struct verdict check_identity(const struct entry *entry)
{
    struct walk walk;

    walk_tables(entry, &walk);
    return (struct verdict){walk.bad_identity_va, 0};
}

static struct verdict check_trampoline(const struct entry *entry)
{
    struct walk walk;

    walk_tables(entry, &walk);
    return (struct verdict){walk.trampoline, true};
}

static struct verdict check_table_place(const struct entry *entry)
{
    struct walk walk;

    walk_tables(entry, &walk);
    return (struct verdict){walk.stray_table_pa, 0};
}

/* Memory */

static struct verdict check_bss(const struct entry *entry)
{
    (void)entry;
    return (struct verdict){bss_dirty_va, 0};
}

static struct verdict check_kernel_bytes(const struct entry *entry)
{
    const uint64_t *last = (const uint64_t *)(KERNEL_VA + KERNEL_FILE_BYTES - 8);

    (void)entry;
    if (*last != KERNEL_LAST_WORD)
        return (struct verdict){*last, KERNEL_LAST_WORD};
    return (struct verdict){(uintptr_t)pattern_first_bad(kernel_pattern, kernel_pattern_end), 0};
}

static struct verdict check_dtb_magic(const struct entry *entry)
{
    const uint32_t *header = window(entry->x[4]);

    if (!in_ram(entry->x[4], 40))
        return (struct verdict){entry->x[4], wanted_dtb()};
    return (struct verdict){big_endian(header[0]), 0xd00dfeed};
}

/* The last word of the structure block is FDT_END. */
static struct verdict check_dtb_end(const struct entry *entry)
{
    const uint32_t *header = window(entry->x[4]);
    uint64_t end;

    if (!in_ram(entry->x[4], 40))
        return (struct verdict){entry->x[4], wanted_dtb()};
    end = (uint64_t)big_endian(header[2]) + big_endian(header[9]);
    if (end < 4 || end > entry->x[5] || !in_ram(entry->x[4], end))
        return (struct verdict){end, entry->x[5]};
    return (struct verdict){big_endian(header[end / 4 - 1]), 9};
}

static uint64_t root_pa(const struct entry *entry, const struct segment *segment)
{
    return entry->x[0] + segment->va - root_of(entry)->va_start;
}

static struct verdict check_root_bytes(const struct entry *entry)
{
    const struct roottask *root = root_of(entry);

    for (unsigned i = 0; i < root->segment_count; i++) {
        const struct segment *segment = &root->segments[i];
        const uint64_t pa = root_pa(entry, segment);
        uint32_t sum;

        if (!in_ram(pa, segment->file_bytes))
            return (struct verdict){pa, wanted_root(entry)};
        sum = cksum(window(pa), segment->file_bytes);
        if (sum != segment->cksum)
            return (struct verdict){sum, segment->cksum};
    }
    return (struct verdict){0, 0};
}

static struct verdict check_root_bss(const struct entry *entry)
{
    const struct roottask *root = root_of(entry);

    for (unsigned i = 0; i < root->segment_count; i++) {
        const struct segment *segment = &root->segments[i];
        const uint64_t pa = root_pa(entry, segment);
        const unsigned char *bytes = window(pa);

        if (!in_ram(pa, segment->memory_bytes))
            return (struct verdict){pa, wanted_root(entry)};
        for (uint64_t at = segment->file_bytes; at < segment->memory_bytes; at++) {
            if (bytes[at] != 0)
                return (struct verdict){pa + at, 0};
        }
    }
    return (struct verdict){0, 0};
}

/* u32 count, u32 size of one, read as one number. */
static struct verdict check_header_page(const struct entry *entry)
{
    const uint64_t *page = window(entry->x[1]);

    if (!in_ram(entry->x[1], PAGE_BYTES))
        return (struct verdict){entry->x[1], check_x1(entry).want};
    return (struct verdict){page[0], UINT64_C(56) << 32 | root_of(entry)->phdr_count};
}

/* Every loadable segment of the root task, in its order, is in the header page. */
static struct verdict check_program_headers(const struct entry *entry)
{
    const struct roottask *root = root_of(entry);
    unsigned found = 0;

    if (!in_ram(entry->x[1], PAGE_BYTES))
        return (struct verdict){entry->x[1], check_x1(entry).want};
    for (unsigned i = 0; i < root->phdr_count && found < root->segment_count; i++) {
        const uint64_t *header = window(entry->x[1] + 8 + 56 * i);
        const struct segment *segment = &root->segments[found];

        if (header[0] == (1 | (uint64_t)segment->flags << 32) && header[2] == segment->va &&
            header[4] == segment->file_bytes && header[5] == segment->memory_bytes)
            found++;
    }
    return (struct verdict){found, root->segment_count};
}

/* What a machine that began at EL2 would have left over. Last, because a counter that still traps
 * to EL2 ends here. */
static struct verdict check_counter_offset(const struct entry *entry)
{
    const uint64_t before = sysreg_read(cntpct_el0);
    const uint64_t virtual_count = (isb(), sysreg_read(cntvct_el0));
    const uint64_t after = (isb(), sysreg_read(cntpct_el0));

    (void)entry;
    if (virtual_count < before)
        return (struct verdict){before - virtual_count, 0};
    return (struct verdict){virtual_count > after ? virtual_count - after : 0, 0};
}

static uint32_t device_register(uint64_t pa)
{
    return *(volatile uint32_t *)(uintptr_t)(UART_VA - UART_PA % DEVICE_BYTES + pa % DEVICE_BYTES);
}

/* Those that a loader may have waited for: the UART's and the virtual timer's. */
static struct verdict check_interrupts(const struct entry *entry)
{
    uint64_t on = device_register(UART_PA + UART_IMSC) | sysreg_read(cntv_ctl_el0);

    (void)entry;
#if KERNEL_GIC
    on |= device_register(gic_dist + GICD_ISENABLER) & 1u << (16 + TIMER_PPI);
    on |= device_register(gic_dist + GICD_ISENABLER + 4) & 1u << UART_SPI;
#endif
    return (struct verdict){on, 0};
}

#if KERNEL_GIC == 3
/* The CPU interface in system registers. A trap to EL2 that is left over ends here, too. */
static struct verdict check_gic_registers(const struct entry *entry)
{
    (void)entry;
    (void)sysreg_read(s3_0_c12_c12_7);                           /* ICC_IGRPEN1_EL1 */
    return (struct verdict){sysreg_read(s3_0_c12_c12_5) & 1, 1}; /* ICC_SRE_EL1.SRE */
}
#endif

static const struct check checks[] = {
    {"cores that entered", check_core_count, true},
    {"x0 root task start", check_x0, false},
    {"x1 root task end", check_x1, false},
    {"x2 physical - virtual", check_x2, false},
    {"x3 root task entry", check_x3, false},
    {"x4 devicetree", check_x4, false},
    {"x5 devicetree size", check_x5, false},
    {"CurrentEL", check_current_el, false},
    {"SCTLR", check_sctlr, false},
    {"MAIR", check_mair, false},
    {"TCR", check_tcr, false},
    {"MIDR_EL1", check_midr, false},
    {"MPIDR_EL1", check_mpidr, false},
    {"MPIDR_EL1 of all cores", check_mpidr_set, true},
    {"TPIDR_EL1 of all cores", check_tpidr, true},
    {"kernel's first byte translates", check_at_first, false},
    {"kernel's last byte translates", check_at_last, false},
    {"kernel in 2 MiB blocks", check_kernel_blocks, false},
    {"nothing mapped elsewhere", check_identity, false},
    {"trampoline behind the root task", check_trampoline, false},
    {"tables behind the root task", check_table_place, false},
    {"kernel BSS zero", check_bss, true},
    {"kernel bytes", check_kernel_bytes, true},
    {"devicetree magic", check_dtb_magic, true},
    {"devicetree end", check_dtb_end, true},
    {"root task bytes", check_root_bytes, true},
    {"root task BSS zero", check_root_bss, true},
    {"header page", check_header_page, true},
    {"program headers", check_program_headers, true},
    {"interrupts off", check_interrupts, true},
    {"counter offset", check_counter_offset, true},
#if KERNEL_GIC == 3
    {"GIC's system registers", check_gic_registers, true},
#endif
};

static bool check_run(const struct check *check, const struct entry *entry)
{
    struct verdict verdict;

    print("contract: ");
    if (KERNEL_CORES > 1 && !check->once) {
        print("core ");
        print_decimal(entry->tpidr);
        print(": ");
    }
    print(check->name);
    print(": ");
    verdict = check->run(entry);
    if (verdict.got == verdict.want) {
        print("ok\n");
        return true;
    }
    print("FAIL got ");
    print_hex(verdict.got);
    print(" want ");
    print_hex(verdict.want);
    print("\n");
    return false;
}

unsigned checks_run(void)
{
    unsigned count = 0, failed = 0;

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        const unsigned cores = checks[i].once ? 1 : KERNEL_CORES;

        for (unsigned core = 0; core < cores; core++) {
            count++;
            if (!check_run(&checks[i], &entries[core]))
                failed++;
        }
    }
    print("contract: ");
    print_decimal(count);
    print(" checks, ");
    print_decimal(failed);
    print(" failed\n");
    return failed;
}
