/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/monitor_fake.h"

#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

/** The fake around @board. */
static struct monitor_fake *of(const struct board *board)
{
    return (struct monitor_fake *)((uintptr_t)board - offsetof(struct monitor_fake, m.board));
}

static int fake_reset(const struct board *board, struct diag *d)
{
    (void)d;
    of(board)->reset_count++;
    return ERR_OK;
}

static int fake_poweroff(const struct board *board, int code, struct diag *d)
{
    (void)d;
    of(board)->poweroff_code = code;
    return ERR_OK;
}

static int fake_cpu_on(const struct board *board, uint64_t mpidr, paddr_t entry, struct diag *d)
{
    (void)mpidr;
    (void)entry;
    (void)d;
    of(board)->cpu_on_count++;
    return ERR_OK;
}

static int fake_cpu_state(const struct board *board, uint64_t mpidr, int64_t *state, struct diag *d)
{
    (void)mpidr;
    (void)d;
    *state = of(board)->cpu_state;
    return ERR_OK;
}

static void fake_flush(const struct board *board)
{
    (void)board;
}

static const uint32_t *fake_line_errors(const struct board *board)
{
    return of(board)->line_errors;
}

static const struct board_ops fake_ops = {fake_reset,     fake_poweroff, fake_cpu_on,
                                          fake_cpu_state, fake_flush,    fake_line_errors};

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
    arch_cpu(&m->board.cpu);
    m->board.ops = &fake_ops;
    m->boot.board = &m->board;
    m->boot.con = &m->con;
    m->boot.script = &m->shell.script;
    m->boot.now = &m->boot.choices[0];
    make_fdt(fake->fdt_data, sizeof(fake->fdt_data));
    m->board.fdt = fake->fdt_data;
    m->board.fdt_bytes = (struct bytes){m->board.fdt, fdt_totalsize(m->board.fdt)};
    digest_sha256(m->board.fdt, m->board.fdt_bytes.size, &m->board.fdt_sha256);
    m->shell.fdt = m->board.fdt;
    machine_fake_init(&fake->tables, &m->board.machine);
    for (unsigned i = 0; i < 2; i++)
        machine_fake_regions(&fake->tables, &m->boot.choices[i].busy);
    m->board.machine.ram_count = 1;
    m->board.machine.ram[0] = (struct range){ARCH_FAKE_BASE, ARCH_FAKE_BASE + ARCH_FAKE_BYTES};
}

struct choice *monitor_fake_now(struct monitor *m)
{
    return &m->boot.choices[m->boot.now == &m->boot.choices[1]];
}

int monitor_fake_run(struct monitor_fake *fake, const char *line)
{
    (void)console_fake_take(&fake->console);
    return shell_run_line(&fake->m.shell, line);
}
