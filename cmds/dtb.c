/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

#include "cmds/dts.h"
#include "mm/fdt_scan.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/change.h"
#include "monitor/sources/images.h"

static int show_node(struct monitor *m, const void *fdt, const char *path, struct diag *d)
{
    int node = fdt_path_offset(fdt, path);

    if (node < 0)
        return diag_set(d, ERR_NOTFOUND, "no node %s", path);
    return dts_print_node(&m->con, fdt, node, DTS_ALL_LEVELS, d);
}

static int show_property(struct monitor *m, const void *fdt, const char *path, const char *name,
                         struct diag *d)
{
    int node = fdt_path_offset(fdt, path);
    const void *value;
    int size;

    if (node < 0)
        return diag_set(d, ERR_NOTFOUND, "no node %s", path);
    value = fdt_getprop(fdt, node, name, &size);
    if (!value)
        return diag_set(d, ERR_NOTFOUND, "no property %s in %s", name, path);
    if (dts_print_property(&m->con, name, (struct bytes){value, (size_t)size}, 0))
        return ERR_INTERRUPTED;
    return ERR_OK;
}

/* A scan that knows the path of where it is. */
struct tour {
    struct fdt_scan scan;
    struct fdt_item item;
    const char *names[FDT_SCAN_LEVELS];
    unsigned node_count, property_count, level_count;
};

static int tour_begin(struct tour *t, const void *fdt, struct diag *d)
{
    memset(t, 0, sizeof(*t));
    return fdt_scan_open((struct bytes){fdt, fdt_totalsize(fdt)}, &t->scan, d);
}

static int tour_next(struct tour *t, struct diag *d)
{
    int err = fdt_scan_next(&t->scan, &t->item, d);

    if (err)
        return err;
    if (t->item.tag == FDT_BEGIN_NODE) {
        t->names[t->scan.depth - 1] = t->item.name;
        t->node_count++;
        if (t->scan.depth > t->level_count)
            t->level_count = t->scan.depth;
    }
    t->property_count += t->item.tag == FDT_PROP;
    return ERR_OK;
}

static bool is_match(const struct fdt_item *item, const char *text)
{
    const char *string;

    if (!item->name)
        return false;
    if (strstr(item->name, text))
        return true;
    if (item->tag != FDT_PROP || strcmp(item->name, "compatible") != 0)
        return false;
    string = fdt_scan_text(item->value);
    while (string && string < (const char *)item->value.data + item->value.size) {
        if (strstr(string, text))
            return true;
        string += strlen(string) + 1;
    }
    return false;
}

/* As the shell takes it: it reads # as a comment. */
static void print_place(struct console *con, const struct tour *t)
{
    const char *quote = t->item.tag == FDT_PROP && strchr(t->item.name, '#') ? "'" : "";

    if (t->scan.depth == 1)
        console_printf(con, "/");
    for (unsigned i = 1; i < t->scan.depth; i++)
        console_printf(con, "/%s", t->names[i]);
    if (t->item.tag == FDT_PROP)
        console_printf(con, " %s%s%s", quote, t->item.name, quote);
    console_printf(con, "\n");
}

static int find(struct monitor *m, const void *fdt, const char *text, struct diag *d)
{
    struct tour t;
    unsigned match_count = 0;
    int err = tour_begin(&t, fdt, d);

    while (!err && t.item.tag != FDT_END) {
        err = tour_next(&t, d);
        if (!err && is_match(&t.item, text)) {
            print_place(&m->con, &t);
            match_count++;
        }
        if (!err && console_interrupted(&m->con))
            err = ERR_INTERRUPTED;
    }
    if (!err && match_count == 0)
        return diag_set(d, ERR_NOTFOUND, "no name and no compatible contains %s", text);
    return err;
}

static void check_ranges(struct monitor *m)
{
    const struct machine *machine = &m->board.machine;

    if (machine->ram_count == 0)
        console_printf(&m->con, "  memory    missing: no enabled memory node\n");
    for (unsigned i = 0; i < machine->ram_count; i++)
        console_printf(&m->con, "  memory    0x%016" PRIx64 "-0x%016" PRIx64 "\n",
                       machine->ram[i].start, machine->ram[i].end);
    for (unsigned i = 0; i < machine->reserved_count; i++)
        console_printf(&m->con, "  reserved  0x%016" PRIx64 "-0x%016" PRIx64 " %s%s\n",
                       machine->reserved[i].range.start, machine->reserved[i].range.end,
                       machine->reserved[i].name, machine->reserved[i].no_map ? ", no-map" : "");
    console_printf(&m->con, "  devices   %u range%s\n", machine->mmio_count,
                   machine->mmio_count == 1 ? "" : "s");
}

static void check_cpus(struct monitor *m)
{
    /* In the order of enum psci_method. */
    static const char methods[] =
        "missing: no arm,psci node with method hvc or smc\0by hvc\0by smc";
    const struct machine *machine = &m->board.machine;
    unsigned startable = 0;

    for (unsigned i = 0; i < machine->cpu_count; i++)
        startable += machine->cpus[i].enable != CPU_ENABLE_NONE;
    if (machine->cpu_count == 0)
        console_printf(&m->con, "  cpus      missing: no enabled cpu node\n");
    else
        console_printf(&m->con, "  cpus      %u, %u with an enable-method\n", machine->cpu_count,
                       startable);
    console_printf(&m->con, "  psci      %s%s\n", text_pick(methods, machine->psci),
                   machine->psci_0_2 ? ", 0.2 or later" : "");
}

static void check_devices(struct monitor *m)
{
    const struct machine *machine = &m->board.machine;

    if (machine->uart.found)
        console_printf(&m->con, "  uart      %s at 0x%" PRIx64 ", interrupt %u%s\n",
                       machine->uart.path, machine->uart.base, machine->uart.irq,
                       machine->uart.irq ? "" : " (unknown)");
    else
        console_printf(&m->con, "  uart      missing: no enabled arm,pl011 node\n");
    if (machine->gic_version)
        console_printf(&m->con, "  gic       version %u, 0x%" PRIx64 " and 0x%" PRIx64 "\n",
                       machine->gic_version, machine->gic_dist, machine->gic_cpu);
    else
        console_printf(&m->con, "  gic       missing: no GICv2 or GICv3 node\n");
}

static int check(struct monitor *m, const void *fdt, struct diag *d)
{
    uint32_t total = fdt_totalsize(fdt), used;
    struct tour t;
    int err = fdt_mem_check((struct bytes){fdt, total}, &used, d);

    if (!err)
        err = tour_begin(&t, fdt, d);
    while (!err && t.item.tag != FDT_END)
        err = tour_next(&t, d);
    if (err)
        return err;
    console_printf(&m->con,
                   "  format    ok, version %" PRIu32 ", %" PRIu32 " of %" PRIu32 " bytes\n",
                   fdt_version(fdt), used, total);
    console_printf(&m->con, "  tree      %u nodes, %u properties, %u levels\n", t.node_count,
                   t.property_count, t.level_count);
    if (fdt != m->board.fdt) {
        console_printf(&m->con, "  note      the monitor itself goes by the firmware's\n");
        return ERR_OK;
    }
    console_printf(&m->con, "  model     %s\n",
                   m->board.machine.model[0] ? m->board.machine.model
                                             : "missing: no model or compatible");
    check_ranges(m);
    check_cpus(m);
    check_devices(m);
    return ERR_OK;
}

enum { CHECK, FIND, USE };

static const char subcommands[] = "check\0find\0use\0";

/* Which tree is handed over, and which there are. */
static int show_use(struct monitor *m)
{
    const struct fit_image *payload = fit_find(&m->boot.now->sources.fit, FIT_DTB),
                           *used = images_find(&m->boot.now->sources, FIT_DTB);
    const struct slot *uploaded = &m->boot.now->sources.slots[UPLOAD_DTB];
    const char *note[] = {"", ", handed over"};

    if (m->board.fdt)
        console_printf(&m->con, "  firmware  %zu bytes%s\n", m->board.fdt_bytes.size, note[!used]);
    if (payload)
        console_printf(&m->con, "  payload   %zu bytes%s\n", payload->data.size,
                       note[used == payload]);
    if (uploaded->state == SLOT_TAKEN)
        console_printf(&m->con, "  upload    %zu bytes%s, %s\n", uploaded->image.data.size,
                       note[used == &uploaded->image], uploaded->image.name);
    return ERR_OK;
}

enum { FIRMWARE, PAYLOAD, UPLOAD };

static const char sources[] = "firmware\0payload\0upload\0";

static int use(struct monitor *m, const char *word, struct diag *d)
{
    const enum dtb_use uses[] = {DTB_FIRMWARE, DTB_PAYLOAD, DTB_NEWEST};
    int source = text_find(sources, word);
    const bool there[] = {m->board.fdt, fit_find(&m->boot.now->sources.fit, FIT_DTB),
                          m->boot.now->sources.slots[UPLOAD_DTB].state == SLOT_TAKEN};
    struct change c;
    int err;

    if (source < 0)
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", word);
    if (!there[source])
        return diag_set(d, ERR_NOTFOUND, "there is no devicetree from %s", word);
    err = change_begin(&m->boot, &c, d);
    if (err)
        return err;
    c.to->sources.dtb_use = uses[source];
    c.roles = BIT(FIT_DTB);
    return change_commit(&m->boot, &c, d);
}

/* The tree that is handed over. */
static int find_tree(struct monitor *m, const void **fdt, struct diag *d)
{
    struct bytes tree;
    int err;

    *fdt = m->board.fdt;
    if (images_find(&m->boot.now->sources, FIT_DTB)) {
        err = choice_dtb(&m->board, &m->boot.now->sources, &tree, d);
        *fdt = tree.data;
        return err;
    }
    if (!m->board.fdt)
        return diag_set(d, ERR_NOTFOUND, "no devicetree: %s",
                        m->board.fdt_problem.text[0] ? m->board.fdt_problem.text
                                                     : "none was handed over");
    return ERR_OK;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    int what = argc > 1 ? text_find(subcommands, argv[1]) : -1;
    const void *fdt;
    int err;

    if (what == USE)
        return argc == 2 ? show_use(m) : use(m, argv[2], d);
    err = find_tree(m, &fdt, d);
    if (err)
        return err;
    if (argc == 1)
        return dts_print_tree(&m->con, fdt, d);
    switch (what) {
    case CHECK:
        return argc == 2 ? check(m, fdt, d) : diag_set(d, ERR_USAGE, "check takes no word");
    case FIND:
        return argc == 3 ? find(m, fdt, argv[2], d) : diag_set(d, ERR_USAGE, "find takes a text");
    default:
        break;
    }
    return argc == 2 ? show_node(m, fdt, argv[1], d) : show_property(m, fdt, argv[1], argv[2], d);
}

const struct cmd cmd_dtb = {
    .name = "dtb",
    .group = CMD_INSPECT,
    .summary = "print and check the devicetree",
    .usage = "dtb [PATH [PROP]] | dtb find TEXT | dtb check | dtb use [firmware|payload|upload]",
    .help =
        "The tree, a node or a property as DTS source. PATH: an alias, or a path; unit addresses\n"
        "may be left out.\n"
        "  find TEXT  search names and compatible strings\n"
        "  check      validate it; show what it tells of the machine, and what is missing\n"
        "  use        show or choose which one is handed over; default: the newest\n"
        "Example: dtb /cpus/cpu@0 enable-method\n",
    .subcommands = subcommands,
    .words_max = 2,
    .completes_paths = true,
    .run = run,
};
