/* SPDX-License-Identifier: Apache-2.0 */
/* A plain kernel that has nothing below 4 GiB, for qemu-arm-virt with 4 GiB or more. */
#include "tests/targets/kernel/config_el1.h"

#undef KERNEL_PA
#undef RAM_START
#undef RAM_END
#define KERNEL_PA 0x100000000
#define RAM_START 0x100000000
#define RAM_END   0x140000000
