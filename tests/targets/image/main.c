/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux protocol, row by row. Position-independent: no table of pointers. */
#include "tests/targets/image/image.h"
#include "tests/targets/image/report.h"
#include "tests/targets/pattern.h"

#define BLOCK UINT64_C(0x200000)
#define GIB   (UINT64_C(1) << 30)

extern const uint64_t image_pattern[], image_pattern_end[];

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

    check("DTB magic", dtb_word(tree), DTB_MAGIC);
    if (dtb_word(tree) != DTB_MAGIC)
        return;
    ram = dtb_ram(tree);
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
    say("checks", check_count);
    say("failed", check_failed);
    image_exit(check_failed);
}
