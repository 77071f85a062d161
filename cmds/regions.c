/* SPDX-License-Identifier: Apache-2.0 */
/* regions: who uses which physical memory. */
#include <string.h>

#include "cmds/cmds.h"
#include "monitor/boot/boot.h"
#include "monitor/plan/memory_map.h"

static int print_map(struct console *con, const struct memory_map *map)
{
    char text[MEMORY_MAP_LINE_BYTES];
    struct region region;

    memory_map_heading(text);
    console_printf(con, "%s\n", text);
    for (uint64_t at = 0; memory_map_next(map, at, &region); at = region.range.end) {
        memory_map_line(&region, text);
        console_printf(con, "%s\n", text);
        if (console_interrupted(con))
            return ERR_INTERRUPTED;
    }
    return ERR_OK;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct memory_map map = {
        .busy = &m->boot.now->busy, .plan = &m->boot.now->plan, .machine = &m->board.machine};

    map.devices = argc == 2 && !strcmp(argv[1], "-d");
    if (argc == 2 && !map.devices)
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[1]);
    for (int role = 0; role < PLAN_ROLE_COUNT; role++)
        map.done[role] = boot_done(&m->boot, (enum plan_role)role);
    if (!m->board.machine.ram_count)
        console_printf(&m->con, "RAM unknown: no usable devicetree: %s\n",
                       m->board.fdt_problem.text);
    return print_map(&m->con, &map);
}

const struct cmd cmd_regions = {
    .name = "regions",
    .group = CMD_INSPECT,
    .summary = "list all physical memory and its use",
    .usage = "regions [-d]",
    .help = "  -d  devices too\n"
            "(planned): a destination not written yet; (done): written.\n"
            "Example: load kernel; regions",
    .words_max = 1,
    .run = run,
};
