/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors. The monitor runs on SP_EL0 and takes exceptions on SP_ELx, so that a stack
 * that ran into its guard page can still be reported.
 *
 * A slot has 128 bytes, of which its own three instructions take 12: what belongs to exceptions
 * and fits lies behind them.
 */
#include "monitor/arch/el3.h"
#include "monitor/arch/layout.h"
#include "monitor/arch/sysreg.h"

#define FRAME_BYTES 304			/* struct exception_frame */

	.macro	slot number
	.org	vectors + 0x80 * \number
	stp	x0, x1, [sp, #-FRAME_BYTES]!
	mov	x1, #\number
	.endm

/* x2..x6 = SCTLR, ELR, SPSR, ESR, FAR of EL \el. */
	.macro	read_state el
	mrs	x2, sctlr_el\el
	mrs	x3, elr_el\el
	mrs	x4, spsr_el\el
	mrs	x5, esr_el\el
	mrs	x6, far_el\el
	.endm

	.section .text.vectors, "ax"

	.balign	0x800
	.global vectors
vectors:
	/* Current EL on SP_EL0: synchronous, IRQ, FIQ, SError. */
	slot	0
	b	exception_entry

	slot	1
	b	exception_entry

	slot	2
	b	exception_entry

/* Print the string at x1. Clobbers x1, x2, x7. */
early_puts:
	ldrb	w2, [x1], #1
	cbz	w2, 3f
1:	ldr	w7, [x0, #0x18]			// UARTFR
	tbnz	w7, #5, 1b			// TXFF
	str	w2, [x0]			// UARTDR
	b	early_puts
3:	ret

/* Print x4 in hex. Clobbers x2, x7, x8. */
early_hex:
	mov	x8, #64
1:	sub	x8, x8, #4
	lsr	x2, x4, x8
	and	x2, x2, #0xf
	add	x2, x2, #'0'
	cmp	x2, #'9'
	b.ls	2f
	add	x2, x2, #('a' - '9' - 1)
2:	ldr	w7, [x0, #0x18]
	tbnz	w7, #5, 2b
	str	w2, [x0]
	cbnz	x8, 1b
	ret

	slot	3
	b	exception_entry

/*
 * An exception with the MMU off: there is no C worth calling yet. One line by the fallback UART,
 * then stop. In: x3 = ELR, x5 = ESR, x6 = FAR.
 */
early_stop:
	ldr	x0, =LAYOUT_EARLY_UART
	adr	x1, .Lclass
	bl	early_puts
	mov	x4, x5
	bl	early_hex
	adr	x1, .Lelr
	bl	early_puts
	mov	x4, x3
	bl	early_hex
	adr	x1, .Lfar
	bl	early_puts
	mov	x4, x6
	bl	early_hex
	adr	x1, .Lend
	bl	early_puts
1:	wfe
	b	1b

	/* Current EL on SP_ELx: an exception while another one was being reported. */
	slot	4
	b	exception_nested

.Lclass:
	.asciz	"\r\nelfmon: stopped: exception before the MMU was on: ESR 0x"
.Lelr:
	.asciz	", ELR 0x"
.Lfar:
	.asciz	", FAR 0x"
.Lend:
	.asciz	"\r\n"

	slot	5
	b	exception_nested
	slot	6
	b	exception_nested
	slot	7

/* An exception in exception_report: one plain line, then back to the guard all the same. At EL3 it
 * is the access of a call below, which is passed over. */
exception_nested:
	mrs	x0, CurrentEL
	cmp	x0, #CURRENTEL_EL3
	b.eq	el3_pass_over
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
	 * From lower ELs nothing comes but the call of el3_call, so code takes their place.
	 * In: x0 = function, x1 = address or Hz, w2 = value. Out: x0 = what was read. Clobbers x3, x4.
	 */
	.org	vectors + 0x400
	mrs	x3, elr_el3
	mrs	x4, spsr_el3
	cmp	x0, #EL3_WRITE
	b.eq	2f
	b.hi	3f
	mov	x0, xzr
	ldr	w0, [x1]
	b	1f
2:	str	w2, [x1]
1:	dsb	sy
	msr	elr_el3, x3
	msr	spsr_el3, x4
	eret
3:	cbz	x1, 4f
	msr	cntfrq_el0, x1
4:	mrs	x1, scr_el3
	orr	x1, x1, #SCR_EL3_SMD
	msr	scr_el3, x1
	eret

el3_pass_over:
	mrs	x0, elr_el3
	add	x0, x0, #4
	msr	elr_el3, x0
	ldp	x0, x1, [sp], #FRAME_BYTES
	eret

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
	mrs	x7, CurrentEL
	cmp	x7, #CURRENTEL_EL2
	b.eq	1f
	read_state 1
	b	2f
1:	read_state 2
2:	tbnz	x2, #0, 3f			// bit 0: M
	b	early_stop
3:	stp	x3, x4, [sp, #256]
	stp	x5, x6, [sp, #272]
	str	x1, [sp, #288]
	mov	x0, sp
	bl	exception_report
	/* x0: the guard to go back to. Thread state goes on at guard_return on SP_EL0. */
	b	exception_leave
	.ltorg
