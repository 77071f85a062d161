/* SPDX-License-Identifier: Apache-2.0 */
/* Where an exception goes back to: noted here, and gone back to from the vectors. */

	.section .text.guard, "ax"

/*
 * int guard_enter(struct guard *guard): 0 at first, 1 where an exception led back here.
 * struct guard: x19..x30, SP, then d8..d15.
 */
	.global guard_enter
	.type	guard_enter, %function
guard_enter:
	stp	x19, x20, [x0]
	stp	x21, x22, [x0, #16]
	stp	x23, x24, [x0, #32]
	stp	x25, x26, [x0, #48]
	stp	x27, x28, [x0, #64]
	stp	x29, x30, [x0, #80]
	mov	x1, sp
	str	x1, [x0, #96]
	stp	d8, d9, [x0, #104]
	stp	d10, d11, [x0, #120]
	stp	d12, d13, [x0, #136]
	stp	d14, d15, [x0, #152]
	mov	w0, #0
	ret

/* What exceptions return to: the second return of guard_enter. In: x0 = the guard. */
	.global guard_return
guard_return:
	ldp	x19, x20, [x0]
	ldp	x21, x22, [x0, #16]
	ldp	x23, x24, [x0, #32]
	ldp	x25, x26, [x0, #48]
	ldp	x27, x28, [x0, #64]
	ldp	x29, x30, [x0, #80]
	ldr	x1, [x0, #96]
	mov	sp, x1
	ldp	d8, d9, [x0, #104]
	ldp	d10, d11, [x0, #120]
	ldp	d12, d13, [x0, #136]
	ldp	d14, d15, [x0, #152]
	mov	w0, #1
	ret
