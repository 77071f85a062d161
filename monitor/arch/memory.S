/* SPDX-License-Identifier: Apache-2.0 */
/* Bulk work on memory: zero, copy, cache maintenance by VA. */

	.text

/*
 * void arch_zero(void *start, size_t size)
 * Normal memory only: whole blocks go by DC ZVA. Clobbers x0..x5.
 */
	.global arch_zero
	.type	arch_zero, %function
arch_zero:
	add	x2, x0, x1		// end
	mrs	x3, dczid_el0
	tbnz	x3, #4, 4f		// DC ZVA prohibited
	and	x3, x3, #0xf
	mov	x4, #4
	lsl	x3, x4, x3		// block size in bytes
	sub	x5, x3, #1
1:	tst	x0, x5			// bytes up to the first whole block
	b.eq	2f
	cmp	x0, x2
	b.hs	6f
	strb	wzr, [x0], #1
	b	1b
2:	bic	x4, x2, x5
	cmp	x0, x4
	b.hs	4f
3:	dc	zva, x0
	add	x0, x0, x3
	cmp	x0, x4
	b.lo	3b
4:	cmp	x0, x2
	b.hs	6f
5:	strb	wzr, [x0], #1
	cmp	x0, x2
	b.lo	5b
6:	ret
	.size	arch_zero, . - arch_zero

/*
 * void arch_copy(void *destination, const void *source, size_t size)
 * Forwards, for ranges that do not overlap or where destination < source. Clobbers x0..x6.
 */
	.global arch_copy
	.type	arch_copy, %function
arch_copy:
	and	x3, x2, #~63
	add	x3, x1, x3
	cmp	x1, x3
	b.eq	2f
1:	ldp	q0, q1, [x1]
	ldp	q2, q3, [x1, #32]
	stp	q0, q1, [x0]
	stp	q2, q3, [x0, #32]
	add	x1, x1, #64
	add	x0, x0, #64
	cmp	x1, x3
	b.lo	1b
2:	ands	x2, x2, #63
	b.eq	4f
3:	ldrb	w3, [x1], #1
	strb	w3, [x0], #1
	subs	x2, x2, #1
	b.ne	3b
4:	ret
	.size	arch_copy, . - arch_copy

/* \op every line of [x0, x0 + x1); the line is 4 << CTR_EL0[\shift + 3:\shift] bytes. */
	.macro	by_line op, shift
	mrs	x2, ctr_el0
	ubfx	x2, x2, #\shift, #4
	mov	x3, #4
	lsl	x3, x3, x2
	add	x1, x0, x1
	sub	x2, x3, #1
	bic	x0, x0, x2
1001:	cmp	x0, x1
	b.hs	1002f
	\op, x0
	add	x0, x0, x3
	b	1001b
1002:	dsb	sy
	.endm

/* void arch_clean_poc(const void *start, size_t size) */
	.global arch_clean_poc
	.type	arch_clean_poc, %function
arch_clean_poc:
	by_line	"dc cvac", 16
	ret
	.size	arch_clean_poc, . - arch_clean_poc

/* void arch_sync_code(const void *start, size_t size) */
	.global arch_sync_code
	.type	arch_sync_code, %function
arch_sync_code:
	by_line	"dc cvau", 16
	ic	ialluis
	dsb	sy
	isb
	ret
	.size	arch_sync_code, . - arch_sync_code
