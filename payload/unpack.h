/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed images: gzip by libdeflate, LZ4 by liblz4. */
#ifndef ELFMON_PAYLOAD_UNPACK_H
#define ELFMON_PAYLOAD_UNPACK_H

#include <stdbool.h>

#include "monitor/base/reader.h"

/** By the names in a FIT. */
enum unpack_kind { UNPACK_NONE, UNPACK_GZIP, UNPACK_LZ4, UNPACK_UNKNOWN };

/** "none", "gzip", "lz4" or UNPACK_UNKNOWN. */
enum unpack_kind unpack_kind(const char *compression);

/** What @data begins like: its name in a FIT, "none" where it is neither gzip nor LZ4. */
const char *unpack_detect(struct bytes data);

/**
 * How many bytes @packed unpacks to at most, by what it says of itself.
 * ERR_UNSUPPORTED, ERR_FORMAT, ERR_TRUNCATED or ERR_DIGEST where it cannot be unpacked.
 */
int unpack_bound(const char *compression, struct bytes packed, uint64_t *bound, struct diag *d);

/**
 * Unpack @packed, which must be one stream and nothing else, into @out of @room bytes; *@size is
 * what it took. On error the content of @out is of no use.
 */
int unpack(const char *compression, struct bytes packed, uint8_t *out, size_t room, size_t *size,
           struct diag *d);

#endif
