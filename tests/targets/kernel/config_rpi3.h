/* SPDX-License-Identifier: Apache-2.0 */
/* A plain kernel for a Raspberry Pi 3: RAM and devices in the same GiB, no GIC. */
#define KERNEL_EL 1
#define KERNEL_VA 0xffffffffc0000000
#define KERNEL_PA 0x200000

#define RAM_START 0x200000
#define RAM_END   0x3b400000

#define UART_PA 0x3f201000
