/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), by libcrypto's objects on the target and on the host. */
#ifndef ELFMON_PAYLOAD_DIGEST_H
#define ELFMON_PAYLOAD_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 2 * SHA256_BYTES + 1 };

struct sha256 {
    uint8_t value[SHA256_BYTES];
};

/** The digest of @size bytes at @data. */
void digest_sha256(const void *data, size_t size, struct sha256 *out);

bool digest_equal(const struct sha256 *a, const struct sha256 *b);

/** @digest in lower-case hex with a terminating NUL. */
void digest_to_hex(const struct sha256 *digest, char out[SHA256_HEX_BYTES]);

#endif
