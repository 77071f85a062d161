/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/monitor_fake.h"

#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

/** The fake around @m. */
static struct monitor_fake *of(struct monitor *m)
{
    return (struct monitor_fake *)((char *)m - offsetof(struct monitor_fake, m));
}

static int fake_reset(struct monitor *m, struct diag *d)
{
    (void)d;
    of(m)->reset_count++;
    return ERR_OK;
}

static int fake_poweroff(struct monitor *m, int code, struct diag *d)
{
    (void)d;
    of(m)->poweroff_code = code;
    return ERR_OK;
}

static int fake_cpu_on(struct monitor *m, uint64_t mpidr, paddr_t entry, struct diag *d)
{
    (void)mpidr;
    (void)entry;
    (void)d;
    of(m)->cpu_on_count++;
    return ERR_OK;
}

static int fake_cpu_state(struct monitor *m, uint64_t mpidr, int64_t *state, struct diag *d)
{
    (void)mpidr;
    (void)d;
    *state = of(m)->cpu_state;
    return ERR_OK;
}

static void fake_flush(struct monitor *m)
{
    (void)m;
}

static const uint32_t *fake_line_errors(const struct monitor *m)
{
    return ((const struct monitor_fake *)((const char *)m - offsetof(struct monitor_fake, m)))
        ->line_errors;
}

static void must(int fdt_result)
{
    if (fdt_result != 0) {
        abort();
    }
}

static void make_fdt(void *fdt, int size)
{
    /* A name opens a node, ">" closes one. */
    static const char *const steps[] = {
        "",  "chosen",          ">", "cpus",          "cpu@0", ">", "cpu@1", ">",
        ">", "memory@40000000", ">", "pl011@9000000", ">",     ">",
    };

    must(fdt_create(fdt, size));
    must(fdt_finish_reservemap(fdt));
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        must(steps[i][0] == '>' ? fdt_end_node(fdt) : fdt_begin_node(fdt, steps[i]));
    }
    must(fdt_finish(fdt));
}

void monitor_fake_init(struct monitor_fake *fake, const struct cmd *const *commands)
{
    struct monitor *m = &fake->m;

    memset(fake, 0, sizeof(*fake));
    fake->poweroff_code = -1;
    arch_fake_reset();
    console_fake_init(&fake->console, &m->con);
    shell_init(&m->shell, &m->con, m, commands);
    arch_cpu(&m->cpu);
    m->board = (struct monitor_board){fake_reset,     fake_poweroff, fake_cpu_on,
                                      fake_cpu_state, fake_flush,    fake_line_errors};
    make_fdt(fake->fdt_data, sizeof(fake->fdt_data));
    m->fdt = fake->fdt_data;
    m->fdt_bytes = (struct bytes){m->fdt, fdt_totalsize(m->fdt)};
    machine_fake_init(&fake->tables, &m->machine);
    machine_fake_regions(&fake->tables, &m->busy);
    m->machine.ram_count = 1;
    m->machine.ram[0] = (struct range){ARCH_FAKE_BASE, ARCH_FAKE_BASE + ARCH_FAKE_BYTES};
}

int monitor_fake_run(struct monitor_fake *fake, const char *line)
{
    (void)console_fake_take(&fake->console);
    return shell_run_line(&fake->m.shell, line);
}
