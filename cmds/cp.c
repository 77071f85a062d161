/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>
#include <string.h>

#include "cmds/memory.h"
#include "monitor/base/bits.h"

/** Bytes between two looks at Ctrl-C. */
#define CHUNK_BYTES MIB(1)

struct move {
    vaddr_t from, to;
    uint64_t size;
};

static int move_bytes(void *context)
{
    const struct move *move = context;

    memmove(arch_phys(move->to), arch_phys(move->from), move->size);
    return ERR_OK;
}

/** In the direction that reads every byte before it is written over. */
static int move_all(struct console *con, const struct move *all, struct diag *d)
{
    bool down = all->to > all->from;

    for (uint64_t done = 0; done < all->size;) {
        uint64_t left = all->size - done;
        uint64_t size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        uint64_t at = down ? left - size : done;
        struct move part = {all->from + at, all->to + at, size};
        int rc = arch_guard(move_bytes, &part, d);

        if (rc != ERR_OK) {
            return rc;
        }
        done += size;
        if (done < all->size && console_interrupted(con)) {
            return diag_set(d, ERR_INTERRUPTED, "interrupted at 0x%" PRIx64, part.to);
        }
    }
    return ERR_OK;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct memory_span from, to;
    int rc = memory_bytes(m, argv[1], argv[3], &from, d);

    (void)argc;
    rc = rc == ERR_OK ? memory_bytes(m, argv[2], argv[3], &to, d) : rc;
    rc = rc == ERR_OK ? memory_check_target(m, &to, d) : rc;
    if (rc != ERR_OK) {
        return rc;
    }
    return move_all(&m->con, &(struct move){from.start, to.start, from.count}, d);
}

const struct cmd cmd_cp = {
    .name = "cp",
    .group = CMD_MEMORY,
    .summary = "copy memory",
    .usage = "cp FROM TO SIZE",
    .help = "SIZE is in bytes. FROM and TO may overlap; TO is not in the monitor.\n"
            "Example: cp 0x50000000 0x60000000 64K",
    .words_min = 3,
    .words_max = 3,
    .run = run,
};
