/* SPDX-License-Identifier: Apache-2.0 */
/* Entry, with the MMU off; interrupts stay masked, they only end a WFI. */
    .section .text.start, "ax"
    .global _start
_start:
    msr     daifset, #0xf
    adrp    x0, stack_top
    add     x0, x0, #:lo12:stack_top
    mov     sp, x0
    bl      drain_main
