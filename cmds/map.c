/* SPDX-License-Identifier: Apache-2.0 */
/* map: build the boot tables, add to them, look at them. */
#include "cmds/map_show.h"
#include "cmds/map_walk.h"

#include <inttypes.h>
#include <string.h>

#include "cmds/cmds.h"
#include "monitor/base/text.h"
#include "monitor/boot/change.h"

enum { SHOW, WALK, ADD };

static const char subcommands[] = "show\0walk\0add\0";

/* "rw", "rx,normal", "rw,device": what is allowed, then the kind of memory. */
static int parse_attr(const char *word, struct pt_attr *out, struct diag *d)
{
    struct pt_attr attr = {.memory = MMU_ATTR_NORMAL};
    size_t letters = strcspn(word, ",");
    const char *kind = word[letters] ? word + letters + 1 : "normal";
    bool read = false;

    for (size_t i = 0; i < letters; i++) {
        bool *flag = word[i] == 'r'   ? &read
                     : word[i] == 'w' ? &attr.write
                     : word[i] == 'x' ? &attr.execute
                                      : NULL;

        if (!flag || *flag)
            return diag_set(d, ERR_USAGE,
                            "ATTR %.32s: r, w and x once each, then ,normal or ,device", word);
        *flag = true;
    }
    if (!strcmp(kind, "device"))
        attr.memory = MMU_ATTR_DEVICE_nGnRnE;
    else if (strcmp(kind, "normal"))
        return diag_set(d, ERR_USAGE, "ATTR %.32s: memory is normal or device", word);
    if (!read)
        return diag_set(d, ERR_UNSUPPORTED, "ATTR %.32s: what is mapped can be read: use r", word);
    if (attr.execute && attr.memory != MMU_ATTR_NORMAL)
        return diag_set(d, ERR_UNSUPPORTED, "ATTR %.32s: a device holds no code", word);
    *out = attr;
    return ERR_OK;
}

static int map_add(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct mapping mapping = {0};
    int err;

    if (argc != 5)
        return diag_set(d, ERR_USAGE, "map add takes VA PA SIZE ATTR");
    err = parse_number(argv[1], &mapping.va, d);
    if (!err)
        err = parse_number(argv[2], &mapping.pa, d);
    if (!err)
        err = parse_number(argv[3], &mapping.size, d);
    if (!err)
        err = parse_attr(argv[4], &mapping.attr, d);
    if (!err)
        err = change_add_mapping(&m->boot, &mapping, d);
    if (!err)
        err = boot_map(&m->boot, d);
    if (!err)
        console_printf(&m->con, "  0x%" PRIx64 " -> 0x%" PRIx64 "  0x%" PRIx64 " bytes\n",
                       mapping.va, mapping.pa, mapping.size);
    return err;
}

static int map_build(struct monitor *m, struct diag *d)
{
    char *show[] = {"show", "boot", NULL};
    int err = boot_map(&m->boot, d);

    return err ? err : map_show(m, 2, show, d);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    if (argc == 1)
        return map_build(m, d);
    switch (text_find(subcommands, argv[1])) {
    case SHOW:
        return map_show(m, argc - 1, argv + 1, d);
    case WALK:
        return map_walk(m, argc - 1, argv + 1, d);
    case ADD:
        return map_add(m, argc - 1, argv + 1, d);
    default:
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", argv[1]);
    }
}

const struct cmd cmd_map = {
    .name = "map",
    .group = CMD_BOOT,
    .summary = "build the boot tables, look at them, walk them",
    .usage = "map [show [boot|monitor] | walk [-b|-m] VA | add VA PA SIZE ATTR]",
    .help =
        "Without a word: build boot tables and trampoline.\n"
        "  show  print the mappings of the boot tables or the monitor's, adjacent ones as one\n"
        "  walk  translate VA level by level and, where the tables are in force, by the CPU (AT):\n"
        "        in the boot tables (-b) or the monitor's (-m); default: those that map VA\n"
        "  add   add a mapping to the boot tables; ATTR: r, w, x, then ,normal or ,device\n"
        "Example: map; map add 0xffffff8000000000 0x9000000 4K rw,device; mmu on;\n"
        "         map walk 0xffffffffc0000000",
    .subcommands = subcommands,
    .words_max = 5,
    .run = run,
};
