/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of whole images: SHA-256 and SHA-1 (FIPS 180-4) by libcrypto, CRC-32 (ISO 3309) by
 * libdeflate, XXH32 (xxHash specification 0.1.1) by libxxhash. */
#ifndef ELFMON_PAYLOAD_DIGEST_H
#define ELFMON_PAYLOAD_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/base/reader.h"

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 2 * SHA256_BYTES + 1 };

struct sha256 {
    uint8_t value[SHA256_BYTES];
};

/** The digest of @size bytes at @data. */
void digest_sha256(const void *data, size_t size, struct sha256 *out);

/**
 * The size from @min to @max of the data whose digest is @wanted, to @size. False where none has
 * it.
 */
bool digest_find_size(const void *data, size_t min, size_t max, const struct sha256 *wanted,
                      size_t *size);

/** @wanted as 64 hex digits in @text. ERR_NUMBER where it is anything else. */
int digest_from_hex(const char *text, struct sha256 *out);

bool digest_equal(const struct sha256 *a, const struct sha256 *b);

/** The algorithms that hash nodes of a FIT may name. */
enum digest_algo { DIGEST_CRC32, DIGEST_SHA1, DIGEST_SHA256, DIGEST_ALGO_COUNT };

/** "crc32", "sha1" or "sha256". */
const char *digest_name(enum digest_algo algo);

/** The algorithm called @name, or -1. */
int digest_find(const char *name);

/** How many bytes its digests have: at most SHA256_BYTES. */
size_t digest_bytes(enum digest_algo algo);

/** The digest of @data by @algo, big-endian as FITs have it; the rest of @out is left alone. */
void digest_make(enum digest_algo algo, struct bytes data, struct sha256 *out);

/** The checksum of @data that LZ4 frames have: XXH32 with seed 0. */
uint32_t digest_xxh32(struct bytes data);

/** @digest by @algo in lower-case hex with a terminating NUL. */
void digest_hex(enum digest_algo algo, const struct sha256 *digest, char out[SHA256_HEX_BYTES]);

/** The same of an SHA-256. */
void digest_to_hex(const struct sha256 *digest, char out[SHA256_HEX_BYTES]);

#endif
