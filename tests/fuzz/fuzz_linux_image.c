/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an arm64 Image: what is accepted keeps its promises. */
#include <stdlib.h>
#include <string.h>

#include "payload/linux_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The magic is there, so that the rest is reached; the last word is where the PE header is. */
    static const char magic[] = "ARM\x64";
    struct linux_image image;
    uint8_t *file = malloc(size + (size == 0));
    struct diag d = {""};

    memcpy(file, data, size);
    if (size >= 60)
        memcpy(file + 56, magic, 4);
    if (linux_image_open((struct bytes){file, size}, &image, &d)) {
        if (!d.text[0])
            abort();
    } else if (image.memory_bytes < size || image.text_offset % 4096 != 0 ||
               image.text_offset + image.memory_bytes < image.memory_bytes) {
        abort();
    }
    free(file);
    return 0;
}
