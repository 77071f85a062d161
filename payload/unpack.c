/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/unpack.h"

#include <inttypes.h>
#include <string.h>

#include <libdeflate.h>

#include "monitor/base/text.h"
#include "payload/lz4_frame.h"

/* RFC 1952: a header of 10 bytes and more, then at the end CRC-32 and size modulo 2^32. */
enum { GZIP_BYTES_MIN = 18, GZIP_SIZE_BYTES = 4 };

/* A bit of deflate is 258 bytes at the very best, RFC 1951; two bits are, with the distance. */
enum { DEFLATE_RATIO_MAX = 8 * 258 / 2 };

/* In the order of enum unpack_kind. */
static const char names[] = "none\0gzip\0lz4\0";

enum unpack_kind unpack_kind(const char *compression)
{
    int kind = text_find(names, compression);

    return kind < 0 ? UNPACK_UNKNOWN : (enum unpack_kind)kind;
}

static bool is_gzip(struct bytes data)
{
    static const uint8_t start[] = {0x1f, 0x8b, 8}; /* deflate */

    return data.size > sizeof(start) && memcmp(data.data, start, sizeof(start)) == 0;
}

const char *unpack_detect(struct bytes data)
{
    enum unpack_kind kind = UNPACK_NONE;

    if (is_gzip(data))
        kind = UNPACK_GZIP;
    else if (lz4_frame_is_one(data))
        kind = UNPACK_LZ4;
    return text_pick(names, kind);
}

static int gzip_bound(struct bytes packed, uint64_t *bound, struct diag *d)
{
    uint32_t size = 0;

    if (!is_gzip(packed))
        return diag_set(d, ERR_FORMAT, "not gzip data: it does not begin with 1f 8b 08");
    if (packed.size < GZIP_BYTES_MIN)
        return diag_set(d, ERR_TRUNCATED, "gzip data is cut short after %zu bytes", packed.size);
    (void)bytes_le32(packed, packed.size - GZIP_SIZE_BYTES, &size);
    if (size / DEFLATE_RATIO_MAX > packed.size)
        return diag_set(d, ERR_FORMAT,
                        "gzip data of %zu bytes says that it unpacks to %" PRIu32
                        ": it is cut short or damaged",
                        packed.size, size);
    *bound = size;
    return ERR_OK;
}

static int gzip_unpack(struct bytes packed, uint8_t *out, size_t room, size_t *size, struct diag *d)
{
    struct libdeflate_decompressor *decoder = libdeflate_alloc_decompressor();
    enum libdeflate_result result;
    size_t used = 0;

    if (!decoder)
        return diag_set(d, ERR_NOMEM, "no memory to unpack in");
    result =
        libdeflate_gzip_decompress_ex(decoder, packed.data, packed.size, out, room, &used, size);
    libdeflate_free_decompressor(decoder);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return diag_set(d, ERR_NOMEM, "gzip data unpacks to more than the %zu bytes it says", room);
    if (result)
        return diag_set(d, ERR_FORMAT, "gzip data is damaged or cut short");
    if (used != packed.size)
        return diag_set(d, ERR_FORMAT, "%zu bytes after the end of the gzip data",
                        packed.size - used);
    return ERR_OK;
}

static int lz4_open(struct bytes packed, struct lz4_frame *frame, struct diag *d)
{
    int err = lz4_frame_open(packed, frame, d);

    if (!err && frame->end != packed.size)
        err = diag_set(d, ERR_FORMAT, "%zu bytes after the end of the LZ4 data",
                       packed.size - frame->end);
    return err;
}

static int refuse(const char *compression, struct diag *d)
{
    return diag_set(d, ERR_UNSUPPORTED, "compression %s is not supported, only gzip and lz4 are",
                    compression);
}

int unpack_bound(const char *compression, struct bytes packed, uint64_t *bound, struct diag *d)
{
    struct lz4_frame frame;
    int err;

    switch (unpack_kind(compression)) {
    case UNPACK_GZIP:
        return gzip_bound(packed, bound, d);
    case UNPACK_LZ4:
        err = lz4_open(packed, &frame, d);
        if (!err)
            *bound = frame.size;
        return err;
    default:
        return refuse(compression, d);
    }
}

int unpack(const char *compression, struct bytes packed, uint8_t *out, size_t room, size_t *size,
           struct diag *d)
{
    struct lz4_frame frame;
    int err;

    switch (unpack_kind(compression)) {
    case UNPACK_GZIP:
        return gzip_unpack(packed, out, room, size, d);
    case UNPACK_LZ4:
        err = lz4_open(packed, &frame, d);
        return err ? err : lz4_frame_unpack(packed, &frame, out, room, size, d);
    default:
        return refuse(compression, d);
    }
}
