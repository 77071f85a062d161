/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/wakeup.h"

#include "monitor/base/bits.h"

/* Distributor; from IGROUPR on the same in the second frame of a redistributor. */
enum {
    GICD_CTLR = 0x000,
    GICD_IGROUPR = 0x080,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_ITARGETSR = 0x800,
    GICD_IROUTER = 0x6000,
};

enum { GICC_CTLR = 0x00, GICC_PMR = 0x04 };

enum {
    GICR_TYPER = 0x0008,
    GICR_WAKER = 0x0014,
    GICR_SGI_FRAME = 0x10000,
    GICR_STRIDE = 0x20000, /* twice that where there are virtual LPIs */
};

#define CTLR_GROUPS     (BIT(0) | BIT(1))
#define CTLR_V3         (BIT(1) | BIT(4)) /* EnableGrp1 (or 1A), ARE (or ARE_NS) */
#define TYPER_VLPIS     BIT(1)
#define TYPER_LAST      BIT(4)
#define WAKER_SLEEP     BIT(1)
#define PMR_EVERYTHING  0xff
#define ICC_SRE_SRE     BIT(0)
#define BITS_PER_WORD   32
#define MPIDR_AFF3      UINT64_C(0xff00000000)
#define MPIDR_AFF2_TO_0 UINT64_C(0xffffff)

#define ICC_PMR_EL1     "S3_0_C4_C6_0"
#define ICC_SRE_EL1     "S3_0_C12_C12_5"
#define ICC_IGRPEN1_EL1 "S3_0_C12_C12_7"

#define icc_read(name)                                    \
    ({                                                    \
        uint64_t value_;                                  \
        __asm__ volatile("mrs %0, " name : "=r"(value_)); \
        value_;                                           \
    })
#define icc_write(name, value) \
    __asm__ volatile("msr " name ", %0\n\tisb" : : "r"((uint64_t)(value)) : "memory")

static uint32_t get(uintptr_t at)
{
    return *(volatile uint32_t *)at;
}

static void set(uintptr_t at, uint64_t value)
{
    *(volatile uint32_t *)at = (uint32_t)value;
}

static void remember(struct wakeup *w, uintptr_t at, uint32_t value)
{
    w->changes[w->change_count].at = at;
    w->changes[w->change_count++].value = value;
}

static void change(struct wakeup *w, uintptr_t at, uint64_t value)
{
    remember(w, at, get(at));
    set(at, value);
}

/* @base: of the distributor, or of a redistributor's second frame. */
static void enable(struct wakeup *w, uintptr_t base, unsigned intid)
{
    uint32_t bit = (uint32_t)BIT(intid % BITS_PER_WORD);
    uintptr_t word = base + intid / BITS_PER_WORD * sizeof(uint32_t);

    if (w->version == 3)
        change(w, word + GICD_IGROUPR, get(word + GICD_IGROUPR) | bit);
    if (get(word + GICD_ISENABLER) & bit)
        return;
    remember(w, word + GICD_ICENABLER, bit);
    set(word + GICD_ISENABLER, bit);
}

/* To this core only: the targets of private interrupts read as it. Both parts of the controller are
 * read before anything is written, should one of them not be there; below, too. */
static void start_v2(struct wakeup *w, unsigned spi, unsigned ppi)
{
    uint32_t control = get(w->cpu + GICC_CTLR);
    uintptr_t target = w->dist + GICD_ITARGETSR + spi / 4 * 4;
    unsigned shift = spi % 4 * 8;
    uint32_t self = get(w->dist + GICD_ITARGETSR) & 0xff;

    change(w, target, (get(target) & ~(UINT32_C(0xff) << shift)) | self << shift);
    enable(w, w->dist, spi);
    enable(w, w->dist, ppi);
    change(w, w->dist + GICD_CTLR, get(w->dist + GICD_CTLR) | CTLR_GROUPS);
    change(w, w->cpu + GICC_PMR, PMR_EVERYTHING);
    change(w, w->cpu + GICC_CTLR, control | CTLR_GROUPS);
}

/* This core's redistributor, or 0. */
static uintptr_t redistributor(const struct wakeup *w, uint32_t affinity)
{
    uintptr_t at = w->cpu;
    uint32_t type = 0;

    for (; !(type & TYPER_LAST); at += type & TYPER_VLPIS ? 2 * GICR_STRIDE : GICR_STRIDE) {
        type = get(at + GICR_TYPER);
        if (get(at + GICR_TYPER + 4) == affinity)
            return at;
    }
    return 0;
}

static void start_v3(struct wakeup *w, unsigned spi, unsigned ppi)
{
    uintptr_t router = w->dist + GICD_IROUTER + spi * 8, rd;
    uint64_t mpidr, sre = icc_read(ICC_SRE_EL1);

    __asm__("mrs %0, mpidr_el1" : "=r"(mpidr));
    rd = redistributor(w, (uint32_t)((mpidr & MPIDR_AFF3) >> 8 | (mpidr & MPIDR_AFF2_TO_0)));
    if (!rd || !(sre & ICC_SRE_SRE))
        return;
    change(w, w->dist + GICD_CTLR, get(w->dist + GICD_CTLR) | CTLR_V3);
    change(w, router, mpidr & MPIDR_AFF2_TO_0);
    change(w, router + 4, (mpidr & MPIDR_AFF3) >> 32);
    change(w, rd + GICR_WAKER, get(rd + GICR_WAKER) & ~WAKER_SLEEP);
    enable(w, w->dist, spi);
    enable(w, rd + GICR_SGI_FRAME, ppi);
    w->pmr = icc_read(ICC_PMR_EL1);
    w->grpen = icc_read(ICC_IGRPEN1_EL1);
    icc_write(ICC_PMR_EL1, PMR_EVERYTHING);
    icc_write(ICC_IGRPEN1_EL1, w->grpen | 1);
}

void wakeup_start(struct wakeup *w, unsigned spi, unsigned ppi)
{
    w->change_count = 0;
    if (w->version == 2)
        start_v2(w, spi, ppi);
    else if (w->version == 3)
        start_v3(w, spi, ppi);
}

void wakeup_stop(struct wakeup *w)
{
    if (w->version == 3 && w->change_count > 0) {
        icc_write(ICC_IGRPEN1_EL1, w->grpen);
        icc_write(ICC_PMR_EL1, w->pmr);
    }
    while (w->change_count > 0) {
        w->change_count--;
        set(w->changes[w->change_count].at, w->changes[w->change_count].value);
    }
}
