/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/targets/demo_abi.h"
#include "tests/targets/pattern_table.inc"

#define STACK_BYTES 4096

    .section .text.start, "ax"
    .global _start
    .type _start, %function
/* In: x0 = struct demo_bootinfo. The stack is the root task's own. */
_start:
    adrp    x9, stack_top
    add     sp, x9, #:lo12:stack_top
    mov     x29, xzr
    mov     x30, xzr
    bl      main
    mov     x7, #DEMO_SYS_EXIT
    svc     #0
1:  b       1b
    .size _start, . - _start

    .section .rodata
    .balign 8
    .global rodata_pattern, rodata_pattern_end
rodata_pattern:
    .incbin RODATA_PATTERN_FILE
rodata_pattern_end:

    .data
    pattern_table data_pattern, 2048

    .section .bss.stack, "aw", %nobits
    .balign 16
    .skip   STACK_BYTES
stack_top:
