/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the first instruction to C at the link address.
 *
 * In:  MMU and D-cache off, EL1, EL2 or EL3, any 4 KiB-aligned address; x0 = DTB or 0. At EL3 any
 *      number of cores at once: nothing was there before that could have held them. From flash, for
 *      which elfmon-pack fills the copy words, at reset: x0 is anything.
 * Out: monitor_main(x0 = DTB hint, x1 = physical address of the image) on SP_EL0, with the
 *      early map in force, vectors set, FP and TLS usable, exceptions on SP_ELx.
 */
#include "monitor/arch/layout.h"
#include "monitor/arch/sysreg.h"

	.section .text.head, "ax"

/* The arm64 Image header (Linux Documentation/arch/arm64/booting.rst), for raw images. */
	.global _head
_head:
	b	start
	nop
	.quad	LAYOUT_TEXT_OFFSET
	.quad	__image_bytes
	.quad	0xa			// little-endian, 4 KiB pages, anywhere in memory
copy:	.quad	0, 0, 0			// bytes to copy to RAM first, its address there
	.ascii	"ARM\x64"
	.word	0

/*
 * At EL3 the core with affinity 0.0.0.0 is elected: the first one of every machine whose cores come
 * out of reset at the same time. Loads and stores exclusive would choose any other as well, but with
 * the MMU off all memory is of Device type, for which they need not work. The others use no memory
 * and sleep: no interrupt is enabled for them.
 */
	.global start
start:
	msr	daifset, #0xf
	mrs	x1, CurrentEL
	cmp	x1, #CURRENTEL_EL3
	b.ne	2f
	mrs	x1, mpidr_el1
	ubfx	x2, x1, #32, #8			// Aff3
	ubfx	x1, x1, #0, #24
	orr	x1, x1, x2
	cbnz	x1, sleep
	mov	x1, #(SCTLR_EL3_RES1 & 0xffff)	// before any load: its byte order is in there
	movk	x1, #(SCTLR_EL3_RES1 >> 16), lsl #16
	msr	sctlr_el3, x1
	isb

2:	ldr	x1, copy
	cbnz	x1, copy_to_ram
	mrs	x1, CurrentEL
	cmp	x1, #CURRENTEL_EL3
	b.ne	1f
	adr	x1, vectors
	msr	vbar_el3, x1
	bl	el3_start

1:	mov	x19, x0
	adrp	x20, _head
	msr	spsel, #1
	adrp	x0, __exception_stack_top
	mov	sp, x0
	msr	spsel, #0
	adrp	x0, __stack_top
	mov	sp, x0
	adr	x0, vectors
	mrs	x21, CurrentEL
	cmp	x21, #CURRENTEL_EL2
	b.eq	1f
	msr	vbar_el1, x0
	mov	x0, #CPACR_EL1_FPEN
	msr	cpacr_el1, x0
	b	2f
1:	msr	vbar_el2, x0
	mov	x0, #CPTR_EL2_RES1
	msr	cptr_el2, x0
	mov	x0, #HCR_EL2_RW
	msr	hcr_el2, x0
2:	isb

	/* BSS up to the tables: those are zeroed page by page as they are taken. */
	adrp	x0, __bss_start
	add	x0, x0, :lo12:__bss_start
	adrp	x1, __tables_start
3:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	3b

	mov	x0, x20
	mov	x1, x19
	bl	early_map
	bl	mmu_enable		// x0: root; comes back at the link address

	msr	spsel, #1
	ldr	x0, =__exception_stack_top
	mov	sp, x0
	msr	spsel, #0
	ldr	x0, =__stack_top
	mov	sp, x0
	ldr	x0, =__tls_start
	sub	x0, x0, #16
	msr	tpidr_el0, x0
	ldr	x0, =vectors
	cmp	x21, #CURRENTEL_EL2
	b.eq	4f
	msr	vbar_el1, x0
	b	5f
4:	msr	vbar_el2, x0
5:	isb
	msr	daifclr, #4		// SErrors are reported from here on

	mov	x0, x19
	mov	x1, x20
	mov	x29, xzr
	mov	x30, xzr
	b	monitor_main

sleep:	wfi
	b	sleep

/* Loader and payload, x1 bytes, go to RAM, and begin again there, without a hint at the DTB. At EL3
 * this is the last time that a secure flash can be read. */
copy_to_ram:
	adr	x2, _head
	add	x1, x2, x1
	ldr	x3, copy + 8
	mov	x4, x3
1:	ldp	x5, x6, [x2], #16
	stp	x5, x6, [x4], #16
	cmp	x2, x1
	b.lo	1b
	str	xzr, [x3, #(copy - _head)]
	mov	x0, xzr
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	br	x3
