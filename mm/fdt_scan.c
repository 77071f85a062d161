/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/fdt_scan.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/range.h"

enum {
    OLDEST_VERSION = 16,
    VERSION = 17,
    BLOB_ALIGNMENT = 8,
};

/* True for what dts allows in the names of nodes or, with @property, of properties. */
static bool is_name_char(unsigned c, bool property)
{
    if ((c | 0x20) - 'a' < 26 || c - '0' < 10)
        return true;
    return c && strchr(property ? ",._+-*#?" : ",._+-@", (int)c) != NULL;
}

static int bad_name(const struct fdt_scan *s, const char *what, unsigned c, struct diag *d)
{
    return diag_set(d, ERR_FORMAT, "name of the %s at 0x%" PRIx32 " has the byte 0x%02x", what,
                    s->structure_offset + s->offset, c);
}

static int truncated(const struct fdt_scan *s, const char *what, struct diag *d)
{
    return diag_set(
        d, ERR_TRUNCATED, "%s at 0x%" PRIx32 " passes the end of the structure block at 0x%" PRIx32,
        what, s->structure_offset + s->offset, s->structure_offset + (uint32_t)s->structure.size);
}

static int check_versions(const struct fdt_header *h, struct diag *d)
{
    uint32_t version = fdt_version(h);
    uint32_t compatible = fdt_last_comp_version(h);

    if (version < compatible)
        return diag_set(d, ERR_FORMAT, "version %" PRIu32 " below last compatible version %" PRIu32,
                        version, compatible);
    if (version < OLDEST_VERSION || compatible > VERSION)
        return diag_set(d, ERR_UNSUPPORTED,
                        "version %" PRIu32 ", compatible down to %" PRIu32 ": expected 16 or 17",
                        version, compatible);
    return ERR_OK;
}

/* Check what can be told without looking at a block. On success @blob is cut to totalsize. */
static int check_header(struct bytes *blob, struct diag *d)
{
    const struct fdt_header *h = (const void *)blob->data;
    uint32_t total;
    int err;

    if ((uintptr_t)blob->data % BLOB_ALIGNMENT)
        return diag_set(d, ERR_ALIGN, "the DTB's address 0x%" PRIx64 " is not a multiple of %d",
                        bytes_range(*blob).start, BLOB_ALIGNMENT);
    if (blob->size < sizeof(*h))
        return diag_set(d, ERR_TRUNCATED, "%zu bytes do not hold a devicetree header", blob->size);
    if (fdt_magic(h) != FDT_MAGIC)
        return diag_set(d, ERR_FORMAT, "magic 0x%08" PRIx32 " instead of 0x%08" PRIx32,
                        fdt_magic(h), (uint32_t)FDT_MAGIC);
    err = check_versions(h, d);
    if (err)
        return err;
    total = fdt_totalsize(h);
    if (total > blob->size)
        return diag_set(d, ERR_TRUNCATED, "total size %" PRIu32 " but only %zu bytes", total,
                        blob->size);
    if (total < sizeof(*h) || total > INT32_MAX)
        return diag_set(d, ERR_FORMAT, "total size %" PRIu32 " is not from %zu to %" PRId32, total,
                        sizeof(*h), INT32_MAX);
    blob->size = total;
    return ERR_OK;
}

static int find_block(struct bytes blob, const char *what, uint32_t offset, uint32_t size,
                      uint32_t alignment, struct bytes *out, struct diag *d)
{
    if (!is_aligned(offset, alignment))
        return diag_set(d, ERR_ALIGN, "%s block at 0x%" PRIx32 ", not a multiple of %" PRIu32, what,
                        offset, alignment);
    if (offset < sizeof(struct fdt_header) || bytes_sub(blob, offset, size, out))
        return diag_set(d, ERR_TRUNCATED,
                        "%s block at 0x%" PRIx32 "+0x%" PRIx32
                        " lies outside the 0x%zx bytes after the header",
                        what, offset, size, blob.size);
    return ERR_OK;
}

/* Entries up to the first of size 0, which ends the block. */
static int find_rsvmap(struct bytes blob, struct bytes *out, struct diag *d)
{
    uint32_t start = fdt_off_mem_rsvmap(blob.data);
    uint32_t offset = start;
    uint64_t size;
    int err = find_block(blob, "reservation", start, 0, sizeof(uint64_t), out, d);

    if (err)
        return err;
    do {
        if (bytes_be64(blob, (uint64_t)offset + sizeof(uint64_t), &size))
            return diag_set(d, ERR_TRUNCATED, "reservation block at 0x%" PRIx32 " has no end",
                            start);
        offset += (uint32_t)sizeof(struct fdt_reserve_entry);
    } while (size != 0);
    out->size = offset - start;
    return ERR_OK;
}

static int check_strings(const struct fdt_scan *s, struct diag *d)
{
    for (size_t i = 0; i < s->strings.size; i++) {
        unsigned c = s->strings.data[i];

        if (c && !is_name_char(c, true))
            return diag_set(d, ERR_FORMAT, "strings block has the byte 0x%02x at +0x%zx", c, i);
    }
    if (s->strings.size && s->strings.data[s->strings.size - 1])
        return diag_set(d, ERR_TRUNCATED, "the last name of the strings block has no end");
    return ERR_OK;
}

static struct range block_range(struct bytes blob, struct bytes block)
{
    uint64_t start = (uint64_t)(block.data - blob.data);

    return (struct range){start, start + block.size};
}

static int check_disjoint(struct bytes blob, const struct fdt_scan *s, struct diag *d)
{
    struct range structure = block_range(blob, s->structure);
    struct range strings = block_range(blob, s->strings);
    struct range rsvmap = block_range(blob, s->rsvmap);

    if (range_overlaps(structure, strings) || range_overlaps(structure, rsvmap) ||
        range_overlaps(strings, rsvmap))
        return diag_set(d, ERR_FORMAT,
                        "the blocks at 0x%" PRIx64 ", 0x%" PRIx64 " and 0x%" PRIx64 " overlap",
                        rsvmap.start, structure.start, strings.start);
    return ERR_OK;
}

/* How far the structure block may reach where the header does not tell its size: to the next
 * block. */
static uint32_t structure_room(struct bytes blob)
{
    uint32_t start = fdt_off_dt_struct(blob.data);
    uint32_t end = (uint32_t)blob.size;
    uint32_t next[] = {fdt_off_dt_strings(blob.data), fdt_off_mem_rsvmap(blob.data)};

    for (unsigned i = 0; i < 2; i++)
        if (next[i] > start && next[i] < end)
            end = next[i];
    return end > start ? end - start : 0;
}

static int find_structure(struct bytes blob, struct fdt_scan *s, struct diag *d)
{
    bool told = fdt_version(blob.data) >= 17;
    uint32_t size = told ? fdt_size_dt_struct(blob.data) : structure_room(blob);
    struct fdt_item item = {0};
    int err =
        find_block(blob, "structure", s->structure_offset, size, FDT_TAGSIZE, &s->structure, d);

    s->structure.size = align_down(s->structure.size, FDT_TAGSIZE);
    while (!err && !told && item.tag != FDT_END)
        err = fdt_scan_next(s, &item, d);
    if (!told)
        s->structure.size = s->offset;
    fdt_scan_seek(s, 0);
    return err;
}

int fdt_scan_open(struct bytes blob, struct fdt_scan *s, struct diag *d)
{
    int err = check_header(&blob, d);

    if (err)
        return err;
    *s = (struct fdt_scan){.structure_offset = fdt_off_dt_struct(blob.data)};
    err = find_rsvmap(blob, &s->rsvmap, d);
    if (!err)
        err = find_block(blob, "strings", fdt_off_dt_strings(blob.data),
                         fdt_size_dt_strings(blob.data), 1, &s->strings, d);
    if (!err)
        err = check_strings(s, d);
    if (!err)
        err = find_structure(blob, s, d);
    if (!err)
        err = check_disjoint(blob, s, d);
    return err;
}

void fdt_scan_seek(struct fdt_scan *s, uint32_t offset)
{
    s->offset = offset;
    s->depth = 0;
    s->behind_node = false;
}

/* The 32-bit word at @offset, a multiple of 4 inside the structure block. */
static uint32_t word(const struct fdt_scan *s, uint32_t offset)
{
    return fdt32_ld((const fdt32_t *)(const void *)(s->structure.data + offset));
}

static int begin_node(struct fdt_scan *s, struct fdt_item *item, uint32_t at, struct diag *d)
{
    const uint8_t *bytes = s->structure.data;
    uint32_t end = at;

    while (end < s->structure.size && bytes[end]) {
        if (!is_name_char(bytes[end], false))
            return bad_name(s, "node", bytes[end], d);
        end++;
    }
    if (end == s->structure.size)
        return truncated(s, "node", d);
    if (s->depth == 0 && s->behind_node)
        return diag_set(d, ERR_FORMAT, "second root node at 0x%" PRIx32,
                        s->structure_offset + s->offset);
    if (s->depth == FDT_SCAN_LEVELS)
        return diag_set(d, ERR_UNSUPPORTED, "node at 0x%" PRIx32 " is more than %d levels deep",
                        s->structure_offset + s->offset, FDT_SCAN_LEVELS);
    item->name = (const char *)bytes + at;
    s->offset = (uint32_t)align_up((uint64_t)end + 1, FDT_TAGSIZE);
    s->depth++;
    s->behind_node = false;
    return ERR_OK;
}

static int property(struct fdt_scan *s, struct fdt_item *item, uint32_t at, struct diag *d)
{
    uint32_t header = sizeof(struct fdt_property) - FDT_TAGSIZE;
    uint32_t size, name;

    if (s->structure.size - at < header)
        return truncated(s, "property", d);
    size = word(s, at);
    name = word(s, at + FDT_TAGSIZE);
    at += header;
    if (size > s->structure.size - at)
        return truncated(s, "property", d);
    if (name >= s->strings.size || !s->strings.data[name])
        return diag_set(d, ERR_FORMAT,
                        "property at 0x%" PRIx32 " has no name at 0x%" PRIx32
                        " of the strings block",
                        s->structure_offset + s->offset, name);
    if (s->depth == 0 || s->behind_node)
        return diag_set(d, ERR_FORMAT, "property %s at 0x%" PRIx32 " %s",
                        (const char *)s->strings.data + name, s->structure_offset + s->offset,
                        s->depth ? "follows a subnode" : "is outside any node");
    item->name = (const char *)s->strings.data + name;
    item->value = (struct bytes){s->structure.data + at, size};
    s->offset = at + (uint32_t)align_up(size, FDT_TAGSIZE);
    return ERR_OK;
}

/* FDT_END_NODE or FDT_END, which must find a node open, or none. */
static int end(struct fdt_scan *s, bool node, struct diag *d)
{
    if ((s->depth > 0) != node)
        return diag_set(d, ERR_FORMAT,
                        node ? "end of a node at 0x%" PRIx32 " without its begin"
                             : "ends at 0x%" PRIx32 " inside a node",
                        s->structure_offset + s->offset);
    s->offset += FDT_TAGSIZE;
    s->depth -= node;
    s->behind_node = true;
    return ERR_OK;
}

int fdt_scan_next(struct fdt_scan *s, struct fdt_item *item, struct diag *d)
{
    uint32_t tag;

    for (;; s->offset += FDT_TAGSIZE) {
        if (s->offset >= s->structure.size)
            return truncated(s, "next token", d);
        tag = word(s, s->offset);
        if (tag != FDT_NOP)
            break;
    }
    *item = (struct fdt_item){.tag = tag, .offset = s->offset};
    switch (tag) {
    case FDT_BEGIN_NODE:
        return begin_node(s, item, s->offset + FDT_TAGSIZE, d);
    case FDT_PROP:
        return property(s, item, s->offset + FDT_TAGSIZE, d);
    case FDT_END_NODE:
        return end(s, true, d);
    case FDT_END:
        return end(s, false, d);
    default:
        return diag_set(d, ERR_FORMAT, "0x%08" PRIx32 " at 0x%" PRIx32 " is not a devicetree token",
                        tag, s->structure_offset + s->offset);
    }
}

const char *fdt_scan_text(struct bytes value)
{
    return value.size && value.data[value.size - 1] == '\0' ? (const char *)value.data : NULL;
}

bool fdt_scan_is(struct bytes value, const char *expected)
{
    const char *text = fdt_scan_text(value);

    return text && strcmp(text, expected) == 0;
}
