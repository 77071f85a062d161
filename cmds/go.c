/* SPDX-License-Identifier: Apache-2.0 */
/* go: jump to raw code in RAM or flash. */
#include <inttypes.h>
#include <string.h>

#include "cmds/cmds.h"
#include "cmds/memory.h"
#include "monitor/base/bits.h"
#include "monitor/handover.h"
#include "monitor/shell/parse.h"

enum { INSTRUCTION_BYTES = 4, STACK_ALIGN = 16 };

struct jump {
    bool keep; /* MMU and caches */
    bool lower, has_sp;
    vaddr_t entry;
    uint64_t x[HANDOVER_ARGS];
    uint64_t sp;
    uint64_t result;
    uint32_t first; /* instruction */
};

static int read_sp(const char *word, struct jump *out, struct diag *d)
{
    int err = parse_number(word, &out->sp, d);

    out->has_sp = true;
    if (!err && !is_aligned(out->sp, STACK_ALIGN))
        err = diag_set(d, ERR_ALIGN, "sp: 0x%" PRIx64 " is not a multiple of 16", out->sp);
    return err;
}

/* A word behind ADDR: an option by its name, else the next register. */
static int read_word(const char *word, unsigned *count, struct jump *out, struct diag *d)
{
    if (!strncmp(word, "sp=", 3))
        return read_sp(word + 3, out, d);
    if (!strncmp(word, "el=", 3)) {
        out->lower = true;
        return strcmp(word, "el=1") == 0
                   ? ERR_OK
                   : diag_set(d, ERR_UNSUPPORTED, "%.32s: only el=1 can be asked for", word);
    }
    if (*count == HANDOVER_ARGS)
        return diag_set(d, ERR_USAGE, "too many words");
    return parse_number(word, &out->x[(*count)++], d);
}

static int read_words(const struct monitor *m, int argc, char **argv, struct jump *out,
                      struct diag *d)
{
    unsigned count = 0;
    int at = 1, err;

    *out = (struct jump){.x = {(uintptr_t)m->board.fdt}};
    if (!strcmp(argv[at], "-k")) {
        out->keep = true;
        at++;
    }
    if (at == argc)
        return diag_set(d, ERR_USAGE, "no ADDR");
    err = parse_number(argv[at], &out->entry, d);
    while (++at < argc && !err)
        err = read_word(argv[at], &count, out, d);
    if (!err && out->keep && (out->lower || out->has_sp))
        err = diag_set(d, ERR_USAGE, "-k calls it at this level, on this stack");
    return err;
}

static int peek_first(void *context)
{
    struct jump *jump = context;

    jump->first = (uint32_t)arch_peek(jump->entry, INSTRUCTION_BYTES);
    return ERR_OK;
}

static bool is_in_ram(const struct machine *machine, uint64_t address)
{
    for (unsigned i = 0; i < machine->ram_count; i++) {
        if (range_has(machine->ram[i], address))
            return true;
    }
    return machine->ram_count == 0;
}

/* Where the node's generic name tells of memory: to read from other devices may change them. */
static bool is_memory(const char *name)
{
    static const char names[][6] = {"flash", "nor", "rom", "sram"};

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t size = strlen(names[i]);

        if (!strncmp(name, names[i], size) && (name[size] == '@' || name[size] == '\0'))
            return true;
    }
    return false;
}

static bool is_in_flash(const struct machine *machine, uint64_t address)
{
    for (unsigned i = 0; i < machine->mmio_count; i++) {
        if (range_has(machine->mmio[i].range, address) && is_memory(machine->mmio[i].name))
            return true;
    }
    return false;
}

static int check_place(const struct monitor *m, const struct jump *jump, struct diag *d)
{
    const uint64_t at = jump->entry;
    const struct region *other;

    if (!is_aligned(at, INSTRUCTION_BYTES))
        return diag_set(d, ERR_ALIGN, "0x%" PRIx64 " is not a multiple of 4", at);
    if (!is_in_ram(&m->board.machine, at)) {
        if (!is_in_flash(&m->board.machine, at))
            return diag_set(d, ERR_RANGE, "0x%" PRIx64 " is not in RAM", at);
        if (jump->keep)
            return diag_set(d, ERR_UNSUPPORTED,
                            "0x%" PRIx64 " is in flash, where nothing can be called", at);
    }
    other = regions_overlap(&m->boot.now->busy, (struct range){at, at + INSTRUCTION_BYTES});
    if (other && other->kind == REGION_MONITOR)
        return diag_set(d, ERR_OVERLAP, "0x%" PRIx64 " is in the monitor", at);
    return ERR_OK;
}

/* There must be something that looks like code, and it must not be the monitor. */
static int check_entry(const struct monitor *m, struct jump *jump, struct diag *d)
{
    const uint64_t at = jump->entry;
    int err = check_place(m, jump, d);

    if (err)
        return err;
    if (arch_try(peek_first, jump))
        return diag_set(d, ERR_FAULT, "0x%" PRIx64 " cannot be read", at);
    if (jump->first == 0)
        return diag_set(d, ERR_FORMAT, "no code at 0x%" PRIx64 ": the first word is 0", at);
    if (!memcmp(&jump->first, "\177ELF", sizeof(jump->first)))
        return diag_set(d, ERR_FORMAT, "no code at 0x%" PRIx64 ": an ELF begins there", at);
    return ERR_OK;
}

static int call(void *context)
{
    struct jump *jump = context;

    jump->result = arch_call(jump->entry, jump->x);
    return ERR_OK;
}

static int go_and_return(struct monitor *m, struct jump *jump, struct diag *d)
{
    int err;

    arch_run_in_ram(true);
    err = arch_guard(call, jump, d);
    arch_run_in_ram(false);
    if (!err)
        console_printf(&m->con, "returned 0x%" PRIx64 "\n", jump->result);
    return err;
}

static unsigned level(const struct monitor *m, const struct jump *jump)
{
    return jump->lower ? 1 : m->board.cpu.el;
}

static void leave(struct monitor *m, const struct jump *jump)
{
    struct handover h = {
        .entry = jump->entry, .el = level(m, jump), .core_count = 1, .sp = jump->sp};

    memcpy(h.x, jump->x, sizeof(jump->x));
    m->board.ops->flush(&m->board);
    arch_handover(&h);
}

static void print_jump(struct monitor *m, const struct jump *jump)
{
    console_printf(&m->con, "0x%" PRIx64 " at EL%u, MMU and caches %s, x0 = 0x%" PRIx64 "%s",
                   jump->entry, level(m, jump), jump->keep ? "on" : "off", jump->x[0],
                   jump->x[0] && jump->x[0] == (uintptr_t)m->board.fdt ? ", the DTB" : "");
    if (jump->has_sp)
        console_printf(&m->con, ", SP = 0x%" PRIx64, jump->sp);
    console_printf(&m->con, "\n");
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct jump jump;
    int err = read_words(m, argc, argv, &jump, d);

    if (!err)
        err = check_entry(m, &jump, d);
    if (err == ERR_RANGE)
        memory_suggest(m, argv[jump.keep ? 2 : 1], d);
    if (err)
        return err;
    print_jump(m, &jump);
    arch_flush_ram();
    if (jump.keep)
        return go_and_return(m, &jump, d);
    leave(m, &jump);
    return ERR_OK;
}

const struct cmd cmd_go = {
    .name = "go",
    .group = CMD_BOOT,
    .summary = "jump to raw code in memory",
    .usage = "go [-k] ADDR [X0 ... X7] [sp=ADDR] [el=1]",
    .help = "Enters ADDR, in RAM or flash, at the monitor's own exception level, MMU and caches\n"
            "off, all memory clean, interrupts masked. X0 is the DTB's address unless given, the\n"
            "other registers are 0.\n"
            "  -k       call it instead, with MMU and caches on, on the monitor's stack; it may\n"
            "           return, and its exceptions are reported\n"
            "  sp=ADDR  the stack pointer, a multiple of 16; else 0\n"
            "  el=1     enter at EL1, also from EL2\n"
            "Example: go 0x50000000\n",
    .words_min = 1,
    .words_max = 12,
    .run = run,
};
