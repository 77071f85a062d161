/* SPDX-License-Identifier: Apache-2.0 */
/* A hypervisor kernel for qemu-arm-virt, built for 44-bit physical addresses: enters at EL2. */
#define KERNEL_EL      2
#define KERNEL_VA      0x000000ffc0000000
#define KERNEL_PA      0x60000000
#define KERNEL_PA_BITS 44

#define RAM_START 0x60000000
#define RAM_END   0x80000000
