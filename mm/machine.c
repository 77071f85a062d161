/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/machine.h"

#include <string.h>

#include "monitor/base/bits.h"

size_t machine_bytes(const struct machine_size *size)
{
    size_t bytes = size->ram * sizeof(struct range) + size->cpus * sizeof(struct machine_cpu) +
                   (size->reserved + (size_t)size->mmio) * sizeof(struct machine_region);

    return align_up(bytes + size->text_bytes, _Alignof(uint64_t));
}

static void *take_list(struct arena *arena, unsigned count, size_t entry_bytes)
{
    return arena_take(arena, count * entry_bytes, _Alignof(uint64_t));
}

int machine_init(struct machine *m, const struct machine_size *max, struct arena *arena,
                 struct diag *d)
{
    *m = (struct machine){.uart = {.path = ""}, .model = "", .compatible = ""};
    if (!max)
        return ERR_OK;
    m->max = *max;
    m->ram = take_list(arena, max->ram, sizeof(m->ram[0]));
    m->cpus = take_list(arena, max->cpus, sizeof(m->cpus[0]));
    m->reserved = take_list(arena, max->reserved, sizeof(m->reserved[0]));
    m->mmio = take_list(arena, max->mmio, sizeof(m->mmio[0]));
    if (!m->ram || !m->cpus || !m->reserved || !m->mmio)
        return diag_set(d, ERR_NOMEM, "%zu bytes do not hold the machine's lists", arena->size);
    return ERR_OK;
}

static void move_regions(struct machine_region **list, unsigned count,
                         const struct arena_move *move)
{
    *list = arena_moved(move, *list);
    for (unsigned i = 0; i < count; i++)
        (*list)[i].name = arena_moved(move, (*list)[i].name);
}

void machine_moved(struct machine *m, const struct arena_move *move)
{
    m->ram = arena_moved(move, m->ram);
    m->cpus = arena_moved(move, m->cpus);
    move_regions(&m->reserved, m->reserved_count, move);
    move_regions(&m->mmio, m->mmio_count, move);
    m->uart.path = arena_moved(move, m->uart.path);
    m->model = arena_moved(move, m->model);
    m->compatible = arena_moved(move, m->compatible);
}

bool machine_has_ram(const struct machine *m, struct range range)
{
    for (unsigned i = 0; i < m->ram_count; i++) {
        if (range_contains(m->ram[i], range))
            return true;
    }
    return false;
}

static int full(unsigned max, const char *what, struct diag *d)
{
    return diag_set(d, ERR_NOMEM, "more than %u %s, for which there is room", max, what);
}

/* @r swallows every range that it touches. */
int machine_add_ram(struct machine *m, struct range r, struct diag *d)
{
    unsigned first = 0, past;

    while (first < m->ram_count && m->ram[first].end < r.start)
        first++;
    for (past = first; past < m->ram_count && m->ram[past].start <= r.end; past++) {
        r.start = m->ram[past].start < r.start ? m->ram[past].start : r.start;
        r.end = m->ram[past].end > r.end ? m->ram[past].end : r.end;
    }
    if (first == past && m->ram_count == m->max.ram)
        return full(m->max.ram, "ranges of RAM", d);
    memmove(&m->ram[first + 1], &m->ram[past], (m->ram_count - past) * sizeof(m->ram[0]));
    m->ram[first] = r;
    m->ram_count += 1 - (past - first);
    return ERR_OK;
}

int machine_add_reserved(struct machine *m, struct range r, const char *name, bool no_map,
                         struct diag *d)
{
    if (m->reserved_count == m->max.reserved)
        return full(m->max.reserved, "reserved ranges", d);
    m->reserved[m->reserved_count++] = (struct machine_region){r, no_map, name};
    return ERR_OK;
}

bool machine_has_mmio(const struct machine *m, struct range r)
{
    for (unsigned i = 0; i < m->mmio_count; i++) {
        if (range_contains(m->mmio[i].range, r))
            return true;
    }
    return false;
}

int machine_add_mmio(struct machine *m, struct range r, const char *name, struct diag *d)
{
    if (m->mmio_count == m->max.mmio)
        return full(m->max.mmio, "device ranges", d);
    m->mmio[m->mmio_count++] = (struct machine_region){r, false, name};
    return ERR_OK;
}

int machine_add_cpu(struct machine *m, const struct machine_cpu *cpu, struct diag *d)
{
    if (m->cpu_count == m->max.cpus)
        return full(m->max.cpus, "CPUs", d);
    m->cpus[m->cpu_count++] = *cpu;
    return ERR_OK;
}
