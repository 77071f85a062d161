/* SPDX-License-Identifier: Apache-2.0 */
/* Decompression: whatever comes, no byte is read or written outside, and what is accepted fits. */
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>
#include <lz4frame.h>

#include "payload/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 256 * 1024, SOUND_BYTES = 2000, PACKED_ROOM = 4096 };

/* The room for the result ends with it, for the sanitizer. */
static void check(const char *kind, struct bytes packed)
{
    struct diag why = {""};
    uint64_t bound = 0;
    size_t size = 0, room;
    uint8_t *out;

    (void)unpack_detect(packed);
    if (unpack_bound(kind, packed, &bound, &why)) {
        if (why.text[0] == '\0')
            abort();
        return;
    }
    room = bound < ROOM ? (size_t)bound : ROOM;
    out = malloc(room + (room == 0));
    if (!out)
        abort();
    if (unpack(kind, packed, out, room, &size, &why) ? why.text[0] == '\0' : size > room)
        abort();
    free(out);
}

static size_t make_sound(const char *kind, const uint8_t *plain, uint8_t *packed)
{
    const LZ4F_preferences_t preferences = {
        .frameInfo = {.contentChecksumFlag = LZ4F_contentChecksumEnabled,
                      .blockMode = LZ4F_blockLinked,
                      .blockSizeID = LZ4F_max64KB}};
    struct libdeflate_compressor *c;
    size_t size;

    if (strcmp(kind, "lz4") == 0)
        return LZ4F_compressFrame(packed, PACKED_ROOM, plain, SOUND_BYTES, &preferences);
    c = libdeflate_alloc_compressor(6);
    size = libdeflate_gzip_compress(c, plain, SOUND_BYTES, packed, PACKED_ROOM);
    libdeflate_free_compressor(c);
    return size;
}

/* Change sound data: each 3 bytes of @data are an offset and what to write there. */
static void check_patched(const char *kind, const uint8_t *data, size_t size)
{
    uint8_t plain[SOUND_BYTES], packed[PACKED_ROOM];
    size_t packed_bytes;
    uint16_t offset;

    for (size_t i = 0; i < SOUND_BYTES; i++)
        plain[i] = (uint8_t)(i * i >> 7);
    packed_bytes = make_sound(kind, plain, packed);
    for (; size >= 3; data += 3, size -= 3) {
        memcpy(&offset, data, sizeof(offset));
        packed[offset % packed_bytes] = data[2];
    }
    check(kind, (struct bytes){packed, packed_bytes});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check("gzip", (struct bytes){data, size});
    check("lz4", (struct bytes){data, size});
    check_patched("gzip", data, size);
    check_patched("lz4", data, size);
    return 0;
}
