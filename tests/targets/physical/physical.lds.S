/* SPDX-License-Identifier: Apache-2.0 */
/* Code and constants, whose checksum is kept in the data behind them; then what a loader zeroes. */
#if PHYSICAL_KAAL
#define OWN_STACK_BYTES 0
#else
#define OWN_STACK_BYTES 0x4000
#endif

ENTRY(_start)

SECTIONS
{
    . = PHYSICAL_BASE;
    .text : { physical_start = .; *(.text.start) *(.text*) }
    .rodata : ALIGN(16) { *(.rodata*) . = ALIGN(16); physical_summed_end = .; }
    .rela.dyn : { *(.rela*) }
    .dynamic : { *(.dynamic) }
    .dynsym : { *(.dynsym) }
    .dynstr : { *(.dynstr) }
    .hash : { *(.hash) }
    .gnu.hash : { *(.gnu.hash) }
    .data : ALIGN(16) { *(.got*) *(.data*) . = ALIGN(16); }
    .bss (NOLOAD) : ALIGN(16) {
        physical_bss_start = .;
        *(.bss*)
        . = ALIGN(16);
        . += OWN_STACK_BYTES;
        physical_bss_end = .;
    }
    /DISCARD/ : { *(.comment) *(.note*) *(.interp) *(.eh_frame*) }
}
