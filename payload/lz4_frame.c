/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/lz4_frame.h"

#include <inttypes.h>
#include <string.h>

#include <lz4.h>

#include "monitor/base/bits.h"
#include "payload/digest.h"

enum {
    MAGIC = 0x184d2204,
    MAGIC_LEGACY = 0x184c2102,
    DESCRIPTOR_AT = 4, /* FLG, BD, content size, dictionary, checksum of these */
    WORD_BYTES = 4,
    WINDOW_BYTES = 64 * 1024, /* how far back a block refers */
};

/* FLG. */
#define FLG_VERSION          0xc0
#define FLG_VERSION_1        0x40
#define FLG_INDEPENDENT      0x20
#define FLG_BLOCK_CHECKSUM   0x10
#define FLG_CONTENT_SIZE     0x08
#define FLG_CONTENT_CHECKSUM 0x04
#define FLG_DICTIONARY       0x01

#define BLOCK_STORED (UINT32_C(1) << 31)

static int cut_short(size_t size, struct diag *d)
{
    return diag_set(d, ERR_TRUNCATED, "LZ4 data is cut short after %zu bytes", size);
}

bool lz4_frame_is_one(struct bytes data)
{
    uint32_t magic;

    return bytes_le32(data, 0, &magic) == ERR_OK && (magic == MAGIC || magic == MAGIC_LEGACY);
}

/* The frame descriptor, of which @flg and @bd are the first two bytes. */
static int read_descriptor(struct bytes data, uint8_t flg, uint8_t bd, struct lz4_frame *f,
                           struct diag *d)
{
    size_t size = 2 + (flg & FLG_CONTENT_SIZE ? sizeof(uint64_t) : 0);
    struct bytes descriptor;
    uint8_t checksum;

    if ((flg & FLG_VERSION) != FLG_VERSION_1 || flg & FLG_DICTIONARY)
        return diag_set(d, ERR_UNSUPPORTED,
                        "LZ4 frame with flags 0x%02x: of another version, or with a dictionary",
                        flg);
    if (bytes_sub(data, DESCRIPTOR_AT, size, &descriptor) ||
        bytes_copy(data, DESCRIPTOR_AT + size, &checksum, 1))
        return cut_short(data.size, d);
    if ((uint8_t)(digest_xxh32(descriptor) >> 8) != checksum || (bd & 0x8f) != 0 || bd < 0x40)
        return diag_set(d, ERR_DIGEST, "LZ4 frame with a damaged header");
    f->is_linked = !(flg & FLG_INDEPENDENT);
    f->has_block_checksum = flg & FLG_BLOCK_CHECKSUM;
    f->has_checksum = flg & FLG_CONTENT_CHECKSUM;
    f->has_size = flg & FLG_CONTENT_SIZE;
    if (f->has_size)
        (void)bytes_le64(descriptor, 2, &f->size);
    f->block_max = UINT32_C(1) << (8 + bd / 16 * 2);
    f->blocks_at = DESCRIPTOR_AT + size + 1;
    return ERR_OK;
}

static int read_header(struct bytes data, struct lz4_frame *f, struct diag *d)
{
    uint8_t flg_bd[2];
    uint32_t magic = 0;

    memset(f, 0, sizeof(*f));
    if (!lz4_frame_is_one(data))
        return diag_set(d, ERR_FORMAT, "not an LZ4 frame");
    (void)bytes_le32(data, 0, &magic);
    f->is_legacy = magic == MAGIC_LEGACY;
    f->block_max = (uint32_t)MIB(8);
    f->blocks_at = DESCRIPTOR_AT;
    if (f->is_legacy)
        return ERR_OK;
    if (bytes_copy(data, DESCRIPTOR_AT, flg_bd, sizeof(flg_bd)))
        return cut_short(data.size, d);
    return read_descriptor(data, flg_bd[0], flg_bd[1], f, d);
}

/* One block with its checksum, at *@at, which moves behind it. At the end mark, or the end of
 * legacy data, @block is empty. */
static int next_block(struct bytes data, const struct lz4_frame *f, size_t *at, struct bytes *block,
                      bool *is_stored, struct diag *d)
{
    uint32_t word, checksum;

    *block = (struct bytes){NULL, 0};
    if (f->is_legacy && *at == data.size)
        return ERR_OK;
    if (bytes_le32(data, *at, &word))
        return cut_short(data.size, d);
    *at += WORD_BYTES;
    *is_stored = !f->is_legacy && word & BLOCK_STORED;
    if (!f->is_legacy)
        word &= ~BLOCK_STORED;
    if (!f->is_legacy && word == 0)
        return ERR_OK;
    if (word == 0 || word > LZ4_COMPRESSBOUND(f->block_max))
        return diag_set(d, ERR_FORMAT, "LZ4 block of %" PRIu32 " bytes at 0x%zx", word, *at);
    if (bytes_sub(data, *at, word, block))
        return cut_short(data.size, d);
    *at += word;
    if (!f->has_block_checksum)
        return ERR_OK;
    if (bytes_le32(data, *at, &checksum))
        return cut_short(data.size, d);
    if (digest_xxh32(*block) != checksum)
        return diag_set(d, ERR_DIGEST, "LZ4 block of %" PRIu32 " bytes at 0x%zx is damaged", word,
                        *at - word);
    *at += WORD_BYTES;
    return ERR_OK;
}

int lz4_frame_open(struct bytes data, struct lz4_frame *out, struct diag *d)
{
    struct bytes block;
    uint64_t most = 0;
    bool is_stored;
    int err = read_header(data, out, d);

    if (err)
        return err;
    out->end = out->blocks_at;
    for (;;) {
        err = next_block(data, out, &out->end, &block, &is_stored, d);
        if (err || block.size == 0)
            break;
        most += is_stored ? block.size : out->block_max;
    }
    if (!err && out->has_checksum) {
        out->end += WORD_BYTES;
        err = out->end > data.size ? cut_short(data.size, d) : ERR_OK;
    }
    if (!err && out->has_size && out->size > most)
        return diag_set(d, ERR_FORMAT,
                        "LZ4 frame says %" PRIu64 " bytes, but has %" PRIu64 " at most", out->size,
                        most);
    if (!out->has_size)
        out->size = most;
    return err;
}

/* Unpack @block behind the *@size bytes that are in @out already. */
static int unpack_block(const struct lz4_frame *f, struct bytes block, bool is_stored, uint8_t *out,
                        size_t room, size_t *size, struct diag *d)
{
    size_t left = room - *size, window = f->is_linked ? *size : 0;
    size_t most = left < f->block_max ? left : f->block_max;
    char *to = (char *)out + *size;
    int bytes;

    if (is_stored && block.size <= most) {
        memcpy(to, block.data, block.size);
        *size += block.size;
        return ERR_OK;
    }
    if (window > WINDOW_BYTES)
        window = WINDOW_BYTES;
    bytes = is_stored ? -1
                      : LZ4_decompress_safe_usingDict((const char *)block.data, to, (int)block.size,
                                                      (int)most, to - window, (int)window);
    if (bytes < 0)
        return diag_set(d, ERR_FORMAT,
                        "LZ4 data is damaged, or unpacks to more than the %zu bytes expected: "
                        "after %zu",
                        room, *size);
    *size += (size_t)bytes;
    return ERR_OK;
}

static int check_content(struct bytes data, const struct lz4_frame *f, struct bytes content,
                         struct diag *d)
{
    uint32_t recorded = 0;

    if (f->has_size && content.size != f->size)
        return diag_set(d, ERR_FORMAT, "LZ4 frame says %" PRIu64 " bytes, but unpacks to %zu",
                        f->size, content.size);
    (void)bytes_le32(data, f->end - WORD_BYTES, &recorded);
    if (f->has_checksum && digest_xxh32(content) != recorded)
        return diag_set(d, ERR_DIGEST,
                        "LZ4 data is damaged: its content's checksum is 0x%08" PRIx32
                        ", recorded is 0x%08" PRIx32,
                        digest_xxh32(content), recorded);
    return ERR_OK;
}

int lz4_frame_unpack(struct bytes data, const struct lz4_frame *frame, uint8_t *out, size_t room,
                     size_t *size, struct diag *d)
{
    size_t at = frame->blocks_at;
    struct bytes block;
    bool is_stored;

    *size = 0;
    for (;;) {
        int err = next_block(data, frame, &at, &block, &is_stored, d);

        if (!err && block.size == 0)
            return check_content(data, frame, (struct bytes){out, *size}, d);
        if (!err)
            err = unpack_block(frame, block, is_stored, out, room, size, d);
        if (err)
            return err;
    }
}
