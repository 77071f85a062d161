/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/digest.h"

#include <string.h>

#include <openssl/sha.h>

/* OpenSSL's low-level interface, because the objects behind EVP do not link on bare metal. */
void digest_sha256(const void *data, size_t size, struct sha256 *out)
{
    SHA256_CTX context;

    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, data, size);
    (void)SHA256_Final(out->value, &context);
}

bool digest_equal(const struct sha256 *a, const struct sha256 *b)
{
    return memcmp(a->value, b->value, sizeof(a->value)) == 0;
}

void digest_to_hex(const struct sha256 *digest, char out[SHA256_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (unsigned i = 0; i < SHA256_BYTES; i++) {
        *out++ = digits[digest->value[i] >> 4];
        *out++ = digits[digest->value[i] & 0xf];
    }
    *out = '\0';
}
