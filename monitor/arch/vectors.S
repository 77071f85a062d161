/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors. The monitor runs on SP_EL0 and takes exceptions on SP_ELx, so that a stack
 * that ran into its guard page can still be reported.
 */
#include "monitor/arch/sysreg.h"

#define FRAME_BYTES 304			/* struct exception_frame */

	.macro	slot target, source
	.balign	0x80
	stp	x0, x1, [sp, #-FRAME_BYTES]!
	mov	x1, #\source
	b	\target
	.endm

	.section .text.vectors, "ax"

	.balign	0x800
	.global vectors
vectors:
	.irp	source, 0, 1, 2, 3		// current EL, SP_EL0
	slot	exception_entry, \source
	.endr
	.irp	source, 4, 5, 6, 7		// current EL, SP_ELx: while reporting
	slot	exception_nested, \source
	.endr
	.irp	source, 8, 9, 10, 11, 12, 13, 14, 15	// lower ELs: there are none
	slot	exception_entry, \source
	.endr

exception_entry:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x2, sp_el0
	stp	x30, x2, [sp, #240]
	mrs	x3, CurrentEL
	cmp	x3, #CURRENTEL_EL2
	b.eq	1f
	mrs	x3, elr_el1
	mrs	x4, spsr_el1
	mrs	x5, esr_el1
	mrs	x6, far_el1
	b	2f
1:	mrs	x3, elr_el2
	mrs	x4, spsr_el2
	mrs	x5, esr_el2
	mrs	x6, far_el2
2:	stp	x3, x4, [sp, #256]
	stp	x5, x6, [sp, #272]
	str	x1, [sp, #288]
	mov	x0, sp
	bl	exception_report
	/* x0: the guard to go back to. Thread state goes on at guard_return on SP_EL0. */
	b	exception_leave

/* An exception in exception_report: one plain line, then back to the guard all the same. */
exception_nested:
	ldr	x0, =__exception_stack_top
	mov	sp, x0
	bl	exception_report_nested

exception_leave:
	ldr	x1, =__exception_stack_top
	mov	sp, x1
	adr	x1, guard_return
	mov	x2, #SPSR_DIF
	mrs	x3, CurrentEL
	cmp	x3, #CURRENTEL_EL2
	b.eq	1f
	msr	elr_el1, x1
	orr	x2, x2, #SPSR_EL1T
	msr	spsr_el1, x2
	eret
1:	msr	elr_el2, x1
	orr	x2, x2, #SPSR_EL2T
	msr	spsr_el2, x2
	eret

/*
 * int guard_enter(struct guard *guard): 0 at first; ERR_FAULT where an exception led back here.
 * struct guard: x19..x30, SP, then d8..d15.
 */
	.text
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
	.size	guard_enter, . - guard_enter

/* Before the early map is in force there is no C worth calling: one fixed line by the fallback
 * UART, then stop. Position-independent. */
	.section .text.early_vectors, "ax"
	.balign	0x800
	.global early_vectors
early_vectors:
	.rept	16
	.balign	0x80
	b	early_stop
	.endr

early_stop:
	mov	x0, #0x09000000
	adr	x1, early_text
1:	ldrb	w2, [x1], #1
	cbz	w2, 3f
2:	ldr	w3, [x0, #0x18]
	tbnz	w3, #5, 2b
	str	w2, [x0]
	b	1b
3:	wfe
	b	3b
early_text:
	.asciz	"\r\nelfmon: exception before the MMU was on; stopped\r\n"
	.balign	4
