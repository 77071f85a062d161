/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/content.h"

#include <elf.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/range.h"
#include "monitor/base/text.h"
#include "payload/elf64.h"
#include "payload/fit_names.h"
#include "payload/fit_open.h"
#include "payload/fit_props.h"
#include "payload/linux_image.h"
#include "payload/lz4_frame.h"
#include "payload/unpack.h"
#include "payload/xmodem.h"

enum { PADDING_MAX = XMODEM_LARGE_BYTES - 1 };

const char *content_name(enum content_kind kind)
{
    return text_pick("unknown\0ELF\0FIT\0devicetree\0Image\0gzip\0LZ4\0text", kind);
}

/* @size grows to the end of @bytes at @offset; beyond any file where that wraps. */
static void grow(uint64_t *size, uint64_t offset, uint64_t bytes)
{
    uint64_t end = UINT64_MAX;

    (void)checked_add(offset, bytes, &end);
    *size = end > *size ? end : *size;
}

/* Up to the last segment, or the section headers, which linkers put behind all sections. */
static uint64_t elf_size(struct bytes file)
{
    uint64_t size = EI_NIDENT, at = 0, offset = 0, bytes = 0;
    uint16_t count = 0;

    if (file.size < EI_NIDENT || file.data[EI_CLASS] != ELFCLASS64 ||
        file.data[EI_DATA] != ELFDATA2LSB)
        return size;
    (void)bytes_le64(file, offsetof(Elf64_Ehdr, e_shoff), &at);
    (void)bytes_le16(file, offsetof(Elf64_Ehdr, e_shnum), &count);
    grow(&size, at, count * sizeof(Elf64_Shdr));
    (void)bytes_le64(file, offsetof(Elf64_Ehdr, e_phoff), &at);
    (void)bytes_le16(file, offsetof(Elf64_Ehdr, e_phnum), &count);
    grow(&size, at, count * sizeof(Elf64_Phdr));
    for (; count > 0 && size <= file.size; count--, at += sizeof(Elf64_Phdr)) {
        (void)bytes_le64(file, at + offsetof(Elf64_Phdr, p_offset), &offset);
        (void)bytes_le64(file, at + offsetof(Elf64_Phdr, p_filesz), &bytes);
        grow(&size, bytes ? offset : 0, bytes);
    }
    return size;
}

/* Images with their data inside the tree have no data-size. */
static int fit_size(struct bytes fit, uint64_t *size, struct diag *d)
{
    uint64_t bytes, offset, position;
    const struct fit_rule rules[] = {
        {FIT_PROP_DATA_SIZE, FIT_SIZE, &bytes, 0},
        {FIT_PROP_DATA_OFFSET, FIT_SIZE, &offset, 0},
        {FIT_PROP_DATA_POSITION, FIT_SIZE, &position, 0},
    };
    uint64_t tree_end = align_up(*size, sizeof(uint32_t));
    uint32_t seen;
    int node;

    fdt_for_each_subnode (node, fit.data, fdt_path_offset(fit.data, "/" FIT_NODE_IMAGES)) {
        int err;

        bytes = offset = position = 0;
        err = fit_props_read(fit.data, node, rules, FIT_COUNT_OF(rules), &seen, d);
        if (err)
            return err;
        grow(&position, position ? 0 : tree_end, position ? 0 : offset);
        grow(size, bytes ? position : 0, bytes);
    }
    return ERR_OK;
}

static int tree_size(struct bytes file, struct content *out, uint64_t *size, struct diag *d)
{
    uint32_t total = 0;

    out->kind = CONTENT_DTB;
    (void)bytes_be32(file, offsetof(struct fdt_header, totalsize), &total);
    *size = total;
    if (!fit_is_fit(file))
        return ERR_OK;
    out->kind = CONTENT_FIT;
    return fit_size(file, size, d);
}

static bool is_text(struct bytes file)
{
    for (size_t i = 0; i < file.size; i++) {
        uint8_t c = file.data[i];

        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return false;
    }
    return file.size > 0;
}

/* A kind that does not tell its size. */
static enum content_kind kind_of(struct bytes file)
{
    if (linux_image_is(file))
        return CONTENT_IMAGE;
    if (unpack_kind(unpack_detect(file)) == UNPACK_GZIP)
        return CONTENT_GZIP;
    return is_text(file) ? CONTENT_TEXT : CONTENT_UNKNOWN;
}

/* A frame says where it ends; of the legacy kind, what was received does. */
static int lz4_size(struct bytes received, size_t *size, struct diag *d)
{
    struct lz4_frame frame;
    int err = lz4_frame_open(received, &frame, d);

    if (err || frame.is_legacy)
        return lz4_frame_open((struct bytes){received.data, *size}, &frame, d);
    *size = frame.end;
    return ERR_OK;
}

static size_t trimmed(struct bytes file)
{
    size_t size = file.size;

    while (size > 0 && file.size - size < PADDING_MAX && file.data[size - 1] == XMODEM_PAD)
        size--;
    return size;
}

int content_find(struct bytes received, struct content *out, struct diag *d)
{
    uint64_t size = 0;
    uint32_t magic = 0;
    int err = ERR_OK;

    out->size = trimmed(received);
    (void)bytes_be32(received, 0, &magic);
    if (elf64_is_elf(received)) {
        out->kind = CONTENT_ELF;
        size = elf_size(received);
    } else if (magic == FDT_MAGIC) {
        err = tree_size(received, out, &size, d);
    } else if (lz4_frame_is_one(received)) {
        out->kind = CONTENT_LZ4;
        err = lz4_size(received, &out->size, d);
    } else {
        out->kind = kind_of((struct bytes){received.data, out->size});
    }
    if (!err && size > received.size)
        return diag_set(d, ERR_TRUNCATED, "%s of %" PRIu64 " bytes, but only %zu were received",
                        content_name(out->kind), size, received.size);
    if (size > out->size)
        out->size = (size_t)size;
    return err;
}
