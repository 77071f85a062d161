/* SPDX-License-Identifier: Apache-2.0 */
/* Field names and values: Arm DDI 0487, "AArch64 System Register Descriptions". */
#include "mm/mmu_cfg.h"

#include "monitor/base/bits.h"
#include "monitor/base/text.h"

/* MAIR_ELx attribute bytes. */
#define MAIR_DEVICE_nGnRnE UINT64_C(0x00)
#define MAIR_DEVICE_nGnRE  UINT64_C(0x04)
#define MAIR_DEVICE_GRE    UINT64_C(0x0c)
#define MAIR_NORMAL_NC     UINT64_C(0x44) /* outer and inner non-cacheable */
#define MAIR_NORMAL_WB     UINT64_C(0xff) /* outer and inner write-back, read and write allocate */
#define MAIR_NORMAL_WT     UINT64_C(0xaa) /* outer and inner write-through, read allocate */

#define MAIR_SLOT(index, attr) ((attr) << (8 * (index)))

/* Fields that TCR_EL1 (lower half of the address space) and TCR_EL2 have in common. */
#define TCR_T0SZ(n)  field_make((n), 5, 0)
#define TCR_IRGN0(n) field_make((n), 9, 8)
#define TCR_ORGN0(n) field_make((n), 11, 10)
#define TCR_SH0(n)   field_make((n), 13, 12)
#define TCR_TG0(n)   field_make((n), 15, 14)

#define TCR_EL1_T1SZ(n)  field_make((n), 21, 16)
#define TCR_EL1_IRGN1(n) field_make((n), 25, 24)
#define TCR_EL1_ORGN1(n) field_make((n), 27, 26)
#define TCR_EL1_SH1(n)   field_make((n), 29, 28)
#define TCR_EL1_TG1(n)   field_make((n), 31, 30)
#define TCR_EL1_IPS(n)   field_make((n), 34, 32)
#define TCR_EL1_AS       BIT(36) /* 16-bit ASIDs */

#define TCR_EL2_PS(n) field_make((n), 18, 16)
#define TCR_EL2_RES1  (BIT(31) | BIT(23))

#define TCR_TXSZ_48_BITS 16
#define TCR_WALK_WB_WA   1 /* IRGN, ORGN: write-back, read and write allocate */
#define TCR_SH_NONE      0
#define TCR_SH_INNER     3
#define TCR_TG0_4K       0
#define TCR_TG1_4K       2 /* TG1 encodes granules differently from TG0 */

#define SCTLR_M BIT(0)  /* MMU */
#define SCTLR_C BIT(2)  /* data cacheability */
#define SCTLR_I BIT(12) /* instruction cacheability */

#define SCTLR_EL1_SA      BIT(3) /* SP alignment check */
#define SCTLR_EL1_SA0     BIT(4)
#define SCTLR_EL1_CP15BEN BIT(5)  /* CP15 barriers at EL0 in AArch32 */
#define SCTLR_EL1_EOS     BIT(11) /* RES1 without FEAT_ExS */
#define SCTLR_EL1_nTWI    BIT(16)
#define SCTLR_EL1_nTWE    BIT(18)
#define SCTLR_EL1_EIS     BIT(22) /* RES1 without FEAT_ExS */
#define SCTLR_EL1_SPAN    BIT(23) /* RES1 without FEAT_PAN */

/* Reserved as one in Armv8.0. */
#define SCTLR_EL1_RES1 UINT64_C(0x30d00800)
#define SCTLR_EL2_RES1 UINT64_C(0x30c50830)

/* PARange, IPS and PS share one encoding; 48 bits is the most that 4 KiB granules reach. */
enum { PA_RANGE_40_BITS = 2, PA_RANGE_44_BITS = 4, PA_RANGE_48_BITS = 5 };

uint64_t mmu_cfg_mair(void)
{
    return MAIR_SLOT(MMU_ATTR_DEVICE_nGnRnE, MAIR_DEVICE_nGnRnE) |
           MAIR_SLOT(MMU_ATTR_DEVICE_nGnRE, MAIR_DEVICE_nGnRE) |
           MAIR_SLOT(MMU_ATTR_DEVICE_GRE, MAIR_DEVICE_GRE) |
           MAIR_SLOT(MMU_ATTR_NORMAL_NC, MAIR_NORMAL_NC) |
           MAIR_SLOT(MMU_ATTR_NORMAL, MAIR_NORMAL_WB) |
           MAIR_SLOT(MMU_ATTR_NORMAL_WT, MAIR_NORMAL_WT);
}

static unsigned output_size(unsigned pa_range)
{
    return pa_range < PA_RANGE_48_BITS ? pa_range : PA_RANGE_48_BITS;
}

static uint64_t tcr_lower_half(unsigned shareability)
{
    return TCR_T0SZ(TCR_TXSZ_48_BITS) | TCR_IRGN0(TCR_WALK_WB_WA) | TCR_ORGN0(TCR_WALK_WB_WA) |
           TCR_SH0(shareability) | TCR_TG0(TCR_TG0_4K);
}

uint64_t mmu_cfg_tcr_el1(unsigned pa_range, bool smp)
{
    unsigned shareability = smp ? TCR_SH_INNER : TCR_SH_NONE;

    return tcr_lower_half(shareability) | TCR_EL1_T1SZ(TCR_TXSZ_48_BITS) |
           TCR_EL1_IRGN1(TCR_WALK_WB_WA) | TCR_EL1_ORGN1(TCR_WALK_WB_WA) |
           TCR_EL1_SH1(shareability) | TCR_EL1_TG1(TCR_TG1_4K) |
           TCR_EL1_IPS(output_size(pa_range)) | TCR_EL1_AS;
}

uint64_t mmu_cfg_tcr_el2(unsigned pa_range)
{
    return tcr_lower_half(TCR_SH_INNER) | TCR_EL2_PS(output_size(pa_range)) | TCR_EL2_RES1;
}

uint64_t mmu_cfg_tcr_el2_sel4(unsigned pa_bits)
{
    return mmu_cfg_tcr_el2(pa_bits == 44 ? PA_RANGE_44_BITS : PA_RANGE_40_BITS);
}

uint64_t mmu_cfg_sctlr_el1(void)
{
    return SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_EL1_SA | SCTLR_EL1_SA0 | SCTLR_EL1_CP15BEN |
           SCTLR_EL1_EOS | SCTLR_EL1_nTWI | SCTLR_EL1_nTWE | SCTLR_EL1_EIS | SCTLR_EL1_SPAN;
}

uint64_t mmu_cfg_sctlr_el2(void)
{
    return SCTLR_M | SCTLR_C | SCTLR_I;
}

uint64_t mmu_cfg_sctlr_off(unsigned el)
{
    return el == 2 ? SCTLR_EL2_RES1 : SCTLR_EL1_RES1;
}

unsigned mmu_cfg_pa_bits(unsigned pa_range)
{
    static const uint8_t bits[] = {32, 36, 40, 42, 44, 48, 52, 56};

    return pa_range < sizeof(bits) ? bits[pa_range] : 0;
}

const char *mmu_cfg_memory_name(unsigned attribute)
{
    static const uint8_t attributes[] = {MAIR_DEVICE_nGnRnE, MAIR_DEVICE_nGnRE, MAIR_DEVICE_GRE,
                                         MAIR_NORMAL_NC,     MAIR_NORMAL_WB,    MAIR_NORMAL_WT};

    return text_name(attributes, sizeof(attributes), attribute,
                     "Device-nGnRnE\0Device-nGnRE\0Device-GRE\0Normal NC\0Normal WB\0Normal WT\0"
                     "other memory");
}
