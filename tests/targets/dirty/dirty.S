/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an unkind firmware leaves in the registers of a core: traps, offsets, tables and identities
 * that nothing after it can live with. Position-independent, run before the image or before a core
 * enters the kernel; keeps x0 and returns to x30.
 */
#define ICH_HCR_EL2 s3_4_c12_c11_0

    .macro dirty reg, value
    ldr     x9, =\value
    msr     \reg, x9
    .endm

    .text
    .global _start
_start:
    dirty   tpidr_el1, 0x1111111111111111
    dirty   tpidr_el0, 0x2222222222222222
    dirty   cpacr_el1, 0                    /* FP and NEON trap */
    dirty   contextidr_el1, 0x33333333
    dirty   vbar_el1, 0x4444444444444000
    dirty   mair_el1, 0x0004080c44bbff00
    dirty   amair_el1, 0x5555555555555555
    dirty   par_el1, 0x666
    dirty   esr_el1, 0x77777777
    dirty   far_el1, 0x8888888888888888
    dirty   elr_el1, 0x9999999999999999
    dirty   spsr_el1, 0x600003c0
    dirty   sp_el0, 0xaaaaaaaaaaaaaaaa
    dirty   cntkctl_el1, 0
    mrs     x10, CurrentEL
    cmp     x10, #(1 << 2)
    b.eq    2f
    mrs     x9, id_aa64pfr0_el1
    ubfx    x9, x9, #8, #4                  /* EL2: at EL3 there may be none */
    cbz     x9, 1f

    dirty   sctlr_el1, 0xfffffffe           /* every check, trap and the other byte order */
    dirty   tcr_el1, 0x0000007fffbfffff
    dirty   ttbr0_el1, 0x0000badbad000000
    dirty   ttbr1_el1, 0x0000badbad001000
    dirty   sp_el1, 0xbbbbbbbbbbbbbbbb
    dirty   hcr_el2, 0x00000003fffffffe     /* all but E2H, stage 2 and RW: AArch32, TGE, traps */
    dirty   cptr_el2, 0xffffffff
    dirty   hstr_el2, 0xffffffff
    dirty   hacr_el2, 0xffffffff
    dirty   vttbr_el2, 0x00ffbadbad002000
    dirty   vtcr_el2, 0xffffffff
    dirty   mdcr_el2, 0x00000fe1            /* debug, counters: all trap; 1 counter for EL1 */
    dirty   cnthctl_el2, 0xf0               /* EL1 has neither counter nor timer */
    dirty   cntvoff_el2, 0x0123456789abcdef
    dirty   cnthp_ctl_el2, 2
    dirty   vpidr_el2, 0xdeadbeef
    dirty   vmpidr_el2, 0xffdeadbeef
    dirty   vbar_el2, 0xcccccccccccc0000
    dirty   esr_el2, 0xdddddddd
    dirty   elr_el2, 0xeeeeeeeeeeeeeeee
    dirty   spsr_el2, 0x600003c0
    dirty   tpidr_el2, 0xffffffffffffffff
    mrs     x9, id_aa64pfr0_el1
    ubfx    x9, x9, #24, #4
    cbz     x9, 1f
    dirty   ICH_HCR_EL2, 0x7c01             /* virtual interrupts, and all of the GIC traps */

1:  cmp     x10, #(3 << 2)
    b.ne    2f
    dirty   cntfrq_el0, 0
    dirty   scr_el3, 0x328e                 /* secure, AArch32 below, interrupts to EL3, traps */
    dirty   cptr_el3, 0x80100400            /* FP, trace and CPACR trap */
    dirty   mdcr_el3, 0x640                 /* debug and counters trap */
    dirty   vbar_el3, 0x1010101010101000
    dirty   elr_el3, 0x2020202020202020
    dirty   spsr_el3, 0x600003c0
    dirty   tpidr_el3, 0x3030303030303030
    dirty   sctlr_el3, 0xfffffffe           /* last: the other byte order for data */

2:  isb
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
    mov     x\n, #0xdead
    .endr
    ret
