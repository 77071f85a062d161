/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>

#include "cmds/memory.h"
#include "monitor/base/bits.h"

/** Bytes between two looks at Ctrl-C. */
#define CHUNK_BYTES MIB(1)

struct pair {
    const uint8_t *a, *b;
    uint64_t size;
    uint64_t same; /* bytes that do not differ */
};

static int compare(void *context)
{
    struct pair *p = context;

    for (p->same = 0; p->same < p->size && p->a[p->same] == p->b[p->same]; p->same++)
        ;
    return ERR_OK;
}

static int report(vaddr_t a, vaddr_t b, const struct pair *p, uint64_t done, struct diag *d)
{
    return diag_set(
        d, ERR_MISMATCH, "byte %" PRIu64 " is 0x%02x at 0x%" PRIx64 " and 0x%02x at 0x%" PRIx64,
        done + p->same, p->a[p->same], a + done + p->same, p->b[p->same], b + done + p->same);
}

static int compare_all(struct console *con, vaddr_t a, vaddr_t b, uint64_t size, struct diag *d)
{
    for (uint64_t done = 0; done < size;) {
        uint64_t left = size - done;
        struct pair part = {.a = arch_phys(a + done), .b = arch_phys(b + done)};
        int rc;

        part.size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        rc = arch_guard(compare, &part, d);
        if (rc == ERR_OK && part.same < part.size) {
            rc = report(a, b, &part, done, d);
        }
        if (rc != ERR_OK) {
            return rc;
        }
        done += part.size;
        if (done < size && console_interrupted(con)) {
            return ERR_INTERRUPTED;
        }
    }
    return ERR_OK;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct memory_span a, b;
    int rc = memory_bytes(m, argv[1], argv[3], &a, d);

    (void)argc;
    rc = rc == ERR_OK ? memory_bytes(m, argv[2], argv[3], &b, d) : rc;
    if (rc == ERR_OK) {
        rc = compare_all(&m->con, a.start, b.start, a.count, d);
    }
    if (rc == ERR_OK) {
        console_printf(&m->con, "  %" PRIu64 " bytes are the same\n", a.count);
    }
    return rc;
}

const struct cmd cmd_cmp = {
    .name = "cmp",
    .group = CMD_MEMORY,
    .summary = "compare memory",
    .usage = "cmp A B SIZE",
    .help = "SIZE is in bytes. The first byte that differs is an error.\n"
            "Example: cmp 0x50000000 0x60000000 64K && echo same",
    .words_min = 3,
    .words_max = 3,
    .run = run,
};
