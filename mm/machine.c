/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/machine.h"

#include <string.h>

#include "monitor/base/text.h"

bool machine_has_ram(const struct machine *m, struct range range)
{
    for (unsigned i = 0; i < m->ram_count; i++) {
        if (range_contains(m->ram[i], range))
            return true;
    }
    return false;
}

static void say_cut(struct diag *d, int limit, const char *what)
{
    (void)diag_set(d, ERR_OK, "more than %d %s, the rest is left out", limit, what);
}

/* @r swallows every range that it touches. */
void machine_add_ram(struct machine *m, struct range r, struct diag *d)
{
    unsigned first = 0, past;

    while (first < m->ram_count && m->ram[first].end < r.start)
        first++;
    for (past = first; past < m->ram_count && m->ram[past].start <= r.end; past++) {
        r.start = m->ram[past].start < r.start ? m->ram[past].start : r.start;
        r.end = m->ram[past].end > r.end ? m->ram[past].end : r.end;
    }
    if (first == past && m->ram_count == MACHINE_RAM_MAX) {
        say_cut(d, MACHINE_RAM_MAX, "ranges of RAM");
        return;
    }
    memmove(&m->ram[first + 1], &m->ram[past], (m->ram_count - past) * sizeof(m->ram[0]));
    m->ram[first] = r;
    m->ram_count += 1 - (past - first);
}

static void add_region(struct machine_region *list, unsigned *count, struct range r,
                       const char *name, bool no_map)
{
    struct machine_region *region = &list[(*count)++];

    region->range = r;
    region->no_map = no_map;
    (void)text_copy(region->name, sizeof(region->name), name);
}

void machine_add_reserved(struct machine *m, struct range r, const char *name, bool no_map,
                          struct diag *d)
{
    if (m->reserved_count == MACHINE_RESERVED_MAX)
        say_cut(d, MACHINE_RESERVED_MAX, "reserved ranges");
    else
        add_region(m->reserved, &m->reserved_count, r, name, no_map);
}

void machine_add_mmio(struct machine *m, struct range r, const char *name, struct diag *d)
{
    for (unsigned i = 0; i < m->mmio_count; i++)
        if (range_contains(m->mmio[i].range, r))
            return;
    if (m->mmio_count == MACHINE_MMIO_MAX)
        say_cut(d, MACHINE_MMIO_MAX, "device ranges");
    else
        add_region(m->mmio, &m->mmio_count, r, name, false);
}

void machine_add_cpu(struct machine *m, const struct machine_cpu *cpu, struct diag *d)
{
    if (m->cpu_count == MACHINE_CPUS_MAX)
        say_cut(d, MACHINE_CPUS_MAX, "CPUs");
    else
        m->cpus[m->cpu_count++] = *cpu;
}
