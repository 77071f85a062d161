/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/targets/kernel/kernel.h"
#include "tests/targets/kernel/sysreg.h"

/* Save the interrupted registers on the stack; x0 = struct frame. */
.macro save_frame
    sub     sp, sp, #FRAME_BYTES
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    mrs     x0, sp_el0
    stp     x30, x0, [sp, #240]
    mrs     x0, EL(elr)
    mrs     x1, EL(spsr)
    stp     x0, x1, [sp, #FRAME_ELR]
    mov     x0, sp
.endm

.macro vector target
    .balign 128
    b       \target
.endm

    .text
    .balign 2048
    .global vectors
vectors:
    .rept 4                             /* current EL, SP_EL0: not used */
    vector  fault
    .endr
    vector  kernel_sync
    .rept 3
    vector  fault
    .endr
    vector  user_sync
    .rept 3
    vector  fault
    .endr
    .rept 4                             /* AArch32 */
    vector  fault
    .endr

/* An instruction of one of the try_ functions is not there: go on behind it. */
kernel_sync:
    adrp    x9, try_resume
    ldr     x9, [x9, #:lo12:try_resume]
    cbz     x9, fault
    msr     EL(elr), x9
    eret

fault:
    save_frame
    bl      kernel_fault

user_sync:
    save_frame
    bl      user_trap
    ldp     x0, x1, [sp, #FRAME_ELR]
    msr     EL(elr), x0
    msr     EL(spsr), x1
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldr     x30, [sp, #240]
    ldp     x0, x1, [sp, #0]
    add     sp, sp, #FRAME_BYTES
    eret

/* user_enter(x0 = elr, x1 = first argument, x2 = spsr, x3 = top of the kernel stack) */
    .global user_enter
    .type user_enter, %function
user_enter:
    mov     sp, x3
    msr     EL(elr), x0
    msr     EL(spsr), x2
    mov     x0, x1
    mov     x1, xzr
    mov     x2, xzr
    mov     x3, xzr
    eret
    .size user_enter, . - user_enter

/* void NAME(x0, x1): execute INSTRUCTION, which may be undefined here. Clobbers what SMCCC does. */
.macro try_function name, instruction:vararg
    .global \name
    .type \name, %function
\name:
    adrp    x9, try_resume
    add     x9, x9, #:lo12:try_resume
    adr     x10, 1f
    str     x10, [x9]
    \instruction
1:  adrp    x9, try_resume
    str     xzr, [x9, #:lo12:try_resume]
    ret
    .size \name, . - \name
.endm

    try_function try_semihosting, hlt #0xf000
    try_function try_smc, smc #0
    try_function try_hvc, hvc #0

    .bss
    .balign 8
try_resume:
    .skip   8
