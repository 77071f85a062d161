/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/digest.h"

#include <string.h>

#include <libdeflate.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include "monitor/base/err.h"
#include "monitor/base/text.h"

/* In the order of enum digest_algo. */
static const char names[] = "crc32\0sha1\0sha256\0";

/* OpenSSL's low-level interface, because the objects behind EVP do not link on bare metal. */
void digest_sha256(const void *data, size_t size, struct sha256 *out)
{
    SHA256_CTX context;

    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, data, size);
    (void)SHA256_Final(out->value, &context);
}

bool digest_find_size(const void *data, size_t min, size_t max, const struct sha256 *wanted,
                      size_t *size)
{
    SHA256_CTX all, context;
    struct sha256 now;

    (void)SHA256_Init(&all);
    (void)SHA256_Update(&all, data, min);
    for (*size = min;; ++*size) {
        context = all;
        (void)SHA256_Final(now.value, &context);
        if (digest_equal(&now, wanted))
            return true;
        if (*size == max)
            return false;
        (void)SHA256_Update(&all, (const uint8_t *)data + *size, 1);
    }
}

bool digest_equal(const struct sha256 *a, const struct sha256 *b)
{
    return memcmp(a->value, b->value, sizeof(a->value)) == 0;
}

const char *digest_name(enum digest_algo algo)
{
    return text_pick(names, algo);
}

int digest_find(const char *name)
{
    return text_find(names, name);
}

size_t digest_bytes(enum digest_algo algo)
{
    static const uint8_t bytes[] = {sizeof(uint32_t), SHA_DIGEST_LENGTH, SHA256_BYTES};

    return bytes[algo];
}

static void crc32_of(struct bytes data, uint8_t *out)
{
    uint32_t crc = libdeflate_crc32(0, data.data, data.size);

    for (unsigned i = 0; i < sizeof(crc); i++)
        out[i] = (uint8_t)(crc >> (24 - 8 * i));
}

static void sha1_of(struct bytes data, uint8_t *out)
{
    SHA_CTX context;

    (void)SHA1_Init(&context);
    (void)SHA1_Update(&context, data.data, data.size);
    (void)SHA1_Final(out, &context);
}

uint32_t digest_xxh32(struct bytes data)
{
    return data.data ? XXH32(data.data, data.size, 0) : XXH32("", 0, 0);
}

void digest_make(enum digest_algo algo, struct bytes data, struct sha256 *out)
{
    if (algo == DIGEST_CRC32)
        crc32_of(data, out->value);
    else if (algo == DIGEST_SHA1)
        sha1_of(data, out->value);
    else
        digest_sha256(data.data, data.size, out);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 'a' ^ 'A';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int digest_from_hex(const char *text, struct sha256 *out)
{
    for (unsigned i = 0; i < 2 * SHA256_BYTES; i++) {
        int digit = hex_digit(text[i]);

        if (digit < 0)
            return ERR_NUMBER;
        out->value[i / 2] = (uint8_t)(out->value[i / 2] << 4 | digit);
    }
    return text[2 * SHA256_BYTES] ? ERR_NUMBER : ERR_OK;
}

void digest_hex(enum digest_algo algo, const struct sha256 *digest, char out[SHA256_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < digest_bytes(algo); i++) {
        *out++ = digits[digest->value[i] >> 4];
        *out++ = digits[digest->value[i] & 0xf];
    }
    *out = '\0';
}

void digest_to_hex(const struct sha256 *digest, char out[SHA256_HEX_BYTES])
{
    digest_hex(DIGEST_SHA256, digest, out);
}
