/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: its RAM, reserved memory, devices and CPUs. */
#ifndef ELFMON_MM_MACHINE_H
#define ELFMON_MM_MACHINE_H

#include <stdbool.h>

#include "monitor/base/err.h"
#include "monitor/base/range.h"

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

/** A machine, as far as its devicetree describes it. */
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
bool machine_has_ram(const struct machine *m, struct range range);

/* Each of these adds to a list of @m. Where the list is full, @d says that the rest is left out. */

/** RAM stays ascending and merged. */
void machine_add_ram(struct machine *m, struct range r, struct diag *d);

void machine_add_reserved(struct machine *m, struct range r, const char *name, bool no_map,
                          struct diag *d);

/** A range inside one that is listed already is left out. */
void machine_add_mmio(struct machine *m, struct range r, const char *name, struct diag *d);

void machine_add_cpu(struct machine *m, const struct machine_cpu *cpu, struct diag *d);

#endif
