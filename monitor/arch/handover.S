/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trampoline: position-independent code that takes each core from the monitor's (or the
 * firmware's) exception level, MMU off, into the kernel. For a kernel that is entered on tables of
 * its own it is copied behind the root task, else it runs where it is.
 *
 * In:  MMU and D-cache off. The boot core: x0 = the record. Other cores: nothing.
 * Out: at record.entry, at EL record.el, x0..x7 and SP from the record, all other general registers
 *      0 but for x30 = the entry, DAIF masked, SPSel = 1, TPIDR_EL1 = core number. What EL2 has over
 *      EL1 is set where the core came at EL2. record.mmu = 0: MMU, D-cache and I-cache are off.
 */
#include "monitor/arch/sysreg.h"
#include "monitor/handover.h"

	.macro	mov32 reg, value
	mov	\reg, #(\value & 0xffff)
	movk	\reg, #(\value >> 16), lsl #16
	.endm

	.section .rodata.trampoline, "a"
	.balign	8

	.global trampoline_start, trampoline_end
trampoline_start:
	b	boot_core
	b	other_core

boot_core:
	mov	x19, x0
	mov	x20, xzr
	ldr	x1, [x19, #HANDOVER_CORE_COUNT]
	cmp	x1, #1
	b.eq	enter				// nobody waits
	mov	x1, #1
	str	x1, [x19, #(HANDOVER_GO - HANDOVER_RECORD)]
	dsb	sy
	sev
	b	enter

other_core:
	msr	daifset, #0xf
	adr	x19, trampoline_start
	mrs	x1, mpidr_el1
	ubfx	x2, x1, #32, #8			// Aff3
	and	x1, x1, #0xffffff
	orr	x1, x1, x2, lsl #32
	add	x2, x19, #HANDOVER_CORES
	mov	x20, xzr
1:	add	x20, x20, #1
	cmp	x20, #HANDOVER_CORES_MAX
	b.eq	park				// nobody's core
	ldr	x3, [x2, x20, lsl #3]
	cmp	x3, x1
	b.ne	1b
	add	x1, x19, #HANDOVER_PRESENT
	mov	x2, #1
	str	x2, [x1, x20, lsl #3]
	dsb	sy
	add	x19, x19, #HANDOVER_RECORD
1:	ldr	x1, [x19, #(HANDOVER_GO - HANDOVER_RECORD)]
	cbnz	x1, enter
	wfe
	b	1b

park:	wfe
	b	park

enter:
	msr	daifset, #0xf
	msr	spsel, #1
	msr	tpidr_el1, x20
	ldr	x26, [x19, #HANDOVER_EL]
	bl	load_translation
	mrs	x1, CurrentEL
	cmp	x1, #CURRENTEL_EL2
	b.ne	1f
	bl	set_el2
	cmp	x26, #2
	b.eq	stay_at_el2
	b	drop_to_el1

1:	msr	mair_el1, x21
	msr	tcr_el1, x22
	msr	ttbr0_el1, x23
	msr	ttbr1_el1, x24
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	sy
	isb
	ldr	x1, [x19, #HANDOVER_SP]
	mov	sp, x1
	bl	load_arguments
	msr	sctlr_el1, x25
	isb
	b	go

stay_at_el2:
	msr	mair_el2, x21
	msr	tcr_el2, x22
	msr	ttbr0_el2, x23
	isb
	tlbi	alle2
	tlbi	alle1
	ic	iallu
	dsb	sy
	isb
	ldr	x1, [x19, #HANDOVER_SP]
	mov	sp, x1
	bl	load_arguments
	msr	sctlr_el2, x25
	isb

go:	mov	x25, xzr
	mov	x26, xzr
	br	x30

/* x0..x7 and, in x30, the entry; 0 in x8..x24 and x26..x29. Keeps x25. */
load_arguments:
	mov	x26, x30
	ldr	x30, [x19, #HANDOVER_ENTRY]
	ldp	x0, x1, [x19, #HANDOVER_X]
	ldp	x2, x3, [x19, #(HANDOVER_X + 16)]
	ldp	x4, x5, [x19, #(HANDOVER_X + 32)]
	ldp	x6, x7, [x19, #(HANDOVER_X + 48)]
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 27, 28, 29
	mov	x\n, xzr
	.endr
	ret	x26

/* x21..x25 = MAIR, TCR, TTBR0, TTBR1, SCTLR of EL x26: the record's, or, MMU off, nothing. */
load_translation:
	ldp	x21, x22, [x19, #HANDOVER_MAIR]
	ldp	x23, x24, [x19, #HANDOVER_TTBR0]
	ldr	x25, [x19, #HANDOVER_SCTLR]
	ldr	x1, [x19, #HANDOVER_MMU]
	cbnz	x1, 1f
	mov	x21, xzr
	mov	x22, xzr
	mov	x23, xzr
	mov	x24, xzr
	mov32	x25, SCTLR_EL1_RES1
	mov32	x1, SCTLR_EL2_RES1
	cmp	x26, #2
	csel	x25, x1, x25, eq
1:	ret

/*
 * Every register that EL2 has over EL1, set and not inherited. Clobbers x1, x2.
 * Source: Arm DDI 0487, registers' reset values; Linux Documentation/arch/arm64/booting.rst.
 */
set_el2:
	mov	x1, #HCR_EL2_RW
	msr	hcr_el2, x1
	mov	x1, #CPTR_EL2_RES1
	msr	cptr_el2, x1
	msr	hstr_el2, xzr
	msr	vttbr_el2, xzr
	mov	x1, #3				// EL1PCTEN, EL1PCEN
	msr	cnthctl_el2, x1
	msr	cntvoff_el2, xzr
	msr	cnthp_ctl_el2, xzr		// no timer goes on behind the kernel's back
	mrs	x1, midr_el1
	msr	vpidr_el2, x1
	mrs	x1, mpidr_el1
	msr	vmpidr_el2, x1

	/* MDCR_EL2.HPMN: all event counters stay EL1's, where there is a PMU. */
	mov	x1, xzr
	mrs	x2, id_aa64dfr0_el1
	ubfx	x2, x2, #8, #4
	cbz	x2, 1f
	cmp	x2, #0xf
	b.eq	1f
	mrs	x1, pmcr_el0
	ubfx	x1, x1, #11, #5
1:	msr	mdcr_el2, x1

	/* The GICv3 system register interface, where the CPU has it. */
	mrs	x1, id_aa64pfr0_el1
	ubfx	x1, x1, #24, #4
	cbz	x1, 2f
	mrs	x1, s3_4_c12_c9_5		// ICC_SRE_EL2
	mov	x2, #9				// Enable, SRE
	orr	x1, x1, x2
	msr	s3_4_c12_c9_5, x1
	isb
	mrs	x1, s3_4_c12_c9_5
	tbz	x1, #0, 2f			// a GICv2 behind a GICv3 CPU
	msr	s3_4_c12_c11_0, xzr		// ICH_HCR_EL2
2:	ret

drop_to_el1:
	msr	mair_el1, x21
	msr	tcr_el1, x22
	msr	ttbr0_el1, x23
	msr	ttbr1_el1, x24
	msr	sctlr_el1, x25
	mov	x1, #CPACR_EL1_FPEN
	msr	cpacr_el1, x1
	ldr	x1, [x19, #HANDOVER_SP]
	msr	sp_el1, x1
	ldr	x1, [x19, #HANDOVER_ENTRY]
	msr	elr_el2, x1
	mov	x1, #(SPSR_DAIF | SPSR_EL1H)
	msr	spsr_el2, x1
	isb
	tlbi	alle1
	ic	iallu
	dsb	sy
	isb
	bl	load_arguments
	mov	x25, xzr
	mov	x26, xzr
	eret
trampoline_end:
