/* SPDX-License-Identifier: Apache-2.0 */
/* Records what it was given before anything is changed. */
#include "tests/targets/physical/physical.h"
#include "tests/targets/pattern_table.inc"

    .macro address reg, symbol
    adrp    \reg, \symbol
    add     \reg, \reg, #:lo12:\symbol
    .endm

    .section .text.start, "ax"
    .global _start
    .type _start, %function
/* In: what the loader hands over. Only x9 and up are used until x0..x7 are recorded. */
_start:
    mov     x9, xzr
    b       1f
    mov     x9, #PHYSICAL_SECOND        /* for raw bytes that are entered behind a header */
1:
#if PHYSICAL_KAAL
    /* As KaaL's: it goes on with FP, and on the stack that it has. */
    .arch_extension fp
    .arch_extension simd
    mov     x10, #(3 << 20)
    msr     cpacr_el1, x10
    isb
    stp     q0, q1, [sp, #-32]!
    ldp     q0, q1, [sp], #32
#endif
    address x10, physical_entry
    stp     x0, x1, [x10, #PHYSICAL_X]
    stp     x2, x3, [x10, #PHYSICAL_X + 16]
    stp     x4, x5, [x10, #PHYSICAL_X + 32]
    stp     x6, x7, [x10, #PHYSICAL_X + 48]
    mov     x11, sp
    mrs     x12, CurrentEL
    stp     x11, x12, [x10, #PHYSICAL_SP]
    mrs     x13, daif
    mrs     x14, SPSel
    stp     x13, x14, [x10, #PHYSICAL_DAIF]
    mrs     x13, sctlr_el1
    cmp     x12, #(2 << 2)
    b.ne    2f
    mrs     x13, sctlr_el2
2:  mrs     x14, tpidr_el1
    stp     x13, x14, [x10, #PHYSICAL_SCTLR]

    /* Before anyone uses what is in it. Dirty bytes are put right, so that they can be reported;
     * those of raw bytes nobody has zeroed. */
    mov     x15, xzr
    address x12, physical_bss_start
    address x13, physical_bss_end
3:  cmp     x12, x13
    b.hs    5f
#if !PHYSICAL_RAW
    ldp     x14, x16, [x12]
    orr     x14, x14, x16
    cbz     x14, 4f
    cmp     x15, #0
    csel    x15, x12, x15, eq
#endif
4:  stp     xzr, xzr, [x12], #16
    b       3b
5:  stp     x9, x15, [x10, #PHYSICAL_AT]

#if !PHYSICAL_KAAL
    cbnz    x11, 6f
    address x11, physical_bss_end
    mov     sp, x11
6:
#endif
    mov     x29, xzr
    mov     x0, x10
    b       physical_main

/* In: x0 = exit status. Semihosting's SYS_EXIT_EXTENDED. */
    .global physical_exit
physical_exit:
    mov     x1, #0x26
    movk    x1, #2, lsl #16
    stp     x1, x0, [sp, #-16]!
    mov     w0, #0x20
    mov     x1, sp
    hlt     #0xf000
7:  wfi
    b       7b
    .size _start, . - _start

    .data
    .balign 16
    .global physical_entry, physical_cksum
physical_entry:
    .skip   PHYSICAL_ENTRY_BYTES
physical_cksum:
    .quad   PHYSICAL_CKSUM

    /* Bulk: makes the file as large as a real kernel. */
    .section .rodata
    pattern_table physical_pattern, 0x28000
