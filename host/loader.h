/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's ELF, and the images made from it by putting a payload behind it. */
#ifndef ELFMON_HOST_LOADER_H
#define ELFMON_HOST_LOADER_H

#include "host/fit_write.h"
#include "monitor/base/range.h"
#include "payload/desc.h"

#define LOADER_START_SYMBOL "__image_start"
#define LOADER_END_SYMBOL   "__image_end"

/** A checked loader: every loaded byte lies between its two symbols, at one distance pa - va. */
struct loader {
    const char *path;
    struct bytes file;
    struct range va;      /* from __image_start to __image_end, page multiples */
    paddr_t load_addr;    /* of __image_start, as linked */
    vaddr_t desc_va;      /* of its struct payload_desc */
    uint64_t desc_offset; /* of the same in the file */
    size_t names_section; /* index of the section that holds the sections' names */
};

/** Read and check the loader ELF at @path. -1 on error, reported. */
int loader_read(const char *path, struct loader *out);

/** Bytes of memory from __image_start to the end of a payload of @payload_size bytes. */
static inline uint64_t loader_image_bytes(const struct loader *loader, uint64_t payload_size)
{
    return range_bytes(loader->va) + payload_size;
}

/** The record that tells @loader of @fit. */
void loader_describe(const struct loader *loader, const struct fit_blob *fit,
                     struct payload_desc *out);

/** Write @loader with @fit as one more segment to @path, to be loaded at @load_addr. */
int out_elf(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
            const char *path);

/** Write the memory image of the same as a raw arm64 Image. */
int out_bin(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
            const char *path);

/** Write the same as the content of a flash of @flash_bytes that a CPU starts in; it copies itself
 * to
 * @load_addr, without the MMU, so nothing but RAM may be there. */
int out_flash(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
              uint64_t flash_bytes, const char *path);

#endif
