/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/reader.h"

int bytes_sub(struct bytes b, uint64_t offset, uint64_t size, struct bytes *out)
{
    if (offset > b.size || size > b.size - offset)
        return ERR_TRUNCATED;
    *out = (struct bytes){b.data + offset, (size_t)size};
    return ERR_OK;
}

/* Bytes @width of @b at @offset, most significant first where @big. */
static int field(struct bytes b, uint64_t offset, unsigned width, int big, uint64_t *out)
{
    struct bytes part;
    uint64_t value = 0;
    int err = bytes_sub(b, offset, width, &part);

    if (err)
        return err;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | part.data[big ? i : width - 1 - i];
    *out = value;
    return ERR_OK;
}

int bytes_le16(struct bytes b, uint64_t offset, uint16_t *out)
{
    uint64_t value;
    int err = field(b, offset, sizeof(*out), 0, &value);

    if (!err)
        *out = (uint16_t)value;
    return err;
}

int bytes_le32(struct bytes b, uint64_t offset, uint32_t *out)
{
    uint64_t value;
    int err = field(b, offset, sizeof(*out), 0, &value);

    if (!err)
        *out = (uint32_t)value;
    return err;
}

int bytes_le64(struct bytes b, uint64_t offset, uint64_t *out)
{
    return field(b, offset, sizeof(*out), 0, out);
}

int bytes_be32(struct bytes b, uint64_t offset, uint32_t *out)
{
    uint64_t value;
    int err = field(b, offset, sizeof(*out), 1, &value);

    if (!err)
        *out = (uint32_t)value;
    return err;
}

int bytes_be64(struct bytes b, uint64_t offset, uint64_t *out)
{
    return field(b, offset, sizeof(*out), 1, out);
}
