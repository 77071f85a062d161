/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/plan/preflight.h"

#include <inttypes.h>
#include <string.h>

#include "mm/mmu_cfg.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"

/* As many as leave room for the rest in PREFLIGHT_TEXT_BYTES. */
enum { RANGES_SHOWN = 2 };

static void add_ranges(const struct sel4_facts *facts, char *out, size_t size)
{
    unsigned count = facts->ram_count;

    if (!count)
        (void)text_add(out, size, "RAM unknown");
    for (unsigned i = 0; i < count && i < RANGES_SHOWN; i++)
        (void)text_add(out, size, "%s0x%" PRIx64 "-0x%" PRIx64, i ? " + " : "", facts->ram[i].start,
                       facts->ram[i].end);
    if (count > RANGES_SHOWN)
        (void)text_add(out, size, " + %u more", count - RANGES_SHOWN);
}

/* Every kernel has an exception level; a machine without one is not here. */
void preflight_describe_sel4(const struct sel4_facts *facts, char *out, size_t size)
{
    unsigned cores = facts->core_count;

    out[0] = '\0';
    add_ranges(facts, out, size);
    if (cores)
        (void)text_add(out, size, ", %u core%s", cores, cores == 1 ? "" : "s");
    else
        (void)text_add(out, size, ", number of cores unknown");
    if (facts->el)
        (void)text_add(out, size, ", EL%u", facts->el);
    if (facts->pa_bits)
        (void)text_add(out, size, ", %u-bit PA", facts->pa_bits);
    else if (facts->el != 1)
        (void)text_add(out, size, facts->el ? ", PA size unknown" : ", EL and PA size unknown");
    if (facts->gic_version)
        (void)text_add(out, size, ", GICv%u", facts->gic_version);
    else
        (void)text_add(out, size, ", GIC unknown");
}

void preflight_describe_machine(const struct plan_input *in, char *out, size_t size)
{
    const struct machine *machine = in->machine;
    struct sel4_facts here = {
        .el = in->machine_el,
        .core_count = machine->cpu_count,
        .pa_bits = in->machine_el ? mmu_cfg_pa_bits(plan_pa_range(in)) : 0,
        .gic_version = machine->gic_version,
        .ram_count = machine->ram_count,
    };

    for (unsigned i = 0; i < machine->ram_count && i < RANGES_SHOWN; i++)
        here.ram[i] = machine->ram[i];
    preflight_describe_sel4(&here, out, size);
    if (machine->psci == PSCI_NONE)
        (void)text_add(out, size, ", no PSCI");
}

static unsigned count_spinning(const struct machine *machine)
{
    unsigned count = 0;

    for (unsigned i = 0; i < machine->cpu_count; i++)
        count += machine->cpus[i].enable == CPU_ENABLE_SPIN_TABLE;
    return count;
}

/* The first thing that does not fit, or NULL. The core this runs on may spin in the DTB, too. */
static const char *difference(const struct sel4_facts *facts, const struct plan_input *in)
{
    const struct machine *machine = in->machine;

    for (unsigned i = 0; i < facts->ram_count; i++) {
        if (!machine_has_ram(machine, facts->ram[i]))
            return "RAM";
    }
    if (in->machine_el && facts->el > in->machine_el)
        return "exception level";
    if (machine->cpu_count && facts->core_count > machine->cpu_count)
        return "cores";
    if (machine->psci == PSCI_NONE && count_spinning(machine) + 1 < facts->core_count)
        return "no PSCI for the other cores";
    if (in->machine_el && facts->pa_bits > mmu_cfg_pa_bits(plan_pa_range(in)))
        return "PA size";
    if (facts->gic_version && machine->gic_version && facts->gic_version != machine->gic_version)
        return "GIC";
    return NULL;
}

int preflight_sel4(const struct sel4_facts *facts, const struct plan_input *in, struct diag *d)
{
    char kernel[PREFLIGHT_TEXT_BYTES], machine[PREFLIGHT_TEXT_BYTES];
    const char *what = difference(facts, in);

    if (!what)
        return ERR_OK;
    preflight_describe_sel4(facts, kernel, sizeof(kernel));
    preflight_describe_machine(in, machine, sizeof(machine));
    return diag_set(d, ERR_MISMATCH, "%s: kernel built for %s; this machine has %s", what, kernel,
                    machine);
}

/* --- Linux */

static void describe_linux(const struct linux_image *image, char *out, size_t size)
{
    (void)text_copy(out, size, "Linux");
    if (image->page_kib)
        (void)text_add(out, size, ", %u KiB pages", image->page_kib);
    else
        (void)text_add(out, size, ", page size unknown");
    (void)text_add(out, size, ", %s-endian, %s", image->big_endian ? "big" : "little",
                   image->anywhere ? "anywhere in RAM" : "at the start of RAM");
}

/* ID_AA64MMFR0_EL1.TGran4, TGran64 and TGran16, each with a coding of its own. */
static bool has_pages(uint64_t mmfr0, unsigned page_kib)
{
    switch (page_kib) {
    case 4:
        return field_get(mmfr0, 31, 28) != 0xf;
    case 16:
        return field_get(mmfr0, 23, 20) != 0;
    case 64:
        return field_get(mmfr0, 27, 24) != 0xf;
    default:
        return true;
    }
}

static int check_linux(const struct boot_plan *plan, const struct plan_input *in, struct diag *d)
{
    const struct linux_image *image = &plan->linux_image;
    size_t length = plan->chosen.bootargs ? strlen(plan->chosen.bootargs) : 0;

    if (in->machine_el && !has_pages(in->mmfr0, image->page_kib))
        return diag_set(d, ERR_MISMATCH,
                        "page size: kernel built for %u KiB, which this CPU does not have",
                        image->page_kib);
    if (in->machine_el && image->big_endian && !field_get(in->mmfr0, 11, 8))
        return diag_set(d, ERR_MISMATCH,
                        "byte order: kernel is big-endian, which this CPU does not support");
    if (length > LINUX_BOOTARGS_MAX)
        return diag_set(d, ERR_MISMATCH, "bootargs: %zu bytes, of which Linux takes %d", length,
                        LINUX_BOOTARGS_MAX);
    return ERR_OK;
}

/* --- Kernels at physical addresses */

static void describe_physical(const struct boot_plan *plan, char *out, size_t size)
{
    struct range r = plan->ranges[PLAN_KERNEL];

    (void)text_copy(out, size, protocol_name(plan->protocol));
    (void)text_add(out, size, ", EL%" PRIu64 ", 0x%" PRIx64 "-0x%" PRIx64 "%s", plan->handover.el,
                   r.start, r.end, plan->kernel.movable ? ", movable" : "");
}

static int check_physical(const struct boot_plan *plan, const struct plan_input *in, struct diag *d)
{
    if (in->machine_el && plan->handover.el > in->machine_el)
        return diag_set(d, ERR_MISMATCH,
                        "exception level: kernel is entered at EL%" PRIu64
                        ", this machine is at EL%u",
                        plan->handover.el, in->machine_el);
    return ERR_OK;
}

/* --- Whatever is planned */

void preflight_describe_kernel(const struct boot_plan *plan, char *out, size_t size)
{
    switch (plan->protocol) {
    case PROTOCOL_LINUX:
        describe_linux(&plan->linux_image, out, size);
        break;
    case PROTOCOL_SEL4:
        preflight_describe_sel4(&plan->facts, out, size);
        break;
    default:
        describe_physical(plan, out, size);
    }
}

int preflight_check(const struct boot_plan *plan, const struct plan_input *in, struct diag *d)
{
    switch (plan->protocol) {
    case PROTOCOL_LINUX:
        return check_linux(plan, in, d);
    case PROTOCOL_SEL4:
        return preflight_sel4(&plan->facts, in, d);
    default:
        return check_physical(plan, in, d);
    }
}
