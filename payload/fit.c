/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit.h"

#include <string.h>

#include "monitor/base/bits.h"

const struct fit_image *fit_find(const struct fit *fit, enum fit_role role)
{
    const struct fit_image *image = role < FIT_OTHER ? &fit->images[role] : NULL;

    return image && image->data.size ? image : NULL;
}

static int compare(const struct fit_image *image, enum digest_algo algo, struct diag *d)
{
    const struct sha256 *recorded = &image->digests[algo];
    size_t size = digest_bytes(algo);
    const char *more = size > sizeof(uint64_t) ? "..." : "";
    char found_hex[SHA256_HEX_BYTES], recorded_hex[SHA256_HEX_BYTES];
    struct sha256 found;

    digest_make(algo, image->data, &found);
    if (memcmp(&found, recorded, size) == 0)
        return ERR_OK;
    digest_hex(algo, &found, found_hex);
    digest_hex(algo, recorded, recorded_hex);
    return diag_set(d, ERR_DIGEST, "image %s: its %s is %.16s%s, recorded is %.16s%s", image->name,
                    digest_name(algo), found_hex, more, recorded_hex, more);
}

int fit_verify(const struct fit_image *image, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned algo = 0; algo < DIGEST_ALGO_COUNT && !err; algo++) {
        if (image->recorded & BIT(algo))
            err = compare(image, (enum digest_algo)algo, d);
    }
    if (!image->recorded && image->unknown_hash[0])
        return diag_set(d, ERR_UNSUPPORTED,
                        "image %s: its %s cannot be checked, only crc32, sha1 and sha256 can",
                        image->name, image->unknown_hash);
    return err;
}
