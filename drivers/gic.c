/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gic.h"

#include "monitor/base/bits.h"

enum {
    GICD_CTLR = 0x0,
    GICD_TYPER = 0x4,
    GICD_IGROUPR = 0x80,
    GICD_IGRPMODR = 0xd00,
    GICC_PMR = 0x4,
    GICR_TYPER = 0x8,
    GICR_WAKER = 0x14,
    GICR_FRAME_BYTES = 0x10000, /* RD_base, SGI_base; two more where there are virtual LPIs */
};

#define GICD_CTLR_ARE     (BIT(4) | BIT(5)) /* secure, non-secure */
#define GICD_CTLR_RWP     BIT(31)
#define GICR_TYPER_VLPIS  BIT(1)
#define GICR_TYPER_LAST   BIT(4)
#define GICR_WAKER_SLEEP  BIT(1)
#define GICR_WAKER_ASLEEP BIT(2)
#define ALL               UINT32_C(0xffffffff)
#define LOWEST_PRIORITY   0xff

/* A bound for waits and for walks over what is not there. */
enum { TRIES = 100000, CORES_MAX = 512 };

static void wait_clear(const struct gic_access *a, paddr_t address, uint64_t bits)
{
    for (unsigned i = 0; i < TRIES && a->read(address) & bits; i++)
        ;
}

/* Group 1, and not secure, for 32 interrupts each. */
static void open_groups(const struct gic_access *a, paddr_t base, unsigned first, unsigned end,
                        unsigned version)
{
    for (unsigned i = first; i < end; i++) {
        a->write(base + GICD_IGROUPR + 4 * i, ALL);
        if (version == 3)
            a->write(base + GICD_IGRPMODR + 4 * i, 0);
    }
}

/* Of every core: only the secure world may wake a redistributor or change its groups. */
static void open_redistributors(const struct gic_access *a, paddr_t base)
{
    uint32_t type;

    for (unsigned i = 0; i < CORES_MAX; i++) {
        type = a->read(base + GICR_TYPER);
        a->write(base + GICR_WAKER, a->read(base + GICR_WAKER) & ~(uint32_t)GICR_WAKER_SLEEP);
        wait_clear(a, base + GICR_WAKER, GICR_WAKER_ASLEEP);
        open_groups(a, base + GICR_FRAME_BYTES, 0, 1, 3);
        if (type & GICR_TYPER_LAST)
            return;
        base += (paddr_t)(type & GICR_TYPER_VLPIS ? 4 : 2) * GICR_FRAME_BYTES;
    }
}

void gic_open(const struct gic_access *a, unsigned version, paddr_t dist, paddr_t cpu)
{
    unsigned words = (a->read(dist + GICD_TYPER) & 0x1f) + 1;

    a->write(dist + GICD_CTLR, 0);
    if (version == 3) {
        wait_clear(a, dist + GICD_CTLR, GICD_CTLR_RWP);
        a->write(dist + GICD_CTLR, GICD_CTLR_ARE);
        wait_clear(a, dist + GICD_CTLR, GICD_CTLR_RWP);
        open_groups(a, dist, 1, words, version);
        open_redistributors(a, cpu);
        return;
    }
    open_groups(a, dist, 0, words, version);
    a->write(cpu + GICC_PMR, LOWEST_PRIORITY); /* else non-secure writes to it are ignored */
}
