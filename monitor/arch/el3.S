/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Started at EL3, without any firmware: what EL3 has over EL2 is set here, then the monitor goes on
 * one level below. What a non-secure kernel needs of the GIC is known only when the DTB has been
 * read; until then EL3 does single accesses for the monitor (el3_call), and nothing afterwards.
 */
#include "monitor/arch/layout.h"
#include "monitor/arch/sysreg.h"

	.data
	.balign	4
	.global el3_entered
el3_entered:
	.word	0			// not in the BSS, which is zeroed later

	.section .text.el3, "ax"

/*
 * In:  EL3, SCTLR_EL3 and VBAR_EL3 set, this core elected.
 * Out: returns in EL2, or in EL1 where there is no EL2, exceptions masked. Clobbers x1..x3.
 * Source: Arm DDI 0487, registers' reset values; Linux Documentation/arch/arm64/booting.rst.
 */
	.global el3_start
el3_start:
	msr	spsel, #1
	adrp	x1, __exception_stack_top
	mov	sp, x1
	mov	w1, #1
	adrp	x2, el3_entered
	str	w1, [x2, #:lo12:el3_entered]

	/* Data caches of these cores are coherent with CPUECTLR_EL1.SMPEN only; it must be set before
	 * they are on. Source: their technical reference manuals. */
	mrs	x1, midr_el1
	ubfx	x2, x1, #4, #12
	lsr	x1, x1, #24
	cmp	x1, #0x41			// Arm
	b.ne	2f
	sub	x2, x2, #0xd03			// Cortex-A53, A35, -, -, A57, A72
	cmp	x2, #5
	b.hi	2f
	mrs	x1, s3_1_c15_c2_1
	orr	x1, x1, #0x40
	msr	s3_1_c15_c2_1, x1

2:	ldr	x1, =SCR_EL3_OPEN
	msr	scr_el3, x1
	mov	x1, #CPTR_EL3_OPEN
	msr	cptr_el3, x1
	ldr	x1, =MDCR_EL3_OPEN
	msr	mdcr_el3, x1
	isb
	mrs	x3, id_aa64pfr0_el1
	ubfx	x1, x3, #32, #4			// SVE
	cbz	x1, 3f
	mov	x1, #0xf
	msr	s3_6_c1_c2_0, x1		// ZCR_EL3: the longest vectors
3:	ubfx	x1, x3, #24, #4			// GIC's system registers
	cbz	x1, 4f
	mov	x1, #0xf
	msr	s3_6_c12_c12_5, x1		// ICC_SRE_EL3: SRE, DFB, DIB, Enable
	isb

4:	ubfx	x1, x3, #8, #4			// EL2
	mov	x2, #(SPSR_DAIF | SPSR_EL1H)
	cbz	x1, 5f
	mov	x2, #HCR_EL2_RW
	msr	hcr_el2, x2
	ldr	x2, =SCTLR_EL2_RES1
	msr	sctlr_el2, x2
	mov	x2, #(SPSR_DAIF | SPSR_EL2H)
5:	ldr	x1, =SCTLR_EL1_RES1
	msr	sctlr_el1, x1
	msr	spsr_el3, x2
	msr	elr_el3, x30
	tlbi	alle3
	ic	iallu
	dsb	sy
	isb
	eret
	.ltorg

/*
 * uint32_t el3_call(enum el3_function function, uint64_t address_or_hz, uint32_t value): ask EL3.
 * The other end is slot 8 of the vectors.
 */
	.global el3_call
	.type	el3_call, %function
el3_call:
	smc	#0
	ret
	.size	el3_call, . - el3_call
