/* SPDX-License-Identifier: Apache-2.0 */
/* Raw images: memory from __image_start on, as a boot loader puts it there, or a flash chip of it.
 * Source of the header: Linux Documentation/arch/arm64/booting, "4. Call the kernel image". */
#include <elf.h>
#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "host/loader.h"
#include "host/report_error.h"
#include "monitor/base/bits.h"

/* The copy words are reserved in the header; monitor/arch/start.S reads them. */
enum { TEXT_OFFSET_AT = 8, IMAGE_SIZE_AT = 16, COPY_BYTES_AT = 32, COPY_TO_AT = 40, MAGIC_AT = 56 };

enum { FLASH_ERASED = 0xff, COPY_STEP = 16 };

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

/* @image has room for all of it. */
static int lay_image(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
                     uint8_t *image)
{
    struct payload_desc desc;

    memset(image, 0, range_bytes(loader->va));
    lay_segments(loader, image);
    if (memcmp(image + MAGIC_AT, "ARM\x64", 4) != 0)
        return report_error(loader->path, "no arm64 Image header at its start");
    patch_header(image, load_addr, loader_image_bytes(loader, fit->data.size));
    loader_describe(loader, fit, &desc);
    memcpy(image + (loader->desc_va - loader->va.start), &desc, sizeof(desc));
    memcpy(image + range_bytes(loader->va), fit->data.data, fit->data.size);
    return 0;
}

int out_bin(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
            const char *path)
{
    uint64_t bytes = loader_image_bytes(loader, fit->data.size);
    uint8_t *image = file_memory(bytes);
    int err = lay_image(loader, fit, load_addr, image);

    if (!err)
        err = file_replace(path, (struct bytes){image, bytes});
    free(image);
    return err;
}

int out_flash(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
              uint64_t flash_bytes, const char *path)
{
    uint64_t bytes = align_up(loader_image_bytes(loader, fit->data.size), COPY_STEP);
    uint8_t *flash;
    int err;

    if (bytes > flash_bytes)
        return report_error(path, "%" PRIu64 " bytes do not fit into %" PRIu64 " of flash", bytes,
                            flash_bytes);
    flash = file_memory(flash_bytes);
    memset(flash, FLASH_ERASED, flash_bytes);
    err = lay_image(loader, fit, load_addr, flash);
    put_le64(flash + COPY_BYTES_AT, bytes);
    put_le64(flash + COPY_TO_AT, load_addr);
    if (!err)
        err = file_replace(path, (struct bytes){flash, flash_bytes});
    free(flash);
    return err;
}
