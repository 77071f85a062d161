/* SPDX-License-Identifier: Apache-2.0 */
/* A Linux arm64 Image: its header, and an entry that records what it was given. */
#include "tests/targets/image/image.h"
#include "tests/targets/pattern_table.inc"

    .section .text.head, "ax"
    .global _head
_head:
    b       start
    nop
    .quad   IMAGE_TEXT_OFFSET
    .quad   IMAGE_MEMORY
    .quad   IMAGE_FLAGS
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0

/* In: what the loader hands over. */
start:
    adrp    x9, image_entry
    add     x9, x9, #:lo12:image_entry
    stp     x0, x1, [x9, #IMAGE_X]
    stp     x2, x3, [x9, #IMAGE_X + 16]
    mrs     x10, CurrentEL
    mrs     x11, daif
    mrs     x12, SPSel
    adr     x13, _head
    stp     x10, x11, [x9, #IMAGE_EL]
    stp     x12, x13, [x9, #IMAGE_SPSEL]
    mrs     x11, sctlr_el1
    mov     x12, xzr
    cmp     x10, #(2 << 2)
    b.ne    1f
    mrs     x11, sctlr_el2
    mrs     x12, cntvoff_el2
1:  stp     x11, x12, [x9, #IMAGE_SCTLR]

    adrp    x10, image_stack_top
    add     x10, x10, #:lo12:image_stack_top
    mov     sp, x10
    adrp    x10, bss_start              /* the kernel's own, as the protocol has it */
    add     x10, x10, #:lo12:bss_start
    adrp    x11, bss_end
    add     x11, x11, #:lo12:bss_end
2:  cmp     x10, x11
    b.hs    3f
    stp     xzr, xzr, [x10], #16
    b       2b
3:  mov     x0, x9
    b       image_main

/* In: x0 = exit status. Semihosting's SYS_EXIT_EXTENDED. */
    .global image_exit
image_exit:
    mov     x1, #0x26
    movk    x1, #2, lsl #16
    stp     x1, x0, [sp, #-16]!
    mov     w0, #0x20
    mov     x1, sp
    hlt     #0xf000
4:  wfi
    b       4b

    .data
    .balign 16
    .global image_entry
image_entry:
    .skip   IMAGE_ENTRY_BYTES

    .section .rodata
    pattern_table image_pattern, 0x28000
