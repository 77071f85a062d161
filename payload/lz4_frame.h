/* SPDX-License-Identifier: Apache-2.0 */
/* The containers of LZ4 blocks: frames as lz4 and mkimage's users write them, and the legacy format
 * of Linux's build. Source: LZ4 Frame Format Description 1.6.2. */
#ifndef ELFMON_PAYLOAD_LZ4_FRAME_H
#define ELFMON_PAYLOAD_LZ4_FRAME_H

#include <stdbool.h>

#include "monitor/base/reader.h"

/** A frame whose blocks are all there. */
struct lz4_frame {
    bool is_legacy;
    bool is_linked;          /* blocks refer to those before them */
    bool has_block_checksum; /* behind each block */
    bool has_checksum;       /* of all the content, at the end */
    bool has_size;           /* the content's size is in the header */
    uint32_t block_max;      /* bytes in an unpacked block */
    size_t blocks_at;        /* offset of the first block */
    size_t end;              /* of the frame */
    uint64_t size;           /* unpacked: exactly where has_size, else at most */
};

/** True where @data begins like an LZ4 frame of either kind. */
bool lz4_frame_is_one(struct bytes data);

/**
 * Read the frame at the start of @data from its header to its end, without unpacking. What lies
 * behind a frame is not looked at; a legacy one ends with @data.
 * Returns ERR_OK, ERR_FORMAT, ERR_TRUNCATED, ERR_UNSUPPORTED or ERR_DIGEST.
 */
int lz4_frame_open(struct bytes data, struct lz4_frame *out, struct diag *d);

/**
 * Unpack @frame of @data into @out of @room bytes; *@size is what it took.
 * ERR_OK, ERR_FORMAT or ERR_DIGEST where the data is damaged, ERR_NOMEM where it is larger than
 * @room.
 */
int lz4_frame_unpack(struct bytes data, const struct lz4_frame *frame, uint8_t *out, size_t room,
                     size_t *size, struct diag *d);

#endif
