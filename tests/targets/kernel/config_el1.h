/* SPDX-License-Identifier: Apache-2.0 */
/* A plain kernel for qemu-arm-virt with 1 GiB: enters at EL1. */
#define KERNEL_EL 1
#define KERNEL_VA 0xffffffffc0000000
#define KERNEL_PA 0x40000000

#define RAM_START 0x40000000
#define RAM_END   0x80000000
