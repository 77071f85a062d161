/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/sel4.h"

#include <elf.h>
#include <string.h>

#include "monitor/base/bits.h"

/* The kernel's half of the address space at EL1 and at EL2, as far as seL4 has ever used it. */
#define EL1_VA_START UINT64_C(0xffffff8000000000)
#define EL2_VA_START UINT64_C(0x0000008000000000)
#define EL2_VA_END   UINT64_C(0x0000010000000000)

/* Names of objects in the kernel. */
#define SYMBOL_RAM         "avail_p_regs"          /* memory the kernel was configured with */
#define SYMBOL_STACKS      "kernel_stack_alloc"    /* one stack per core */
#define SYMBOL_USER_ROOT   "armKSGlobalUserVSpace" /* empty root table of user address spaces */
#define SYMBOL_GICV2       "gic_cpuiface"          /* CPU interface in memory: GICv2 only */
#define SYMBOL_GICV3       "gic_rdist_map"         /* redistributors: GICv3 only */
#define STACK_BYTES        4096
#define USER_ROOT_BYTES_40 8192 /* two tables of level 1 side by side */
#define USER_ROOT_BYTES_44 4096 /* one table of level 0 */

/* Size of the object called @name; 0 where there is none. */
static uint64_t object_bytes(const struct elf64 *kernel, const char *name)
{
    struct elf64_symbol symbol;

    return elf64_symbol(kernel, name, &symbol) == ERR_OK ? symbol.size : 0;
}

static bool has_symbol(const struct elf64 *kernel, const char *name)
{
    struct elf64_symbol symbol;

    return elf64_symbol(kernel, name, &symbol) == ERR_OK;
}

/* The exception level that a kernel at @va runs at; 0 where seL4 is never linked. */
static unsigned el_of(struct range va)
{
    if (va.start >= EL1_VA_START)
        return 1;
    return va.start >= EL2_VA_START && va.end <= EL2_VA_END ? 2 : 0;
}

/* True where one constant separates virtual from physical, so that 2 MiB blocks can map it all. */
static bool is_mappable(const struct elf64 *kernel)
{
    uint64_t offset = kernel->va.start - kernel->pa.start;

    for (unsigned i = 0; i < kernel->segment_count; i++)
        if (kernel->segments[i].va - kernel->segments[i].pa != offset)
            return false;
    return is_aligned(kernel->va.start, BLOCK_BYTES) && is_aligned(kernel->pa.start, BLOCK_BYTES);
}

/*
 * Other kernels live up there too. Where there are symbols, seL4's must be among them; a
 * stripped seL4 is known by its one segment that is readable, writable and executable.
 */
static bool looks_like_sel4(const struct elf64 *kernel)
{
    if (!is_mappable(kernel))
        return false;
    if (elf64_has_symbols(kernel))
        return has_symbol(kernel, SYMBOL_STACKS) || has_symbol(kernel, SYMBOL_RAM) ||
               has_symbol(kernel, SYMBOL_USER_ROOT);
    return kernel->segment_count == 1 && kernel->segments[0].flags == (PF_R | PF_W | PF_X);
}

static unsigned core_count(const struct elf64 *kernel)
{
    uint64_t bytes = object_bytes(kernel, SYMBOL_STACKS);

    return is_aligned(bytes, STACK_BYTES) && bytes / STACK_BYTES <= SEL4_CORES_MAX
               ? (unsigned)(bytes / STACK_BYTES)
               : 0;
}

static unsigned gic_version(const struct elf64 *kernel)
{
    if (has_symbol(kernel, SYMBOL_GICV3))
        return 3;
    return has_symbol(kernel, SYMBOL_GICV2) ? 2 : 0;
}

/* All ranges, or none where one of them makes no sense or there is no room for it. */
static void read_ram(const struct elf64 *kernel, struct sel4_facts *out)
{
    const size_t pair_bytes = sizeof(out->ram[0]);
    struct elf64_symbol symbol;
    struct bytes pairs;

    if (elf64_symbol(kernel, SYMBOL_RAM, &symbol) ||
        elf64_at(kernel, symbol.value, symbol.size, &pairs) || pairs.size % pair_bytes != 0 ||
        pairs.size / pair_bytes > SEL4_RAM_MAX)
        return;
    memcpy(out->ram, pairs.data, pairs.size);
    for (unsigned i = 0; i < pairs.size / pair_bytes; i++) {
        if (out->ram[i].start >= out->ram[i].end) {
            memset(out->ram, 0, sizeof(out->ram));
            return;
        }
    }
    out->ram_count = (unsigned)(pairs.size / pair_bytes);
}

/* Instructions that build the TCR_EL2 which the kernel expects, without register and width.
 * Source: Arm DDI 0487, "MOVZ" and "MOVK"; seL4 compares 0x80823510 or 0x80843510. */
#define INSTRUCTION_BYTES 4
#define MOV_MASK          UINT32_C(0x7fffffe0)
#define MOV_REGISTER      UINT32_C(0x1f)
#define MOVZ_3510         UINT32_C(0x5286a200) /* mov Rd, #0x3510 */
#define MOVK_8082         UINT32_C(0x72b01040) /* movk Rd, #0x8082, lsl #16 */
#define MOVK_8084         UINT32_C(0x72b01080) /* movk Rd, #0x8084, lsl #16 */
#define MOV_DISTANCE_MAX  4

/* Bits that the movk within a few instructions of the mov at @at stands for; 0 for none. */
static unsigned pa_bits_at(struct bytes code, uint64_t at)
{
    uint32_t mov, next;

    if (bytes_le32(code, at, &mov) || (mov & MOV_MASK) != MOVZ_3510)
        return 0;
    for (unsigned i = 1; i <= MOV_DISTANCE_MAX; i++) {
        if (bytes_le32(code, at + i * INSTRUCTION_BYTES, &next))
            return 0;
        if ((next & MOV_REGISTER) != (mov & MOV_REGISTER))
            continue;
        if ((next & MOV_MASK) == MOVK_8082)
            return 40;
        if ((next & MOV_MASK) == MOVK_8084)
            return 44;
    }
    return 0;
}

static unsigned pa_bits_in_code(const struct elf64 *kernel)
{
    for (unsigned i = 0; i < kernel->segment_count; i++) {
        const struct elf64_segment *s = &kernel->segments[i];
        struct bytes code;

        if (!(s->flags & PF_X) || bytes_sub(kernel->file, s->offset, s->filesz, &code))
            continue;
        for (uint64_t at = 0; at < code.size; at += INSTRUCTION_BYTES) {
            unsigned bits = pa_bits_at(code, at);

            if (bits)
                return bits;
        }
    }
    return 0;
}

static unsigned pa_bits_by_symbol(const struct elf64 *kernel)
{
    switch (object_bytes(kernel, SYMBOL_USER_ROOT)) {
    case USER_ROOT_BYTES_40:
        return 40;
    case USER_ROOT_BYTES_44:
        return 44;
    default:
        return 0;
    }
}

static void fill_in(const struct sel4_facts *known, struct sel4_facts *facts)
{
    if (!facts->core_count)
        facts->core_count = known->core_count;
    if (!facts->pa_bits)
        facts->pa_bits = known->pa_bits;
    if (!facts->gic_version)
        facts->gic_version = known->gic_version;
    if (!facts->ram_count) {
        facts->ram_count = known->ram_count;
        memcpy(facts->ram, known->ram, sizeof(facts->ram));
    }
}

void sel4_facts(const struct elf64 *kernel, const struct sel4_facts *known, struct sel4_facts *out)
{
    memset(out, 0, sizeof(*out));
    if (el_of(kernel->va) == 0 || !looks_like_sel4(kernel))
        return;
    out->is_sel4 = true;
    out->el = el_of(kernel->va);
    out->core_count = core_count(kernel);
    out->gic_version = gic_version(kernel);
    if (out->el == 2)
        out->pa_bits = pa_bits_by_symbol(kernel);
    read_ram(kernel, out);
    if (known)
        fill_in(known, out);
    if (out->el == 2 && !out->pa_bits)
        out->pa_bits = pa_bits_in_code(kernel);
}
