/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/reader.h"

#include <endian.h>
#include <string.h>

int bytes_sub(struct bytes b, uint64_t offset, uint64_t size, struct bytes *out)
{
    if (offset > b.size || size > b.size - offset)
        return ERR_TRUNCATED;
    *out = (struct bytes){b.data + offset, (size_t)size};
    return ERR_OK;
}

int bytes_copy(struct bytes b, uint64_t offset, void *out, size_t size)
{
    struct bytes part;
    int err = bytes_sub(b, offset, size, &part);

    if (!err)
        memcpy(out, part.data, size);
    return err;
}

int bytes_le16(struct bytes b, uint64_t offset, uint16_t *out)
{
    int err = bytes_copy(b, offset, out, sizeof(*out));

    if (!err)
        *out = le16toh(*out);
    return err;
}

int bytes_le32(struct bytes b, uint64_t offset, uint32_t *out)
{
    int err = bytes_copy(b, offset, out, sizeof(*out));

    if (!err)
        *out = le32toh(*out);
    return err;
}

int bytes_le64(struct bytes b, uint64_t offset, uint64_t *out)
{
    int err = bytes_copy(b, offset, out, sizeof(*out));

    if (!err)
        *out = le64toh(*out);
    return err;
}

int bytes_be32(struct bytes b, uint64_t offset, uint32_t *out)
{
    int err = bytes_copy(b, offset, out, sizeof(*out));

    if (!err)
        *out = be32toh(*out);
    return err;
}

int bytes_be64(struct bytes b, uint64_t offset, uint64_t *out)
{
    int err = bytes_copy(b, offset, out, sizeof(*out));

    if (!err)
        *out = be64toh(*out);
    return err;
}
