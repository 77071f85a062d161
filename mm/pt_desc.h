/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptor fields shared by the builder and the walker.
 * Source: Arm DDI 0487, "VMSAv8-64 translation table format descriptors", 4 KB granule, and
 * "Memory attribute fields in the VMSAv8-64 translation table format descriptors". */
#ifndef ELFMON_MM_PT_DESC_H
#define ELFMON_MM_PT_DESC_H

#include "monitor/base/bits.h"

#define PT_DESC_VALID BIT(0)
/* Level 0 to 2: next table, else block; level 3: page, else reserved. */
#define PT_DESC_TABLE BIT(1)
#define PT_DESC_TYPE  (PT_DESC_VALID | PT_DESC_TABLE)

#define PT_DESC_ADDRESS MASK(47, 12)

/* Block and page descriptors. */
#define PT_DESC_ATTR_INDEX(n) field_make((n), 4, 2)
#define PT_DESC_AP_EL0        BIT(6) /* AP[1]: access from EL0 too; RES1 at EL2 */
#define PT_DESC_AP_READ_ONLY  BIT(7) /* AP[2] */
#define PT_DESC_SH(n)         field_make((n), 9, 8)
#define PT_DESC_AF            BIT(10)
#define PT_DESC_PXN           BIT(53) /* not at EL2 */
#define PT_DESC_UXN           BIT(54) /* EL1: at EL0; EL2: XN */

enum { PT_SH_NONE = 0, PT_SH_OUTER = 2, PT_SH_INNER = 3 };

enum { PT_ENTRIES = 512, PT_LEVELS = 4, PT_VA_BITS = 48 };

/* First virtual address of the upper half (TTBR1) with 48-bit addresses. */
#define PT_UPPER_BASE (~MASK(PT_VA_BITS - 1, 0))

/** Lowest bit of the virtual address that indexes a table of @level. */
static inline unsigned pt_level_shift(unsigned level)
{
    return 12 + 9 * (3 - level);
}

/** Bytes that one entry of a table of @level covers. */
static inline uint64_t pt_level_bytes(unsigned level)
{
    return BIT(pt_level_shift(level));
}

static inline unsigned pt_index(uint64_t va, unsigned level)
{
    return (unsigned)(va >> pt_level_shift(level)) & (PT_ENTRIES - 1);
}

#endif
