/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux protocol, row by row. Position-independent: no table of pointers. */
#include "tests/targets/image/image.h"
#include "tests/targets/pattern.h"

#define sysreg_read(name)                                  \
    __extension__({                                        \
        uint64_t value_;                                   \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)); \
        value_;                                            \
    })

#define UART  ((volatile uint32_t *)0x9000000)
#define BLOCK UINT64_C(0x200000)
#define GIB   (UINT64_C(1) << 30)

enum { UART_FR = 0x18 / 4, UART_FR_BUSY = 1 << 3, DTB_MAGIC = 0xd00dfeed - (INT64_C(1) << 32) };

struct range {
    uint64_t start, end;
};

extern const uint64_t image_pattern[], image_pattern_end[];

static unsigned count, failed;

/* --- Printing ----------------------------------------------------------------------------- */

static void print_char(char c)
{
    UART[0] = (unsigned char)c;
    while ((UART[UART_FR] & UART_FR_BUSY) != 0)
        ;
}

static void print(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            print_char('\r');
        print_char(*text);
    }
}

static void print_hex(uint64_t value)
{
    print("0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        const unsigned digit = value >> shift & 0xf;

        if (shift == 0 || value >> shift != 0)
            print_char((char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}

static void say(const char *name, uint64_t value)
{
    print("contract: ");
    print(name);
    print(" = ");
    print_hex(value);
    print("\n");
}

static void check(const char *name, uint64_t got, uint64_t want)
{
    count++;
    print("contract: ");
    print(name);
    print(": ");
    if (got == want) {
        print("ok\n");
        return;
    }
    failed++;
    print("FAIL got ");
    print_hex(got);
    print(" want ");
    print_hex(want);
    print("\n");
}

/* --- Checks ------------------------------------------------------------------------------- */

static void check_registers(const struct image_entry *entry)
{
    const bool has_el2 = (sysreg_read(id_aa64pfr0_el1) >> 8 & 0xf) != 0;

    check("x0 is a multiple of 8", entry->x[0] & 7, 0);
    check("x1", entry->x[1], 0);
    check("x2", entry->x[2], 0);
    check("x3", entry->x[3], 0);
    check("highest exception level", entry->current_el, has_el2 ? 2 << 2 : 1 << 2);
    check("SCTLR", entry->sctlr, has_el2 ? 0x30c50830 : 0x30d00800);
    check("DAIF", entry->daif, 0x3c0);
    check("SPSel", entry->spsel, 1);
    check("CNTVOFF", entry->cntvoff, 0);
    check("CNTFRQ is set", sysreg_read(cntfrq_el0) != 0, 1);
}

static bool is_inside(struct range inner, struct range outer)
{
    return outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end;
}

static bool is_disjoint(struct range a, struct range b)
{
    return a.end <= b.start || b.end <= a.start;
}

static struct range find_ram(const uint8_t *dtb)
{
    const struct value reg = dtb_find(dtb, "memory", "reg");
    const uint64_t start = dtb_number((struct value){reg.data, 8});

    /* Two cells, and one or two. */
    return (struct range){start, start + dtb_number((struct value){reg.data + 8, reg.bytes - 8})};
}

static void check_image(struct range image, struct range ram)
{
    volatile uint64_t *last = (volatile uint64_t *)(uintptr_t)((image.end - 8) & ~UINT64_C(7));

    check("place", (image.start - IMAGE_TEXT_OFFSET) % BLOCK, 0);
    check("image bytes", (uintptr_t)pattern_first_bad(image_pattern, image_pattern_end), 0);
    check("image inside RAM", is_inside(image, ram), 1);
    *last = 0x5a5a5a5a;
    check("image memory", *last, 0x5a5a5a5a);
}

static void check_dtb(struct range dtb, struct range image, struct range ram)
{
    check("DTB within 2 MiB", dtb.start / BLOCK, (dtb.end - 1) / BLOCK);
    check("DTB inside RAM", is_inside(dtb, ram), 1);
    check("DTB beside the image", is_disjoint(dtb, image), 1);
}

static uint32_t crc32(struct range bytes)
{
    uint32_t crc = UINT32_MAX;

    for (const uint8_t *p = (const uint8_t *)(uintptr_t)bytes.start;
         p < (const uint8_t *)(uintptr_t)bytes.end; p++) {
        crc ^= *p;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static void check_initrd(struct range initrd, struct range dtb, struct range image,
                         struct range ram)
{
    const struct range window = {image.start / GIB * GIB, image.start / GIB * GIB + 32 * GIB};

    say("initrd bytes", initrd.end - initrd.start);
    if (initrd.end == 0)
        return;
    check("initrd inside RAM", is_inside(initrd, ram), 1);
    check("initrd within 32 GiB", is_inside(initrd, window), 1);
    check("initrd beside image and DTB", is_disjoint(initrd, image) && is_disjoint(initrd, dtb), 1);
    say("initrd crc32", crc32(initrd));
}

static void check_memory(const struct image_entry *entry)
{
    const uint8_t *tree = (const uint8_t *)(uintptr_t)entry->x[0];
    const struct range image = {entry->base, entry->base + IMAGE_MEMORY};
    const struct range dtb = {entry->x[0], entry->x[0] + dtb_word(tree + 4)};
    const struct range initrd = {dtb_number(dtb_find(tree, "chosen", "linux,initrd-start")),
                                 dtb_number(dtb_find(tree, "chosen", "linux,initrd-end"))};
    const struct value bootargs = dtb_find(tree, "chosen", "bootargs");
    struct range ram;

    check("DTB magic", dtb_word(tree), (uint32_t)DTB_MAGIC);
    if (dtb_word(tree) != (uint32_t)DTB_MAGIC)
        return;
    ram = find_ram(tree);
    check_image(image, ram);
    check_dtb(dtb, image, ram);
    check_initrd(initrd, dtb, image, ram);
    say("kaslr-seed", dtb_number(dtb_find(tree, "chosen", "kaslr-seed")));
    print("contract: bootargs = ");
    print(bootargs.data != NULL ? (const char *)bootargs.data : "(none)");
    print("\n");
}

void image_main(const struct image_entry *entry)
{
    say("base", entry->base);
    check_registers(entry);
    check_memory(entry);
    say("checks", count);
    say("failed", failed);
    image_exit(failed);
}
