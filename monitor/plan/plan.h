/* SPDX-License-Identifier: Apache-2.0 */
/* The boot plan: the whole boot as data, and what can be asked of it. plan_make.h makes it. */
#ifndef ELFMON_MONITOR_PLAN_PLAN_H
#define ELFMON_MONITOR_PLAN_PLAN_H

#include <stdbool.h>

#include "mm/fdt_chosen.h"
#include "mm/fdt_mem.h"
#include "mm/mappings.h"
#include "mm/pt_build.h"
#include "mm/regions.h"
#include "monitor/base/bits.h"
#include "monitor/base/reader.h"
#include "monitor/handover.h"
#include "payload/elf64.h"
#include "payload/elf64_rela.h"
#include "payload/linux_image.h"
#include "payload/protocol.h"
#include "payload/sel4.h"

/** Those before PLAN_LOADED_COUNT are loaded, in this order. */
enum plan_role {
    PLAN_KERNEL,
    PLAN_DTB,
    PLAN_APP,
    PLAN_INITRD,
    PLAN_MODULE, /* the kernel of Xen's first domain */
    PLAN_LOADED_COUNT,
    PLAN_HEADERS = PLAN_LOADED_COUNT, /* the root task's program headers, one page */
    PLAN_TABLES,                      /* boot translation tables */
    PLAN_TRAMPOLINE,                  /* hand-over code and the waiting place of the other cores */
    PLAN_STACK,                       /* that the kernel starts on */
    PLAN_ROLE_COUNT,
};

/** "kernel", "dtb", "root task", ... */
const char *plan_role_name(enum plan_role role);

enum { PLAN_COPIES_MAX = 2 * ELF64_SEGMENTS_MAX + 8 };

/** One piece of work of `load`: copy, then zero what follows. */
struct plan_copy {
    enum plan_role role;
    paddr_t dst;
    struct bytes src;    /* size 0: nothing to copy */
    uint64_t zero_bytes; /* directly behind the copied ones */
};

/** Mappings that the kernel itself needs: trampoline and kernel. */
enum { PLAN_OWN_MAPPINGS = 2 };

/** One mapping of the boot tables. */
struct plan_mapping {
    const char *name; /* "kernel", "trampoline", "added" */
    vaddr_t va;
    paddr_t pa;
    uint64_t size; /* bytes */
    struct pt_attr attr;
    bool blocks; /* in blocks of 2 MiB and nothing else */
};

/** What the plan is made from. The images and @machine must outlive the plan. */
struct plan_input {
    struct bytes kernel;      /* an ELF, an arm64 Image, or bytes */
    struct bytes app;         /* seL4, KaaL: an ELF; size 0: none */
    struct bytes initrd;      /* Linux, Xen; size 0: none */
    struct bytes module;      /* Xen: its first domain's kernel; size 0: none */
    struct bytes dtb;         /* checked and packed, to be handed over; size 0: none */
    const char *bootargs;     /* for /chosen; NULL: what the DTB has */
    const char *xen_bootargs; /* likewise */
    struct sel4_facts facts;  /* from elfmon-pack, for stripped kernels; unknown fields 0 */
    uint64_t app_offset;      /* seL4: bytes left free between the DTB and the root task */
    struct protocol_rules rules;
    struct mappings added; /* more mappings for the boot tables */
    const struct machine *machine;
    unsigned machine_el;        /* the EL the monitor runs at; 0: the CPU is not known */
    uint64_t mmfr0;             /* ID_AA64MMFR0_EL1, or a guess at its PARange */
    const struct regions *busy; /* what must not be overwritten: monitor, sources, reserved */
};

/** ID_AA64MMFR0_EL1.PARange. */
static inline unsigned plan_pa_range(const struct plan_input *in)
{
    return (unsigned)field_get(in->mmfr0, 3, 0);
}

struct boot_plan {
    enum protocol protocol; /* PROTOCOL_NONE: there is no kernel */
    bool has_app;
    struct sel4_facts facts;              /* zero but for seL4 */
    struct range ranges[PLAN_ROLE_COUNT]; /* destinations, page multiples; empty where none */
    uint64_t table_pages;                 /* room in ranges[PLAN_TABLES] */
    struct fdt_chosen chosen;             /* what the DTB is completed with */
    uint64_t dtb_bytes;                   /* of the DTB, once it is complete */
    struct handover handover; /* ttbr0 and ttbr1 are known here already: roots are at fixed pages */
    unsigned copy_count;
    unsigned own_count; /* of the kernel's own mappings */
    struct plan_mapping own[PLAN_OWN_MAPPINGS];
    struct mappings added;          /* behind these; only where there are boot tables */
    struct elf64 kernel, app;       /* seL4; the kernel: ELF, KaaL too */
    struct elf64_rela rela;         /* of a kernel that is not where it was linked for */
    struct linux_image linux_image; /* Linux */
    struct plan_copy copies[PLAN_COPIES_MAX];
};

/** Write the DTB to hand over, dtb_bytes, to @out, which is 8-byte aligned. */
int plan_write_dtb(const struct plan_input *in, const struct boot_plan *plan, void *out,
                   struct diag *d);

/**
 * Fill @page with what goes to ranges[PLAN_HEADERS]: u32 phnum, u32 phentsize, then the root
 * task's program headers, as seL4's elfloader leaves them.
 */
void plan_headers(const struct boot_plan *plan, uint8_t page[PAGE_BYTES]);

/** Mappings of the boot tables, the plan's own and then those that were added; 0: no tables. */
unsigned plan_mapping_count(const struct boot_plan *plan);

/** Mapping @i, less than plan_mapping_count; one that was added has the plan's shareability. */
struct plan_mapping plan_mapping(const struct boot_plan *plan, unsigned i);

/** Whether @added would be in the way of one of the plan's own mappings, or of its regime. */
bool plan_rejects(const struct boot_plan *plan, const struct mapping *added);

/** Check @added, each for itself, for a kernel at EL @el: as pt_check, and ERR_UNSUPPORTED. */
int plan_check_added(const struct mappings *added, unsigned el, struct diag *d);

/** ERR_OVERLAP where one that was added is in the way of another mapping. */
int plan_check_overlap(const struct boot_plan *plan, struct diag *d);

/** Build the boot tables of @plan into @memory, which lies at plan->ranges[PLAN_TABLES]. */
int plan_build_tables(const struct boot_plan *plan, uint64_t *memory, struct diag *d);

#endif
