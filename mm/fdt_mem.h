/* SPDX-License-Identifier: Apache-2.0 */
/* What the devicetree tells about the machine. Source: Devicetree Specification 0.4. */
#ifndef ELFMON_MM_FDT_MEM_H
#define ELFMON_MM_FDT_MEM_H

#include <stdbool.h>

#include "monitor/base/range.h"
#include "monitor/base/reader.h"

enum {
    MACHINE_RAM_MAX = 8,
    MACHINE_RESERVED_MAX = 32,
    MACHINE_MMIO_MAX = 64,
    MACHINE_CPUS_MAX = 64,
    MACHINE_NAME_BYTES = 64,
};

enum psci_method { PSCI_NONE, PSCI_HVC, PSCI_SMC };

enum cpu_enable { CPU_ENABLE_NONE, CPU_ENABLE_PSCI, CPU_ENABLE_SPIN_TABLE };

struct machine_cpu {
    uint64_t mpidr; /* affinity fields, from reg */
    enum cpu_enable enable;
    paddr_t release_addr; /* spin-table: cpu-release-addr */
};

struct machine_region {
    struct range range;
    bool no_map;
    char name[MACHINE_NAME_BYTES];
};

/** A machine, as far as its devicetree describes it. Counts beyond the limits are cut and said. */
struct machine {
    unsigned ram_count;
    unsigned reserved_count;
    unsigned mmio_count;
    unsigned cpu_count;
    enum psci_method psci;
    bool psci_0_2;        /* compatible with arm,psci-0.2 or later: standard function ids */
    uint64_t timer_hz;    /* of the generic timer, where the firmware does not set it; else 0 */
    unsigned gic_version; /* 2 or 3; 0 where unknown */
    paddr_t gic_dist;     /* distributor */
    paddr_t gic_cpu;      /* GICv2 CPU interface or GICv3 redistributor */
    struct {
        bool found;
        paddr_t base;
        uint64_t size;
        unsigned irq; /* GIC INTID; 0 where unknown */
        char path[MACHINE_NAME_BYTES];
    } uart;                         /* the PL011 of stdout-path, else the first enabled PL011 */
    char model[MACHINE_NAME_BYTES]; /* /model, or the first of /compatible */
    char compatible[MACHINE_NAME_BYTES]; /* the first of /compatible */
    struct range ram[MACHINE_RAM_MAX];   /* ascending, disjoint, neighbours merged */
    struct range initrd; /* that /chosen tells of, one of the reserved ranges; empty: none */
    struct machine_cpu cpus[MACHINE_CPUS_MAX];
    struct machine_region reserved[MACHINE_RESERVED_MAX];
    struct machine_region mmio[MACHINE_MMIO_MAX]; /* CPU addresses, in the DTB's order */
};

/** True where all of @range is in one bank of RAM. */
bool machine_has_ram(const struct machine *machine, struct range range);

/**
 * Check a whole DTB that lies in @blob (which may be larger than it): header, block alignment,
 * bounds, tags, names, nesting (at most 32 levels), property lengths.
 * On success *@size is the number of bytes in use, to which it can be packed by fdt_mem_copy.
 * ERR_TRUNCATED, ERR_FORMAT, ERR_ALIGN or ERR_UNSUPPORTED with the reason in @d.
 */
int fdt_mem_check(struct bytes blob, uint32_t *size, struct diag *d);

/**
 * Copy a checked DTB to @out with its slack squeezed out and @spare bytes left for edits.
 * ERR_NOMEM where @room is too small.
 */
int fdt_mem_copy(struct bytes blob, uint32_t spare, void *out, uint32_t room, struct diag *d);

/**
 * Fill @out from a checked DTB. ERR_NOTFOUND where it describes no memory (@out has the rest, which
 * is optional). On ERR_OK @d says what was cut to fit a limit; its text is "" where nothing was.
 *
 * RAM is what enabled /memory nodes tell: secure-only memory has status "disabled". A CPU counts
 * where it is enabled, MMIO where the device and all its buses are and its reg has a CPU address;
 * MMIO inside a range that is listed already is left out.
 */
int fdt_mem_machine(const void *fdt, struct machine *out, struct diag *d);

#endif
