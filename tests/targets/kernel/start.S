/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel entry: records what every core was given before anything is changed. */
#include "tests/targets/kernel/kernel.h"
#include "tests/targets/kernel/sysreg.h"
#include "tests/targets/pattern_table.inc"

    .section .text.start, "ax"
    .global _start
    .type _start, %function
/* In: what the loader hands over, any number of cores at once. Only x9 and up are used until
 * x0..x7 are recorded. */
_start:
    mrs     x9, cntvct_el0              /* first: the counter is the boot's cost */

    adrp    x10, arrivals
    add     x10, x10, #:lo12:arrivals
1:  ldaxr   w11, [x10]
    add     w12, w11, #1
    stlxr   w13, w12, [x10]
    cbnz    w13, 1b
    cmp     w11, #KERNEL_CORES
    b.hs    park                        /* more cores than this kernel was built for */

    adrp    x10, entries
    add     x10, x10, #:lo12:entries
    mov     x12, #ENTRY_BYTES
    madd    x10, x11, x12, x10
    str     x9, [x10, #ENTRY_COUNTER]
    stp     x0, x1, [x10, #ENTRY_X]
    stp     x2, x3, [x10, #ENTRY_X + 16]
    stp     x4, x5, [x10, #ENTRY_X + 32]
    stp     x6, x7, [x10, #ENTRY_X + 48]

    msr     daifset, #0xf
    msr     spsel, #1
    adrp    x12, vectors
    add     x12, x12, #:lo12:vectors
    msr     EL(vbar), x12
    isb
    adrp    x12, kernel_stack_alloc
    add     x12, x12, #:lo12:kernel_stack_alloc
    mov     x13, #KERNEL_STACK_BYTES
    madd    x12, x11, x13, x12
    add     sp, x12, x13

    /* The first core looks at the BSS before anyone uses a stack in it. What is dirty is put
     * right, so that it can be reported. */
    cbnz    w11, 5f
    ldr     x12, =bss_start
    ldr     x13, =bss_end
2:  ldp     x14, x15, [x12]
    orr     x14, x14, x15
    cbnz    x14, 3f
    add     x12, x12, #16
    cmp     x12, x13
    b.lo    2b
    b       4f
3:  adrp    x14, bss_dirty_va
    str     x12, [x14, #:lo12:bss_dirty_va]
1:  stp     xzr, xzr, [x12], #16
    cmp     x12, x13
    b.lo    1b
4:  adrp    x13, bss_checked
    add     x13, x13, #:lo12:bss_checked
    mov     w14, #1
    stlr    w14, [x13]

5:  adrp    x13, bss_checked            /* the others wait for it */
    add     x13, x13, #:lo12:bss_checked
6:  ldar    w14, [x13]
    cbz     w14, 6b

    mov     x29, xzr
    mov     x0, x10
    bl      kernel_main

park:
    wfe
    b       park
    .size _start, . - _start

    /* Not in the BSS: it is written before the BSS is looked at. */
    .data
    .balign 16
    .global entries, arrivals, bss_dirty_va
entries:
    .skip   ENTRY_BYTES * KERNEL_CORES
bss_dirty_va:
    .quad   0
arrivals:
    .word   0
bss_checked:
    .word   0

    /* Bulk: makes the file as large as a real kernel, and every part of it is checked. */
    .section .rodata
    pattern_table kernel_pattern, 0x28000
