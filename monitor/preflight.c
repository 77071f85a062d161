/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/preflight.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "mm/mmu_cfg.h"

/* As many as leave room for the rest in PREFLIGHT_TEXT_BYTES. */
enum { RANGES_SHOWN = 2 };

/* Text that is put together piece by piece; what does not fit is cut. */
struct text {
    char *out;
    size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void append(struct text *t, const char *format, ...)
{
    va_list args;
    int wrote;

    va_start(args, format);
    wrote = vsnprintf(t->out + t->used, t->size - t->used, format, args);
    va_end(args);
    if (wrote > 0)
        t->used += (size_t)wrote;
    if (t->used >= t->size)
        t->used = t->size - 1;
}

static void append_ranges(struct text *t, const struct range *ranges, unsigned count)
{
    if (!count)
        append(t, "RAM unknown");
    for (unsigned i = 0; i < count && i < RANGES_SHOWN; i++)
        append(t, "%s0x%" PRIx64 "-0x%" PRIx64, i ? " + " : "", ranges[i].start, ranges[i].end);
    if (count > RANGES_SHOWN)
        append(t, " + %u more", count - RANGES_SHOWN);
}

static void append_count(struct text *t, unsigned count, const char *unit)
{
    if (count)
        append(t, ", %u %s%s", count, unit, count == 1 ? "" : "s");
    else
        append(t, ", number of %ss unknown", unit);
}

static void append_gic(struct text *t, unsigned version)
{
    if (version)
        append(t, ", GICv%u", version);
    else
        append(t, ", GIC unknown");
}

void preflight_describe_kernel(const struct sel4_facts *facts, char *out, size_t size)
{
    struct text t = {out, size, 0};

    append_ranges(&t, facts->ram, facts->ram_count);
    append_count(&t, facts->core_count, "core");
    append(&t, ", EL%u", facts->el);
    if (facts->el == 2 && facts->pa_bits)
        append(&t, ", %u-bit PA", facts->pa_bits);
    else if (facts->el == 2)
        append(&t, ", PA size unknown");
    append_gic(&t, facts->gic_version);
}

void preflight_describe_machine(const struct plan_input *in, char *out, size_t size)
{
    struct text t = {out, size, 0};

    append_ranges(&t, in->machine->ram, in->machine->ram_count);
    append_count(&t, in->machine->cpu_count, "core");
    if (in->machine_el)
        append(&t, ", EL%u, %u-bit PA", in->machine_el, mmu_cfg_pa_bits(in->pa_range));
    else
        append(&t, ", EL and PA size unknown");
    append_gic(&t, in->machine->gic_version);
    if (in->machine->psci == PSCI_NONE)
        append(&t, ", no PSCI");
}

static bool has_ram(const struct machine *machine, struct range wanted)
{
    for (unsigned i = 0; i < machine->ram_count; i++) {
        if (range_contains(machine->ram[i], wanted))
            return true;
    }
    return false;
}

/* The first thing that does not fit, or NULL. */
static const char *difference(const struct sel4_facts *facts, const struct plan_input *in)
{
    const struct machine *machine = in->machine;

    for (unsigned i = 0; i < facts->ram_count; i++) {
        if (!has_ram(machine, facts->ram[i]))
            return "RAM";
    }
    if (in->machine_el && facts->el > in->machine_el)
        return "exception level";
    if (machine->cpu_count && facts->core_count > machine->cpu_count)
        return "cores";
    if (facts->core_count > 1 && machine->psci == PSCI_NONE)
        return "no PSCI for the other cores";
    if (in->machine_el && facts->pa_bits > mmu_cfg_pa_bits(in->pa_range))
        return "PA size";
    if (facts->gic_version && machine->gic_version && facts->gic_version != machine->gic_version)
        return "GIC";
    return NULL;
}

int preflight_check(const struct sel4_facts *facts, const struct plan_input *in, struct diag *d)
{
    char kernel[PREFLIGHT_TEXT_BYTES], machine[PREFLIGHT_TEXT_BYTES];
    const char *what = difference(facts, in);

    if (!what)
        return ERR_OK;
    preflight_describe_kernel(facts, kernel, sizeof(kernel));
    preflight_describe_machine(in, machine, sizeof(machine));
    return diag_set(d, ERR_MISMATCH, "%s: kernel built for %s; this machine has %s", what, kernel,
                    machine);
}
