/* SPDX-License-Identifier: Apache-2.0 */
/* The protocols elf, kaal and raw, row by row. */
#include "tests/targets/image/report.h"
#include "tests/targets/pattern.h"
#include "tests/targets/physical/physical.h"

enum { ELF_ENTRY = 24, ELF_MAGIC = 0x464c457f, PAGE = 4096, OWN_USE = 1024 };

extern const uint8_t physical_start[], physical_summed_end[], physical_bss_end[];
extern const uint64_t physical_pattern[], physical_pattern_end[], physical_cksum;

/* The loader's work, where the kernel is not where it was linked for. */
static const void *const pointers[] = {physical_start, physical_pattern, physical_pattern_end,
                                       &physical_cksum};

#define ADDRESS_OF(symbol)                                                               \
    __extension__({                                                                      \
        uint64_t address_;                                                               \
        __asm__("adrp %0, " #symbol "\n\tadd %0, %0, #:lo12:" #symbol : "=r"(address_)); \
        address_;                                                                        \
    })

/* What the loader has put into memory. */
struct places {
    struct range kernel, dtb, app, stack, ram;
};

static const uint8_t *bytes_at(uint64_t address)
{
    return (const uint8_t *)(uintptr_t)address;
}

static uint64_t doubleword_at(uint64_t address)
{
    return *(const volatile uint64_t *)(uintptr_t)address;
}

/* --- Checks ------------------------------------------------------------------------------- */

static unsigned highest_level(void)
{
    return (sysreg_read(id_aa64pfr0_el1) >> 8 & 0xf) != 0 ? 2 : 1;
}

static void check_level(const struct physical_entry *entry)
{
    const unsigned el = PHYSICAL_EL ? PHYSICAL_EL : highest_level();

    check("CurrentEL", entry->current_el, el << 2);
    check("SCTLR", entry->sctlr, el == 2 ? 0x30c50830 : 0x30d00800);
    check("DAIF", entry->daif, 0x3c0);
    check("SPSel", entry->spsel, 1);
    check("TPIDR_EL1", entry->tpidr, 0);
}

static void check_arguments(const struct physical_entry *entry)
{
    check("x2", entry->x[2], 0);
    if (PHYSICAL_KAAL) {
        check("x5 is totalsize", entry->x[5], dtb_word(bytes_at(entry->x[4]) + 4));
    } else {
        check("x1", entry->x[1], 0);
        check("x3", entry->x[3], 0);
        check("x4", entry->x[4], 0);
        check("x5", entry->x[5], 0);
    }
    check("x6", entry->x[6], 0);
    check("x7", entry->x[7], 0);
}

static void check_own(const struct physical_entry *entry)
{
    const uint64_t start = ADDRESS_OF(physical_start);
    const struct range summed = {start, ADDRESS_OF(physical_summed_end)};

    say("base", start);
    say("entry", start + entry->at);
#if PHYSICAL_BASE
    check("place", start, PHYSICAL_BASE);
#else
    check("place", start % 0x200000, 0);
#endif
    check("own bytes", crc32(summed), physical_cksum);
    check("own pattern",
          (uintptr_t)pattern_first_bad((const void *)bytes_at(ADDRESS_OF(physical_pattern)),
                                       (const void *)bytes_at(ADDRESS_OF(physical_pattern_end))),
          0);
    if (!PHYSICAL_RAW)
        check("BSS zeroed", entry->bss_dirty, 0);
}

static void check_pointers(void)
{
    const void *const volatile *pointer = pointers;
    void (*const volatile function)(const struct physical_entry *) = check_own;

    check("pointer 0", (uintptr_t)pointer[0], ADDRESS_OF(physical_start));
    check("pointer 1", (uintptr_t)pointer[1], ADDRESS_OF(physical_pattern));
    check("pointer 2", (uintptr_t)pointer[2], ADDRESS_OF(physical_pattern_end));
    check("pointer 3", (uintptr_t)pointer[3], ADDRESS_OF(physical_cksum));
    check("pointer 4", (uintptr_t)function, ADDRESS_OF(check_own));
}

static void check_dtb(const struct places *places)
{
    check("DTB is a multiple of 8", places->dtb.start % 8, 0);
    check("DTB inside RAM", is_inside(places->dtb, places->ram), 1);
    check("DTB beside the kernel", is_disjoint(places->dtb, places->kernel), 1);
}

/* Write and read it down to its end, but for what is in use. */
static bool is_writable(struct range stack)
{
    const uint64_t end = (uintptr_t)__builtin_frame_address(0) - OWN_USE;
    bool right = true;

    for (uint64_t at = stack.start; at < end; at += 8)
        *(volatile uint64_t *)(uintptr_t)at = ~at;
    for (uint64_t at = stack.start; at < end; at += 8)
        right &= doubleword_at(at) == ~at;
    return right;
}

static void check_stack(const struct places *places)
{
    const struct range stack = places->stack;

    say("SP", stack.end);
    if (!PHYSICAL_KAAL && stack.end == 0)
        return;
    check("SP is a multiple of 16", stack.end % 16, 0);
    check("stack inside RAM", is_inside(stack, places->ram), 1);
    check("stack beside the kernel", is_disjoint(stack, places->kernel), 1);
    check("stack beside the DTB", is_disjoint(stack, places->dtb), 1);
    check("stack beside the root task", is_disjoint(stack, places->app), 1);
    check("stack is writable", is_writable(stack), 1);
}

/* After the stack was written to. */
static void check_app(const struct physical_entry *entry, const struct places *places)
{
    const struct range app = places->app;

    check("root task is a multiple of 4096", app.start % PAGE, 0);
    check("root task inside RAM", is_inside(app, places->ram), 1);
    check("root task below the kernel", app.end <= places->kernel.start, 1);
    check("root task beside the DTB", is_disjoint(app, places->dtb), 1);
    check("root task is an ELF", (uint32_t)doubleword_at(app.start), ELF_MAGIC);
    check("x3 is its e_entry", entry->x[3], doubleword_at(app.start + ELF_ENTRY));
    say("root task bytes", app.end - app.start);
    say("root task crc32", crc32(app));
}

static void check_memory(const struct physical_entry *entry)
{
    const uint64_t dtb = entry->x[PHYSICAL_KAAL ? 4 : 0], sp = entry->sp;
    struct places places = {
        .kernel = {ADDRESS_OF(physical_start), ADDRESS_OF(physical_bss_end)},
        .dtb = {dtb, dtb + dtb_word(bytes_at(dtb) + 4)},
        .stack = {sp - PHYSICAL_STACK_BYTES, sp},
    };

    check("DTB magic", dtb_word(bytes_at(dtb)), DTB_MAGIC);
    if (dtb_word(bytes_at(dtb)) != DTB_MAGIC)
        return;
    places.ram = dtb_ram(bytes_at(dtb));
    if (PHYSICAL_KAAL)
        places.app = (struct range){entry->x[0], entry->x[1]};
    check_dtb(&places);
    check_stack(&places);
    if (PHYSICAL_KAAL)
        check_app(entry, &places);
}

void physical_main(const struct physical_entry *entry)
{
    check_own(entry);
    check_pointers();
    check_level(entry);
    check_arguments(entry);
    check_memory(entry);
    print("contract: ");
    print_decimal(check_count);
    print(" checks, ");
    print_decimal(check_failed);
    print(" failed\nRESULT ");
    print_decimal(check_failed);
    print("\n");
    physical_exit(check_failed);
}
