/* SPDX-License-Identifier: Apache-2.0 */
/* go: jump to raw code in memory. */
#include <inttypes.h>
#include <string.h>

#include "cmds/cmds.h"
#include "cmds/memory.h"
#include "monitor/base/bits.h"
#include "monitor/shell/parse.h"

enum { ARGUMENTS = 4, INSTRUCTION_BYTES = 4 };

struct jump {
    bool keep; /* MMU and caches */
    vaddr_t entry;
    uint64_t x[ARGUMENTS];
    uint64_t result;
    uint32_t first; /* instruction */
};

static int read_words(const struct monitor *m, int argc, char **argv, struct jump *out,
                      struct diag *d)
{
    int at = 1, err;

    *out = (struct jump){.x = {(uintptr_t)m->board.fdt}};
    if (!strcmp(argv[at], "-k")) {
        out->keep = true;
        at++;
    }
    if (at == argc || argc - at > 1 + ARGUMENTS)
        return diag_set(d, ERR_USAGE, at == argc ? "no ADDR" : "too many words");
    err = parse_number(argv[at], &out->entry, d);
    for (int i = 0; ++at < argc && !err; i++)
        err = parse_number(argv[at], &out->x[i], d);
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

/* There must be something that looks like code, and it must not be the monitor. */
static int check_entry(const struct monitor *m, struct jump *jump, struct diag *d)
{
    const uint64_t at = jump->entry;
    const struct region *other;

    if (!is_aligned(at, INSTRUCTION_BYTES))
        return diag_set(d, ERR_ALIGN, "0x%" PRIx64 " is not a multiple of 4", at);
    if (!is_in_ram(&m->board.machine, at))
        return diag_set(d, ERR_RANGE, "0x%" PRIx64 " is not in RAM", at);
    other = regions_overlap(&m->boot.now->busy, (struct range){at, at + INSTRUCTION_BYTES});
    if (other && other->kind == REGION_MONITOR)
        return diag_set(d, ERR_OVERLAP, "0x%" PRIx64 " is in the monitor", at);
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

static void leave(struct monitor *m, const struct jump *jump)
{
    struct handover h = {.entry = jump->entry, .el = m->board.cpu.el, .core_count = 1};

    memcpy(h.x, jump->x, sizeof(jump->x));
    m->board.ops->flush(&m->board);
    arch_handover(&h);
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
    console_printf(&m->con, "0x%" PRIx64 " at EL%u, MMU and caches %s, x0 = 0x%" PRIx64 "%s\n",
                   jump.entry, m->board.cpu.el, jump.keep ? "on" : "off", jump.x[0],
                   jump.x[0] && jump.x[0] == (uintptr_t)m->board.fdt ? ", the DTB" : "");
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
    .usage = "go [-k] ADDR [X0 [X1 [X2 [X3]]]]",
    .help =
        "Enters ADDR at the monitor's own exception level, MMU and caches off, all RAM cleaned\n"
        "and invalidated in them, interrupts masked. X0 is the DTB's address unless given, the\n"
        "others are 0.\n"
        "  -k  call it instead, with MMU and caches on, on the monitor's stack; it may\n"
        "      return, and its exceptions are reported\n"
        "Example: go 0x50000000\n",
    .words_min = 1,
    .words_max = 6,
    .run = run,
};
