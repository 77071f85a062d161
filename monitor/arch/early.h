/* SPDX-License-Identifier: Apache-2.0 */
/* The map between the first instruction and the runtime map. */
#ifndef ELFMON_ARCH_EARLY_H
#define ELFMON_ARCH_EARLY_H

#include "monitor/base/range.h"

/**
 * Build the early map and set MAIR and TCR: the image at its link address and, executable, at
 * its physical one; windows of 2 to 4 MiB around @dtb (0: none) and LAYOUT_EARLY_DTB; the page of
 * LAYOUT_EARLY_UART as Device. Runs with the MMU off.
 *
 * @image  physical address of the image's first byte
 * Returns the physical address of the level 0 table.
 */
uint64_t early_map(paddr_t image, paddr_t dtb);

#endif
