/* SPDX-License-Identifier: Apache-2.0 */
/* The raw image: memory from __image_start on, as a boot loader puts it there.
 * Source of the header: Linux Documentation/arch/arm64/booting, "4. Call the kernel image". */
#include <elf.h>
#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "host/loader.h"
#include "host/report.h"
#include "monitor/base/bits.h"

enum { TEXT_OFFSET_AT = 8, IMAGE_SIZE_AT = 16, MAGIC_AT = 56, HEADER_BYTES = 64 };

static void put_le64(uint8_t *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof(value));
}

/* Lay the loader's segments into @image, which begins at __image_start. loader_read has checked
 * that they lie in both; the program headers are where libelf found them. */
static void lay_segments(const struct loader *l, uint8_t *image)
{
    Elf64_Ehdr ehdr;

    memcpy(&ehdr, l->file.data, sizeof(ehdr));
    for (unsigned i = 0; i < le16toh(ehdr.e_phnum); i++) {
        Elf64_Phdr phdr;

        memcpy(&phdr, l->file.data + le64toh(ehdr.e_phoff) + i * sizeof(phdr), sizeof(phdr));
        if (le32toh(phdr.p_type) == PT_LOAD)
            memcpy(image + (le64toh(phdr.p_vaddr) - l->va.start),
                   l->file.data + le64toh(phdr.p_offset), le64toh(phdr.p_filesz));
    }
}

/* Boot loaders put an Image at the start of RAM plus text_offset. RAM starts at a multiple of
 * 1 GiB on the machines of this world, so the address within its GiB is the offset. */
static void patch_header(uint8_t *image, paddr_t load_addr, uint64_t bytes)
{
    put_le64(image + TEXT_OFFSET_AT, load_addr % GIB(1));
    put_le64(image + IMAGE_SIZE_AT, align_up(bytes, PAGE_BYTES));
}

int out_bin(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
            const char *path)
{
    uint64_t bytes = loader_image_bytes(loader, fit->data.size);
    uint8_t *image = file_memory(bytes);
    struct payload_desc desc;
    int err;

    lay_segments(loader, image);
    if (memcmp(image + MAGIC_AT, "ARM\x64", 4) != 0)
        return report_error(loader->path, "no arm64 Image header at its start");
    patch_header(image, load_addr, bytes);
    loader_describe(loader, fit, &desc);
    memcpy(image + (loader->desc_va - loader->va.start), &desc, sizeof(desc));
    memcpy(image + range_bytes(loader->va), fit->data.data, fit->data.size);
    err = file_replace(path, (struct bytes){image, bytes});
    free(image);
    return err;
}
