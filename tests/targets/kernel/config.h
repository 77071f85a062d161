/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of this kernel's build. KERNEL_CONFIG (which machine), KERNEL_CORES and KERNEL_GIC come
 * from the command line. Everything a loader is checked against is here or derived from here. */
#ifndef ELFMON_TESTS_KERNEL_CONFIG_H
#define ELFMON_TESTS_KERNEL_CONFIG_H

#include KERNEL_CONFIG

#define KERNEL_FILE_BYTES   0x30190 /* as large as a debug seL4, and the BSS as badly aligned */
#define KERNEL_MEMORY_BYTES 0x23d000
#define KERNEL_LAST_WORD    0x6e72656b6c617374 /* of the file part */
#define KERNEL_STACK_BYTES  4096               /* per core */

#ifndef UART_PA
#define UART_PA 0x09000000
#endif

/* Virtual address of physical address 0: 511 GiB below the kernel, so that one level 1 table
 * holds both, and the UART's GiB, as Device memory, between them. */
#define WINDOW_VA (KERNEL_VA - 0x7fc0000000)
#define UART_VA   (KERNEL_VA - 0x40000000 + UART_PA % 0x40000000)

/* The loader's tables, trampoline and waiting place: right behind the root task's headers. */
#define LOADER_PAGES_MAX 64

#define MAIR_WANTED UINT64_C(0x0000aaff440c0400)

/* M, C, I on, WXN and A off; at EL2 apart from its RES1 bits. */
#define SCTLR_EL1_WANTED UINT64_C(0xc5183d)
#define SCTLR_EL2_WANTED UINT64_C(0x1005)
#define SCTLR_EL2_RES1   UINT64_C(0x30c50830)

/* IPS, bits 34:32, is that of the CPU's ID registers and is added to these. */
#define TCR_EL1_WANTED     UINT64_C(0x1085100510)
#define TCR_EL1_SMP_WANTED UINT64_C(0x10b5103510)

#endif
