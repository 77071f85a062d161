/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (FIPS 180-4), for FIT images that have no better digest. In a tenth of the size of
 * libcrypto's, whose rounds are all unrolled. */
#ifndef ELFMON_PAYLOAD_SHA1_H
#define ELFMON_PAYLOAD_SHA1_H

#include "monitor/base/reader.h"

enum { SHA1_BYTES = 20 };

/** The SHA-1 of @data. */
void sha1_make(struct bytes data, uint8_t out[SHA1_BYTES]);

#endif
