/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/machine_fake.h"

#include <stdio.h>
#include <stdlib.h>

static void must(int err)
{
    if (err) {
        (void)fprintf(stderr, "machine_fake: the arena is too small\n");
        abort();
    }
}

void machine_fake_init(struct machine_fake *fake, struct machine *out)
{
    const struct machine_size size = {MACHINE_FAKE_ENTRIES, MACHINE_FAKE_ENTRIES,
                                      MACHINE_FAKE_ENTRIES, MACHINE_FAKE_ENTRIES, 0};

    fake->arena = (struct arena){(uint8_t *)fake->memory, sizeof(fake->memory), 0};
    must(machine_init(out, &size, &fake->arena, NULL));
}

void machine_fake_regions(struct machine_fake *fake, struct regions *out)
{
    must(regions_init(out, MACHINE_FAKE_REGIONS, &fake->arena, NULL));
}

int machine_fake_read(struct bytes fdt, void **memory, struct machine *out, struct diag *d)
{
    struct fdt_outline outline;
    struct arena arena = {0};

    must(fdt_outline_read(fdt, &outline, NULL));
    arena.size = machine_bytes(&outline.size);
    arena.memory = *memory = malloc(arena.size + (arena.size == 0));
    return fdt_mem_machine(&outline, &arena, out, d);
}
