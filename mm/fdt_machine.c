/* SPDX-License-Identifier: Apache-2.0 */
/* From a devicetree to struct machine in one pass over all nodes, because libfdt's look-ups start
 * from the root each time, which is too slow for the boot path.
 * Source: Devicetree Specification 0.4; Linux Documentation/devicetree/bindings/arm. */
#include "mm/fdt_mem.h"

#include <libfdt.h>
#include <string.h>

#include "mm/fdt_bus.h"
#include "mm/fdt_path.h"
#include "mm/fdt_scan.h"
#include "monitor/base/text.h"

/* The properties that matter here, of the node that is being read; the most frequent first. */
enum property {
    REG,
    COMPATIBLE,
    INTERRUPTS,
    DEVICE_TYPE,
    STATUS,
    ADDRESS_CELLS,
    SIZE_CELLS,
    RANGES,
    MODEL,
    INTERRUPT_PARENT,
    PHANDLE,
    ENABLE_METHOD,
    RELEASE_ADDR,
    METHOD,
    CLOCK_FREQUENCY,
    NO_MAP,
    INITRD_START,
    INITRD_END,
    STDOUT_PATH,
    PROPERTY_COUNT,
};

static const char *const property_names[PROPERTY_COUNT] = {
    [REG] = "reg",
    [COMPATIBLE] = "compatible",
    [INTERRUPTS] = "interrupts",
    [DEVICE_TYPE] = "device_type",
    [STATUS] = "status",
    [ADDRESS_CELLS] = "#address-cells",
    [SIZE_CELLS] = "#size-cells",
    [RANGES] = "ranges",
    [MODEL] = "model",
    [INTERRUPT_PARENT] = "interrupt-parent",
    [PHANDLE] = "phandle",
    [ENABLE_METHOD] = "enable-method",
    [RELEASE_ADDR] = "cpu-release-addr",
    [METHOD] = "method",
    [CLOCK_FREQUENCY] = "clock-frequency",
    [NO_MAP] = "no-map",
    [INITRD_START] = "linux,initrd-start",
    [INITRD_END] = "linux,initrd-end",
    [STDOUT_PATH] = "stdout-path",
};

enum device { OTHER, PL011, PSCI_0_1, PSCI_0_2, GIC_V2, GIC_V3, TIMER };

/* Compatible with one of these behind "arm,", a node is the device at the same place. */
static const char compatibles[] = "pl011\0psci-1.0\0psci-0.2\0psci\0cortex-a15-gic\0gic-400\0"
                                  "cortex-a7-gic\0cortex-a9-gic\0gic-v3\0armv8-timer\0";
static const uint8_t devices[] = {PL011,  PSCI_0_2, PSCI_0_2, PSCI_0_1, GIC_V2,
                                  GIC_V2, GIC_V2,   GIC_V2,   GIC_V3,   TIMER};

/* What the children of a node may be. */
enum family { DEVICES, CPUS, RESERVED_MEMORY };

/* An open node. */
struct level {
    struct fdt_bus bus;
    const char *name;
    const char *kept_name;     /* the copy in the arena; NULL: none yet */
    const char *stdout_rest;   /* of the path to the console, below this node; NULL: not this way */
    uint32_t interrupt_parent; /* phandle; 0: not told */
    enum family family;
    bool enabled;
};

struct walk {
    const struct fdt_outline *outline;
    struct arena *arena;
    struct machine *out;
    struct diag *d;
    char *uart_path; /* room for the longest path */
    int err;         /* the first that came up */
    struct level levels[FDT_SCAN_LEVELS];
    unsigned depth;                      /* levels in use */
    bool pending;                        /* the innermost node's properties are being read */
    struct bytes values[PROPERTY_COUNT]; /* these; data NULL: absent */
    struct fdt_path stdout_path;         /* of /chosen; empty until that has been read */
    enum cpu_enable cpus_enable;         /* of /cpus, for CPUs that tell none */
    unsigned uart_count;                 /* PL011s seen */
    bool uart_is_stdout;
    uint32_t uart_interrupt_parent, gic_phandle;
};

static enum device device_of(struct bytes compatible)
{
    const char *t = fdt_scan_text(compatible);
    const char *end = t ? t + compatible.size : NULL;

    for (; t < end; t += strlen(t) + 1) {
        int i = strncmp(t, "arm,", 4) == 0 ? text_find(compatibles, t + 4) : -1;

        if (i >= 0)
            return (enum device)devices[i];
    }
    return OTHER;
}

/* Entry @index of the node's reg as the CPU sees it; ERR_NOTFOUND behind the last. An entry
 * without such an address comes out empty. */
static int cpu_reg(const struct walk *w, unsigned index, struct range *out)
{
    const struct fdt_bus *bus = w->levels[w->depth - 1].bus.parent;
    int err = fdt_bus_reg(bus, w->values[REG], index, out);

    if (err == ERR_NOTFOUND || err == ERR_UNSUPPORTED)
        return ERR_NOTFOUND;
    if (err || fdt_bus_translate(bus, out))
        *out = (struct range){0, 0};
    return ERR_OK;
}

static void check(struct walk *w, int err)
{
    if (!w->err)
        w->err = err;
}

/* A copy of @text, which is gone with the tree. */
static const char *keep_text(struct walk *w, const char *text)
{
    const char *copy = arena_text(w->arena, text);

    if (!copy)
        check(w, diag_set(w->d, ERR_NOMEM, "%zu bytes do not hold the machine's names",
                          w->arena->size));
    return copy ? copy : "";
}

/* Ranges of one node share its name. */
static const char *keep_name(struct walk *w, struct level *node)
{
    if (!node->kept_name)
        node->kept_name = keep_text(w, node->name);
    return node->kept_name;
}

static void read_memory(struct walk *w)
{
    struct range r;

    for (unsigned i = 0; cpu_reg(w, i, &r) == ERR_OK; i++)
        if (!range_is_empty(r))
            check(w, machine_add_ram(w->out, r, w->d));
}

/* Children of /reserved-memory count as the CPU does, whether or not it says so by `ranges`. */
static void read_reserved(struct walk *w, struct level *node)
{
    struct range r;
    int err = ERR_OK;

    for (unsigned i = 0; err != ERR_NOTFOUND && err != ERR_UNSUPPORTED; i++) {
        err = fdt_bus_reg(node->bus.parent, w->values[REG], i, &r);
        if (!err && !range_is_empty(r))
            check(w, machine_add_reserved(w->out, r, keep_name(w, node),
                                          w->values[NO_MAP].data != NULL, w->d));
    }
}

static enum cpu_enable enable_method(const struct walk *w, enum cpu_enable fallback)
{
    if (fdt_scan_is(w->values[ENABLE_METHOD], "psci"))
        return CPU_ENABLE_PSCI;
    if (fdt_scan_is(w->values[ENABLE_METHOD], "spin-table"))
        return CPU_ENABLE_SPIN_TABLE;
    return w->values[ENABLE_METHOD].data ? CPU_ENABLE_NONE : fallback;
}

/* Of one cell or two. */
static int read_number(const struct walk *w, enum property property, uint64_t *out)
{
    struct bytes value = w->values[property];

    return fdt_bus_number(value, 0, value.size == sizeof(uint32_t) ? 1 : 2, out);
}

static void read_cpu(struct walk *w, const struct level *node)
{
    struct machine_cpu cpu = {.enable = enable_method(w, w->cpus_enable)};

    if (fdt_bus_number(w->values[REG], 0, node->bus.parent->address_cells, &cpu.mpidr))
        return;
    if (cpu.enable == CPU_ENABLE_SPIN_TABLE && read_number(w, RELEASE_ADDR, &cpu.release_addr))
        cpu.enable = CPU_ENABLE_NONE;
    check(w, machine_add_cpu(w->out, &cpu, w->d));
}

static void read_psci(struct walk *w, bool standard_ids)
{
    if (fdt_scan_is(w->values[METHOD], "hvc"))
        w->out->psci = PSCI_HVC;
    else if (fdt_scan_is(w->values[METHOD], "smc"))
        w->out->psci = PSCI_SMC;
    w->out->psci_0_2 = standard_ids;
}

static void read_timer(struct walk *w)
{
    uint32_t hz;

    if (bytes_be32(w->values[CLOCK_FREQUENCY], 0, &hz) == ERR_OK)
        w->out->timer_hz = hz;
}

static void read_gic(struct walk *w, unsigned version)
{
    struct range dist = {0, 0}, cpu = {0, 0};

    if (w->out->gic_version || cpu_reg(w, 0, &dist) || range_is_empty(dist))
        return;
    (void)cpu_reg(w, 1, &cpu);
    w->out->gic_version = version;
    w->out->gic_dist = dist.start;
    w->out->gic_cpu = cpu.start;
    (void)bytes_be32(w->values[PHANDLE], 0, &w->gic_phandle);
}

/* GIC INTID of the node's first interrupt, taken as <type number flags ...>; 0 where it is not.
 * Source: Linux Documentation/devicetree/bindings/interrupt-controller/arm,gic.yaml. */
static unsigned gic_interrupt(struct bytes interrupts)
{
    uint32_t type, number;

    if (interrupts.size < 12 || bytes_be32(interrupts, 0, &type) ||
        bytes_be32(interrupts, 4, &number))
        return 0;
    if (type == 0 && number < 1020 - 32)
        return number + 32;
    return type == 1 && number < 16 ? number + 16 : 0;
}

/* The path of the innermost node, of which the outline has counted the bytes. */
static void keep_path(struct walk *w)
{
    size_t room = w->outline->path_bytes;

    w->uart_path[0] = '\0';
    for (unsigned i = 1; i < w->depth; i++) {
        if (!text_append(w->uart_path, room, "/") ||
            !text_append(w->uart_path, room, w->levels[i].name))
            check(w, diag_set(w->d, ERR_NOMEM, "a path is longer than %zu bytes", room));
    }
    w->out->uart.path = w->uart_path;
}

static void read_uart(struct walk *w, const struct level *node)
{
    struct machine *m = w->out;
    bool is_stdout = node->stdout_rest && node->stdout_rest == w->stdout_path.end;
    struct range r;

    if (cpu_reg(w, 0, &r) || range_is_empty(r))
        return;
    w->uart_count++;
    if (m->uart.found && !is_stdout)
        return;
    w->uart_is_stdout = is_stdout;
    w->uart_interrupt_parent = node->interrupt_parent;
    m->uart.found = true;
    m->uart.base = r.start;
    m->uart.size = range_bytes(r);
    m->uart.irq = gic_interrupt(w->values[INTERRUPTS]);
    keep_path(w);
}

static void read_device(struct walk *w, struct level *node)
{
    enum device device = device_of(w->values[COMPATIBLE]);
    struct range r;

    if (device == PL011)
        read_uart(w, node);
    else if (device == GIC_V2 || device == GIC_V3)
        read_gic(w, device == GIC_V2 ? 2 : 3);
    else if (device == PSCI_0_1 || device == PSCI_0_2)
        read_psci(w, device == PSCI_0_2);
    else if (device == TIMER)
        read_timer(w);
    for (unsigned i = 0; w->values[REG].data && cpu_reg(w, i, &r) == ERR_OK; i++)
        if (!range_is_empty(r) && !machine_has_mmio(w->out, r))
            check(w, machine_add_mmio(w->out, r, keep_name(w, node), w->d));
}

static void read_chosen(struct walk *w)
{
    const char *stdout_path = fdt_scan_text(w->values[STDOUT_PATH]);
    struct range initrd;

    if (!read_number(w, INITRD_START, &initrd.start) && !read_number(w, INITRD_END, &initrd.end) &&
        initrd.start < initrd.end) {
        w->out->initrd = initrd;
        check(w, machine_add_reserved(w->out, initrd, "initrd", false, w->d));
    }
    if (stdout_path)
        w->stdout_path = fdt_path_resolve(w->outline->blob.data, stdout_path);
}

static void read_root(struct walk *w)
{
    const char *compatible = fdt_scan_text(w->values[COMPATIBLE]);
    const char *model = fdt_scan_text(w->values[MODEL]);

    if (compatible)
        w->out->compatible = keep_text(w, compatible);
    w->out->model = model ? keep_text(w, model) : w->out->compatible;
}

static bool is_enabled(struct bytes status)
{
    return !status.data || fdt_scan_is(status, "okay") || fdt_scan_is(status, "ok");
}

/* What the node hands down to its children. */
static void inherit(struct walk *w, struct level *node)
{
    const struct level *parent = w->depth > 1 ? node - 1 : NULL;

    node->bus = (struct fdt_bus){
        .parent = parent ? &parent->bus : NULL,
        .address_cells = fdt_bus_cells(w->values[ADDRESS_CELLS], 2),
        .size_cells = fdt_bus_cells(w->values[SIZE_CELLS], 1),
        .ranges = w->values[RANGES],
    };
    node->enabled = (!parent || parent->enabled) && is_enabled(w->values[STATUS]);
    node->interrupt_parent = parent ? parent->interrupt_parent : 0;
    (void)bytes_be32(w->values[INTERRUPT_PARENT], 0, &node->interrupt_parent);
    if (w->depth == 2 && strcmp(node->name, "cpus") == 0) {
        node->family = CPUS;
        w->cpus_enable = enable_method(w, CPU_ENABLE_NONE);
    } else if (w->depth == 2 && strcmp(node->name, "reserved-memory") == 0) {
        node->family = RESERVED_MEMORY;
    }
}

/* Bare DTBs leave device_type out. */
static bool is_cpu_node(const struct walk *w, const struct level *node)
{
    struct bytes type = w->values[DEVICE_TYPE];

    return type.data ? fdt_scan_is(type, "cpu") : strncmp(node->name, "cpu@", 4) == 0;
}

/* All properties of the innermost node have been read. */
static void finish_node(struct walk *w)
{
    struct level *node = &w->levels[w->depth - 1];
    enum family family = w->depth > 1 ? node[-1].family : DEVICES;
    bool is_cpu = is_cpu_node(w, node);

    w->pending = false;
    inherit(w, node);
    if (w->depth == 1)
        read_root(w);
    else if (!node->enabled)
        return;
    else if (family == RESERVED_MEMORY)
        read_reserved(w, node);
    else if (family == CPUS && is_cpu)
        read_cpu(w, node);
    else if (w->depth == 2 && fdt_scan_is(w->values[DEVICE_TYPE], "memory"))
        read_memory(w);
    else if (w->depth == 2 && strcmp(node->name, "chosen") == 0)
        read_chosen(w);
    else if (!is_cpu)
        read_device(w, node);
}

static void begin_node(struct walk *w, const char *name, unsigned depth)
{
    struct level *node = &w->levels[depth - 1];
    const char *rest = depth == 1 ? w->stdout_path.start : node[-1].stdout_rest;

    if (w->pending)
        finish_node(w);
    *node = (struct level){.name = name, .stdout_rest = rest};
    if (depth > 1 && rest)
        node->stdout_rest = fdt_path_match((struct fdt_path){rest, w->stdout_path.end}, name);
    memset(w->values, 0, sizeof(w->values));
    w->depth = depth;
    w->pending = true;
}

static void keep_property(struct walk *w, const struct fdt_item *item)
{
    for (unsigned i = 0; i < PROPERTY_COUNT; i++) {
        const char *name = property_names[i];

        if (name[0] == item->name[0] && strcmp(name, item->name) == 0) {
            w->values[i] = item->value;
            return;
        }
    }
}

static void read_memreserve(struct walk *w, struct bytes map)
{
    for (size_t offset = 0; offset < map.size; offset += sizeof(struct fdt_reserve_entry)) {
        uint64_t start, size;
        struct range r;

        if (bytes_be64(map, offset, &start) || bytes_be64(map, offset + sizeof(start), &size))
            return;
        if (size && range_make(start, size, &r) == ERR_OK)
            check(w, machine_add_reserved(w->out, r, "memreserve", false, w->d));
    }
}

static int begin_machine(struct walk *w)
{
    int err = machine_init(w->out, &w->outline->size, w->arena, w->d);

    w->uart_path = arena_take(w->arena, w->outline->path_bytes, 1);
    if (!err && !w->uart_path)
        err =
            diag_set(w->d, ERR_NOMEM, "%zu bytes do not hold the machine's names", w->arena->size);
    return err;
}

/* One pass over everything. */
static int walk_tree(struct walk *w)
{
    struct fdt_scan s = w->outline->scan;
    struct fdt_item item = {0};
    int err = begin_machine(w);

    if (err)
        return err;
    read_memreserve(w, s.rsvmap);
    while (item.tag != FDT_END) {
        err = fdt_scan_next(&s, &item, w->d);
        if (err)
            return err;
        if (item.tag == FDT_BEGIN_NODE)
            begin_node(w, item.name, s.depth);
        else if (item.tag == FDT_PROP)
            keep_property(w, &item);
        else if (w->pending)
            finish_node(w);
    }
    return w->err;
}

int fdt_mem_machine(const struct fdt_outline *outline, struct arena *arena, struct machine *out,
                    struct diag *d)
{
    struct walk w = {.outline = outline, .arena = arena, .out = out, .d = d};
    const size_t used = arena->used;
    int err = walk_tree(&w);

    /* Where /chosen comes late, the first PL011 may have been taken for the console's. */
    if (!err && w.uart_count > 1 && w.stdout_path.start && !w.uart_is_stdout) {
        arena->used = used;
        err = walk_tree(&w);
    }
    if (err)
        return err;
    if (!w.gic_phandle || w.gic_phandle != w.uart_interrupt_parent)
        out->uart.irq = 0;
    if (!out->ram_count)
        return diag_set(d, ERR_NOTFOUND, "no enabled memory node with a size");
    return ERR_OK;
}
