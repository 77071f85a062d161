/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded reading of little- and big-endian fields from bytes that nobody has checked yet. */
#ifndef ELFMON_BASE_READER_H
#define ELFMON_BASE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "monitor/base/range.h"

/** Bytes from outside: read through the functions below only. */
struct bytes {
    const uint8_t *data;
    size_t size;
};

/** Where @b lies. */
static inline struct range bytes_range(struct bytes b)
{
    uint64_t start = (uint64_t)(uintptr_t)b.data;

    return (struct range){start, start + b.size};
}

/** The @size bytes at @offset of @b. ERR_TRUNCATED where they are not all inside. */
int bytes_sub(struct bytes b, uint64_t offset, uint64_t size, struct bytes *out);

/** The @size bytes at @offset, as they are, into @out. ERR_TRUNCATED where not all are inside. */
int bytes_copy(struct bytes b, uint64_t offset, void *out, size_t size);

/** One field at @offset, in any alignment. ERR_TRUNCATED where it is not all inside. */
int bytes_le16(struct bytes b, uint64_t offset, uint16_t *out);
int bytes_le32(struct bytes b, uint64_t offset, uint32_t *out);
int bytes_le64(struct bytes b, uint64_t offset, uint64_t *out);
int bytes_be32(struct bytes b, uint64_t offset, uint32_t *out);
int bytes_be64(struct bytes b, uint64_t offset, uint64_t *out);

#endif
