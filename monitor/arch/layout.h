/* SPDX-License-Identifier: Apache-2.0 */
/* Where the monitor lives. Included by the linker script, by assembly and by C. */
#ifndef ELFMON_ARCH_LAYOUT_H
#define ELFMON_ARCH_LAYOUT_H

/* One virtual address whatever the physical one is: above 2^40, clear of every identity mapping
 * and of seL4's hypervisor kernels; 2 MiB aligned, so that one level 3 table maps the image. */
#define LAYOUT_VA 0x0000e1f000000000

/* Where the ELF asks to be loaded. QEMU's virt places its DTB at the start of RAM and gives none
 * to an ELF that loads into the first MiB; 16 MiB is clear of an seL4 kernel and a small root task
 * and still inside the smallest machine. */
#define LAYOUT_PA          0x41000000
#define LAYOUT_TEXT_OFFSET 0x1000000

/* Until the DTB has named a UART and itself been found: QEMU virt's. */
#define LAYOUT_EARLY_UART 0x09000000
#define LAYOUT_EARLY_DTB  0x40000000

/* Where a DTB is looked for next when x0 does not tell: QEMU gives an ELF's machine its DTB at the
 * start of RAM (raspi3b and xlnx-versal-virt; sbsa-ref). */
#define LAYOUT_OTHER_DTBS 0, 0x10000000000

/* Where a PL011 is looked for when the DTB names none: SBSA machines' (QEMU sbsa-ref). */
#define LAYOUT_OTHER_UART 0x60000000

/* Where neither firmware nor the DTB tells the timer's frequency: QEMU's. */
#define LAYOUT_COUNTER_HZ 62500000

#define LAYOUT_STACK_BYTES           0x8000
#define LAYOUT_EXCEPTION_STACK_BYTES 0x2000
#define LAYOUT_EARLY_TABLE_PAGES     20
#define LAYOUT_TABLE_PAGES           64

#endif
