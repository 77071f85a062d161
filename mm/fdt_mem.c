/* SPDX-License-Identifier: Apache-2.0 */
/* Checking and copying of whole DTBs. */
#include "mm/fdt_mem.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

int fdt_mem_check(struct bytes blob, uint32_t *size, struct diag *d)
{
    struct fdt_outline outline;
    int err = fdt_outline_read(blob, &outline, d);

    if (!err)
        *size = outline.used;
    return err;
}

/* Copy @block to *@offset of @out and move *@offset behind it. Returns where it went. */
static uint32_t put_block(uint8_t *out, uint32_t *offset, struct bytes block)
{
    uint32_t at = *offset;

    memcpy(out + at, block.data, block.size);
    *offset += (uint32_t)block.size;
    return at;
}

int fdt_mem_copy(struct bytes blob, uint32_t spare, void *out, uint32_t room, struct diag *d)
{
    struct fdt_scan s;
    uint32_t offset = sizeof(struct fdt_header);
    uint64_t total;
    int err = fdt_scan_open(blob, &s, d);

    if (err)
        return err;
    total = (uint64_t)fdt_outline_used(&s) + spare;
    if (total > room)
        return diag_set(d, ERR_NOMEM, "a DTB of %" PRIu64 " bytes does not fit into %" PRIu32,
                        total, room);
    memset(out, 0, sizeof(struct fdt_header));
    fdt_set_magic(out, FDT_MAGIC);
    fdt_set_version(out, 17);
    fdt_set_last_comp_version(out, 16);
    fdt_set_boot_cpuid_phys(out, fdt_boot_cpuid_phys(blob.data));
    fdt_set_off_mem_rsvmap(out, put_block(out, &offset, s.rsvmap));
    fdt_set_off_dt_struct(out, put_block(out, &offset, s.structure));
    fdt_set_off_dt_strings(out, put_block(out, &offset, s.strings));
    fdt_set_size_dt_struct(out, (uint32_t)s.structure.size);
    fdt_set_size_dt_strings(out, (uint32_t)s.strings.size);
    memset((uint8_t *)out + offset, 0, spare);
    fdt_set_totalsize(out, (uint32_t)total);
    return ERR_OK;
}
