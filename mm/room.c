/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/room.h"

#include "monitor/base/bits.h"

int room_find_high(const struct machine *machine, const struct regions *taken, uint64_t size,
                   struct range *out)
{
    for (unsigned i = machine->ram_count; i-- > 0;) {
        if (!regions_find_free(taken, machine->ram[i], size, PAGE_BYTES, true, out))
            return ERR_OK;
    }
    return ERR_NOMEM;
}

int room_find_low(const struct machine *machine, const struct regions *taken, uint64_t size,
                  uint64_t alignment, struct range *out)
{
    for (unsigned i = 0; i < machine->ram_count; i++) {
        if (!regions_find_free(taken, machine->ram[i], size, alignment, false, out))
            return ERR_OK;
    }
    return ERR_NOMEM;
}
