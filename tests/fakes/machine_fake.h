/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for the tables of a machine, and of who uses what, in tests. */
#ifndef ELFMON_TESTS_MACHINE_FAKE_H
#define ELFMON_TESTS_MACHINE_FAKE_H

#include "mm/fdt_mem.h"
#include "mm/regions.h"

enum { MACHINE_FAKE_ENTRIES = 16, MACHINE_FAKE_REGIONS = 128 };

struct machine_fake {
    uint64_t memory[16 * 1024];
    struct arena arena;
};

/** An empty machine with MACHINE_FAKE_ENTRIES in each list, in the new arena of @fake. */
void machine_fake_init(struct machine_fake *fake, struct machine *out);

/** An empty set with room for MACHINE_FAKE_REGIONS, in what is left of that arena. */
void machine_fake_regions(struct machine_fake *fake, struct regions *out);

/**
 * Read @out from the checked DTB @fdt, in memory from malloc of exactly the size that the outline
 * tells, so that ASan sees what passes its end. To be freed: what @memory points to afterwards.
 */
int machine_fake_read(struct bytes fdt, void **memory, struct machine *out, struct diag *d);

#endif
