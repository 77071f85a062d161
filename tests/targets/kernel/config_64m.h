/* SPDX-License-Identifier: Apache-2.0 */
/* A plain kernel for qemu-arm-virt with 64 MiB. */
#include "tests/targets/kernel/config_el1.h"

#undef RAM_END
#define RAM_END 0x44000000
