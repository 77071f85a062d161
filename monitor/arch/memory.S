/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulk work on Normal memory: copy, fill, zero, cache maintenance by VA. memcpy and memset are the
 * C library's, whose byte loops would be half of all instructions from reset to the kernel.
 */

	.macro	function name
	.global	\name
	.type	\name, %function
\name:
	.endm

	.text

/*
 * void *memcpy(void *destination, const void *source, size_t size); arch_copy is the same.
 * Forwards, for ranges that do not overlap or where destination < source. Clobbers x1..x5, q0..q7.
 */
function memcpy
	mov	x3, x0
	subs	x2, x2, #256
	b.lo	2f
1:	.rept	2
	ldp	q0, q1, [x1], #32
	ldp	q2, q3, [x1], #32
	ldp	q4, q5, [x1], #32
	ldp	q6, q7, [x1], #32
	stp	q0, q1, [x3], #32
	stp	q2, q3, [x3], #32
	stp	q4, q5, [x3], #32
	stp	q6, q7, [x3], #32
	.endr
	subs	x2, x2, #256
	b.hs	1b
2:	adds	x2, x2, #(256 - 8)
	b.lt	4f
3:	ldr	x4, [x1], #8
	str	x4, [x3], #8
	subs	x2, x2, #8
	b.ge	3b
4:	adds	x2, x2, #8
	b.eq	6f
5:	ldrb	w4, [x1], #1
	strb	w4, [x3], #1
	subs	x2, x2, #1
	b.ne	5b
6:	ret
	.size	memcpy, . - memcpy
	.global	arch_copy
	.set	arch_copy, memcpy

/* void *memset(void *start, int byte, size_t size). Clobbers x2, x3, x4, q0. */
function memset
	dup	v0.16b, w1
	mov	x3, x0
	bic	x4, x2, #63
	add	x4, x0, x4
	cmp	x3, x4
	b.eq	2f
1:	stp	q0, q0, [x3]
	stp	q0, q0, [x3, #32]
	add	x3, x3, #64
	cmp	x3, x4
	b.lo	1b
2:	ands	x2, x2, #63
	b.eq	4f
3:	strb	w1, [x3], #1
	subs	x2, x2, #1
	b.ne	3b
4:	ret
	.size	memset, . - memset

/* void arch_zero(void *start, size_t size): whole blocks by DC ZVA. Clobbers x0..x6, q0. */
function arch_zero
	mov	x2, x1
	mov	w1, wzr
	mrs	x3, dczid_el0
	tbnz	x3, #4, memset			// DC ZVA prohibited
	and	x3, x3, #0xf
	mov	x4, #4
	lsl	x3, x4, x3			// block size in bytes
	add	x6, x0, x2			// end
	lsl	x3, x3, #2			// four blocks at a time
	sub	x5, x3, #1
	bic	x6, x6, x5			// of the last whole four
	neg	x4, x0
	and	x4, x4, x5			// bytes up to the first one
	add	x4, x0, x4
	cmp	x4, x6
	b.hs	memset				// too few
	stp	x30, x2, [sp, #-32]!
	stp	x0, x6, [sp, #16]
	sub	x2, x4, x0
	mov	x5, x4
	lsr	x6, x3, #2
	bl	memset				// keeps x5 and x6
	ldr	x4, [sp, #24]
1:
	.rept	4
	dc	zva, x5
	add	x5, x5, x6
	.endr
	cmp	x5, x4
	b.lo	1b
	ldp	x30, x2, [sp]
	ldr	x0, [sp, #16]
	add	x2, x0, x2
	mov	x0, x4
	sub	x2, x2, x4
	add	sp, sp, #32
	b	memset				// what is left
	.size	arch_zero, . - arch_zero

/*
 * void arch_clean_poc(const void *start, size_t size), void arch_forget(const void *start, size_t
 * size): clean and invalidate every line of [start, start + size), which serves both, for the
 * neighbours in a line must not be lost. Goes by four lines at a time: up to three more on either
 * side, never in another page. Clobbers x0..x4.
 */
function arch_clean_poc
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4			// DminLine: log2 of words
	mov	x3, #4
	lsl	x3, x3, x2
	lsl	x4, x3, #2
	sub	x4, x4, #1
	add	x1, x0, x1
	bic	x0, x0, x4
1:	cmp	x0, x1
	b.hs	2f
	.rept	4
	dc	civac, x0
	add	x0, x0, x3
	.endr
	b	1b
2:	dsb	sy
	ret
	.size	arch_clean_poc, . - arch_clean_poc
	.global	arch_forget
	.set	arch_forget, arch_clean_poc

/* void arch_sync_code(const void *start, size_t size): data cleaned to the point of coherency is
 * clean to that of unification too. */
function arch_sync_code
	mov	x5, x30
	bl	arch_clean_poc
	ic	ialluis
	dsb	sy
	isb
	ret	x5
	.size	arch_sync_code, . - arch_sync_code
