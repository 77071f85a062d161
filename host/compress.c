/* SPDX-License-Identifier: Apache-2.0 */
#include "host/compress.h"

#include <inttypes.h>

#include <libdeflate.h>
#include <lz4frame.h>
#include <lz4hc.h>

#include "host/file.h"
#include "host/report_error.h"
#include "monitor/base/bits.h"

enum { GZIP_LEVEL = 12 };

/* More than any file that boots; a stream that unpacks to more is a bomb or damaged. */
#define PLAIN_BYTES_MAX GIB(2)

static size_t by_gzip(struct bytes plain, uint8_t **out)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(GZIP_LEVEL);
    size_t room = libdeflate_gzip_compress_bound(c, plain.size), size;

    *out = file_memory(room);
    size = c ? libdeflate_gzip_compress(c, plain.data, plain.size, *out, room) : 0;
    libdeflate_free_compressor(c);
    return size;
}

static size_t by_lz4(struct bytes plain, uint8_t **out)
{
    const LZ4F_preferences_t preferences = {
        .frameInfo = {.blockSizeID = LZ4F_max4MB,
                      .contentChecksumFlag = LZ4F_contentChecksumEnabled,
                      .contentSize = plain.size},
        .compressionLevel = LZ4HC_CLEVEL_MAX,
    };
    size_t room = LZ4F_compressFrameBound(plain.size, &preferences), size;

    *out = file_memory(room);
    size = LZ4F_compressFrame(*out, room, plain.data, plain.size, &preferences);
    return LZ4F_isError(size) ? 0 : size;
}

int compress_bytes(enum unpack_kind kind, struct bytes plain, struct bytes *out)
{
    uint8_t *packed = NULL;
    size_t size = (kind == UNPACK_GZIP ? by_gzip : by_lz4)(plain, &packed);

    *out = (struct bytes){packed, size};
    return size ? 0 : report_error(NULL, "cannot compress %zu bytes", plain.size);
}

int compress_undo(const char *compression, struct bytes packed, struct bytes *out, struct diag *d)
{
    uint64_t bound;
    uint8_t *plain;
    size_t size;
    int err;

    *out = packed;
    if (unpack_kind(compression) == UNPACK_NONE)
        return ERR_OK;
    err = unpack_bound(compression, packed, &bound, d);
    if (err)
        return err;
    if (bound > PLAIN_BYTES_MAX)
        return diag_set(d, ERR_RANGE, "says that it unpacks to %" PRIu64 " bytes", bound);
    plain = file_memory(bound);
    err = unpack(compression, packed, plain, bound, &size, d);
    *out = (struct bytes){plain, size};
    return err;
}
