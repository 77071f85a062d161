/* SPDX-License-Identifier: Apache-2.0 */
/* The FIT reader: what is accepted keeps every promise of struct fit. */
#include <stdlib.h>
#include <string.h>

#include "payload/fit_open.h"
#include "tests/fakes/fit_fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct bytes blob)
{
    static struct fit fit;
    struct fit_cursor at = {0};
    struct fit_image image;
    struct diag why = {""};
    int err;

    (void)fit_is_fit(blob);
    if (fit_open(blob, NULL, &fit, &why)) {
        if (fit_next(&fit, &at, &image, NULL) != ERR_NOTFOUND || fit.blob.size ||
            why.text[0] == '\0')
            abort();
        return;
    }
    if (!fit_is_fit(blob) || fit_fake_broken_promise(&fit))
        abort();
    while ((err = fit_next(&fit, &at, &image, &why)) != ERR_NOTFOUND) {
        if (!err)
            (void)fit_verify(&image, &why);
    }
}

/* Change a sound FIT: each 6 bytes of @data are an offset and what to write there. */
static void check_patched(const uint8_t *data, size_t size)
{
    static struct fit_fake sound, fake;
    uint16_t offset;

    if (sound.aligned[0] == 0)
        fit_fake_init(&sound);
    fake = sound;
    for (; size >= 6; data += 6, size -= 6) {
        memcpy(&offset, data, sizeof(offset));
        memcpy(fake.blob + offset % (FIT_FAKE_BYTES - 4), data + sizeof(offset), 4);
    }
    check(fit_fake_bytes(&fake));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check((struct bytes){data, size});
    check_patched(data, size);
    return 0;
}
