/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code that runs while the MMU goes on or off. Its page is mapped at its physical address too,
 * read-only and executable. Nothing here touches memory between the two states.
 */
#include "monitor/arch/sysreg.h"

	.section .text.idmap, "ax"

/* \tmp = CurrentEL == EL2, in the flags (eq). */
	.macro	cmp_el2 tmp
	mrs	\tmp, CurrentEL
	cmp	\tmp, #CURRENTEL_EL2
	.endm

	.macro	tlbi_own tmp
	cmp_el2	\tmp
	b.eq	1001f
	tlbi	vmalle1
	b	1002f
1001:	tlbi	alle2
1002:	dsb	sy
	isb
	.endm

	.macro	read_sctlr reg, tmp
	cmp_el2	\tmp
	b.eq	1001f
	mrs	\reg, sctlr_el1
	b	1002f
1001:	mrs	\reg, sctlr_el2
1002:
	.endm

	.macro	write_sctlr reg, tmp
	cmp_el2	\tmp
	b.eq	1001f
	msr	sctlr_el1, \reg
	b	1002f
1001:	msr	sctlr_el2, \reg
1002:	isb
	.endm

	.macro	write_ttbr0 reg, tmp
	cmp_el2	\tmp
	b.eq	1001f
	msr	ttbr0_el1, \reg
	b	1002f
1001:	msr	ttbr0_el2, \reg
1002:	isb
	.endm

/*
 * Turn the MMU on for the first time.
 * In:  x0 = root of the early map, MAIR and TCR already set by early_map; called at the
 *      physical address. Out: returns at the link address.
 * Clobbers x0..x5.
 */
	.global mmu_enable
mmu_enable:
	write_ttbr0 x0, x1
	tlbi_own x1
	ic	iallu
	dsb	sy
	isb
	cmp_el2	x1
	mov	x0, #(SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I)
	ldr	x2, =SCTLR_EL1_RES1
	ldr	x3, =SCTLR_EL2_RES1
	csel	x2, x3, x2, eq
	orr	x0, x0, x2
	adrp	x4, __image_start
	sub	x30, x30, x4
	ldr	x5, =__image_start
	add	x30, x30, x5
	write_sctlr x0, x1
	ret

/* Copy [x3, x4) to the same part of the image at x10, cleaned to the point of coherency: the MMU
 * goes off soon. Clobbers x3, x5..x8, q0, q1. */
	.macro	copy_part
	ldr	x5, =__image_start
	sub	x5, x3, x5
	add	x5, x5, x10
	mov	x8, x5
1001:	ldp	q0, q1, [x3], #32
	stp	q0, q1, [x5], #32
	cmp	x3, x4
	b.lo	1001b
	mrs	x7, ctr_el0
	ubfx	x7, x7, #16, #4			// DminLine: log2 of words
	mov	x6, #4
	lsl	x6, x6, x7
1002:	dc	cvac, x8
	add	x8, x8, x6
	cmp	x8, x5
	b.lo	1002b
	dsb	sy
	.endm

/*
 * Go on with another table, in another copy of the image.
 *
 * In:  x0 = physical address of the image now, x1 = of the image to go on in,
 *      x2 = root of the table to go on with. Where x0 != x1, the image is copied first.
 *      Called at the link address.
 * Out: returns at the link address, everything as before, on the new table.
 */
	.global mmu_move
mmu_move:
	stp	x29, x30, [sp, #-16]!
	mov	x9, x0
	mov	x10, x1
	mov	x11, x2
	read_sctlr x12, x3
	cmp	x9, x10
	b.eq	3f

	/* The pages under the stacks are not mapped; the exception stack is empty. */
	ldr	x3, =__image_start
	ldr	x4, =__stack_guard
	copy_part
	ldr	x3, =__stack_bottom
	ldr	x4, =__stack_top
	copy_part

3:	/* At the old physical address. */
	ldr	x3, =__image_start
	adr	x4, 4f
	sub	x4, x4, x3
	add	x4, x4, x9
	br	x4
4:	bic	x5, x12, #SCTLR_M
	bic	x5, x5, #SCTLR_C
	write_sctlr x5, x6

	/* At the new physical address. */
	adr	x4, 5f
	sub	x4, x4, x9
	add	x4, x4, x10
	br	x4
5:	ic	iallu
	dsb	sy
	isb
	write_ttbr0 x11, x6
	tlbi_own x6
	ldr	x4, =6f
	write_sctlr x12, x6
	br	x4
6:	ldp	x29, x30, [sp], #16
	ret

/*
 * Leave for the trampoline, MMU and D-cache off.
 * In:  x0 = physical address of the image, x1 = of the trampoline, x2 = argument for it.
 */
	.global mmu_leave
mmu_leave:
	mov	x10, x1
	ldr	x3, =__image_start
	adr	x4, 1f
	sub	x4, x4, x3
	add	x4, x4, x0
	mov	x0, x2
	br	x4
1:	read_sctlr x5, x6
	bic	x5, x5, #SCTLR_M
	bic	x5, x5, #SCTLR_C
	write_sctlr x5, x6
	ic	iallu
	dsb	sy
	isb
	tlbi_own x6
	br	x10

	.ltorg
