/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: its RAM, reserved memory, devices and CPUs. */
#ifndef ELFMON_MM_MACHINE_H
#define ELFMON_MM_MACHINE_H

#include <stdbool.h>

#include "monitor/base/arena.h"
#include "monitor/base/err.h"
#include "monitor/base/range.h"

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
    const char *name;
};

/** How many entries the lists of a machine have room for, and its texts bytes. */
struct machine_size {
    unsigned ram, reserved, mmio, cpus;
    size_t text_bytes;
};

/**
 * A machine, as far as its devicetree describes it. The lists and all texts, which are never NULL,
 * lie in the arena that it was made in, or are constants.
 */
struct machine {
    struct machine_size max; /* what the lists have room for */
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
        const char *path;
    } uart;                          /* the PL011 of stdout-path, else the first enabled PL011 */
    const char *model;               /* /model, or the first of /compatible */
    const char *compatible;          /* the first of /compatible */
    struct range *ram;               /* ascending, disjoint, neighbours merged */
    struct range initrd;             /* that /chosen tells of, also reserved; empty: none */
    struct machine_cpu *cpus;        /* in the DTB's order */
    struct machine_region *reserved; /* as the DTB has them: in any order, overlapping or not */
    struct machine_region *mmio;     /* CPU addresses, in the DTB's order */
};

/** The bytes that a machine of @size takes at most from an arena of which a multiple of 8 is used.
 */
size_t machine_bytes(const struct machine_size *size);

/**
 * Begin a machine without anything in it, with lists of @max (NULL: none) from @arena.
 * ERR_NOMEM where that is too small.
 */
int machine_init(struct machine *m, const struct machine_size *max, struct arena *arena,
                 struct diag *d);

/** Go on with the lists and texts of @m after the arena has moved. */
void machine_moved(struct machine *m, const struct arena_move *move);

/** True where all of @range is in one bank of RAM. */
bool machine_has_ram(const struct machine *m, struct range range);

/* Each of these adds to a list of @m; ERR_NOMEM where that is full. Names are not copied. */

/** RAM stays ascending and merged. */
int machine_add_ram(struct machine *m, struct range r, struct diag *d);

int machine_add_reserved(struct machine *m, struct range r, const char *name, bool no_map,
                         struct diag *d);

int machine_add_mmio(struct machine *m, struct range r, const char *name, struct diag *d);

/** True where @r lies inside a device's range that is listed already. */
bool machine_has_mmio(const struct machine *m, struct range r);

int machine_add_cpu(struct machine *m, const struct machine_cpu *cpu, struct diag *d);

#endif
