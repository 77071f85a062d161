/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/linux_image.h"

#include <inttypes.h>

#include "monitor/base/bits.h"

/* The header's fields, little-endian whatever the kernel is. */
enum {
    TEXT_OFFSET_AT = 8,
    IMAGE_SIZE_AT = 16,
    FLAGS_AT = 24,
    PE_AT = 60, /* of the PE header that makes it an EFI application; 0: none */
    HEADER_BYTES = 64,
    MAGIC_AT = 56, /* "ARM\x64" */
    MAGIC = 0x644d5241,
};

#define FLAG_BIG_ENDIAN    BIT(0)
#define FLAG_ANYWHERE      BIT(3)
#define FLAGS_PAGES(flags) ((unsigned)field_get((flags), 2, 1))

/* Source: Microsoft PE Format, "COFF File Header", "Section Table". */
enum {
    PE_SIGNATURE = 0x4550,
    PE_SECTION_COUNT_AT = 6,
    PE_OPTIONAL_BYTES_AT = 20,
    PE_OPTIONAL_AT = 24,
    PE_SECTION_BYTES = 40,
    PE_RAW_BYTES_AT = 16, /* in a section's entry */
    PE_RAW_OFFSET_AT = 20,
};

bool linux_image_is(struct bytes file)
{
    uint32_t magic = 0;

    return bytes_le32(file, MAGIC_AT, &magic) == ERR_OK && magic == MAGIC;
}

/* The end of what the PE section at @at says is in the file. */
static int find_section_end(struct bytes file, uint64_t at, uint64_t *end)
{
    uint32_t size = 0, offset = 0;
    int err = bytes_le32(file, at + PE_RAW_BYTES_AT, &size);

    if (!err)
        err = bytes_le32(file, at + PE_RAW_OFFSET_AT, &offset);
    *end = size ? (uint64_t)offset + size : 0;
    return err;
}

/* The end of all of them; 0 where there are none. */
static int find_sections_end(struct bytes file, uint64_t *last)
{
    uint32_t at = 0, signature = 0;
    uint16_t count = 0, optional_bytes = 0;
    uint64_t pe, end = 0;
    int err = bytes_le32(file, PE_AT, &at);

    *last = 0;
    if (err || !at)
        return err;
    pe = at;
    err = bytes_le32(file, pe, &signature);
    if (!err && signature != PE_SIGNATURE)
        return ERR_OK;
    if (!err)
        err = bytes_le16(file, pe + PE_SECTION_COUNT_AT, &count);
    if (!err)
        err = bytes_le16(file, pe + PE_OPTIONAL_BYTES_AT, &optional_bytes);
    pe += (uint64_t)PE_OPTIONAL_AT + optional_bytes;
    for (unsigned i = 0; i < count && !err; i++) {
        err = find_section_end(file, pe + (uint64_t)i * PE_SECTION_BYTES, &end);
        *last = end > *last ? end : *last;
    }
    return err;
}

static int check_whole(struct bytes file, struct diag *d)
{
    uint64_t end = 0;

    if (find_sections_end(file, &end))
        return diag_set(d, ERR_TRUNCATED, "Image cut to %zu bytes: its PE header is not all there",
                        file.size);
    if (end > file.size)
        return diag_set(d, ERR_TRUNCATED, "Image cut to %zu bytes: its sections end at 0x%" PRIx64,
                        file.size, end);
    return ERR_OK;
}

static int check_size(const struct linux_image *image, struct diag *d)
{
    uint64_t end;

    if (!image->memory_bytes)
        return diag_set(d, ERR_UNSUPPORTED,
                        "Image with image_size 0, as before Linux 3.17: how much memory it needs "
                        "is not known");
    if (image->memory_bytes < image->file.size)
        return diag_set(d, ERR_FORMAT,
                        "Image with image_size 0x%" PRIx64 ", but a file of 0x%zx bytes",
                        image->memory_bytes, image->file.size);
    if (!is_aligned(image->text_offset, PAGE_BYTES))
        return diag_set(d, ERR_ALIGN,
                        "Image with text_offset 0x%" PRIx64 ", not a multiple of 4096",
                        image->text_offset);
    if (checked_add(image->text_offset, image->memory_bytes, &end) || end > INT64_MAX)
        return diag_set(d, ERR_RANGE,
                        "Image with text_offset 0x%" PRIx64 " and image_size 0x%" PRIx64
                        ": no memory is that large",
                        image->text_offset, image->memory_bytes);
    return ERR_OK;
}

int linux_image_open(struct bytes file, struct linux_image *out, struct diag *d)
{
    static const uint8_t page_kib[] = {0, 4, 16, 64};
    uint64_t flags = 0;
    int err;

    if (!linux_image_is(file))
        return diag_set(d, ERR_FORMAT, "not an arm64 Image: bytes 56 to 59 are not 41 52 4d 64");
    if (file.size < HEADER_BYTES)
        return diag_set(d, ERR_TRUNCATED, "Image cut to %zu bytes, its header has %d", file.size,
                        HEADER_BYTES);
    *out = (struct linux_image){.file = file};
    (void)bytes_le64(file, TEXT_OFFSET_AT, &out->text_offset);
    (void)bytes_le64(file, IMAGE_SIZE_AT, &out->memory_bytes);
    (void)bytes_le64(file, FLAGS_AT, &flags);
    out->big_endian = flags & FLAG_BIG_ENDIAN;
    out->anywhere = flags & FLAG_ANYWHERE;
    out->page_kib = page_kib[FLAGS_PAGES(flags)];
    err = check_size(out, d);
    return err ? err : check_whole(file, d);
}
