/* SPDX-License-Identifier: Apache-2.0 */
/* Linked as seL4 is: one segment, readable, writable and executable, with a large BSS. */
#include "tests/targets/kernel/config.h"

ENTRY(_start)

PHDRS
{
    kernel PT_LOAD FLAGS(7);
}

SECTIONS
{
    . = KERNEL_VA;
    .boot : AT(KERNEL_PA) { *(.text.start) } :kernel
    .text : { *(.text .text.*) } :kernel
    .rodata : { *(.rodata .rodata.*) } :kernel
    .data : { *(.data .data.*) } :kernel
    .data_last KERNEL_VA + KERNEL_FILE_BYTES - 8 : { QUAD(KERNEL_LAST_WORD) } :kernel

    bss_start = .;
    .bss : { *(.bss .bss.*) *(COMMON) } :kernel
    .bss_last KERNEL_VA + KERNEL_MEMORY_BYTES - 16 (NOLOAD) : { . += 16; } :kernel
    bss_end = .;
    /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}

ASSERT(bss_start == KERNEL_VA + KERNEL_FILE_BYTES, "the file part has outgrown its size")
ASSERT(bss_end == KERNEL_VA + KERNEL_MEMORY_BYTES, "the BSS has outgrown its size")
