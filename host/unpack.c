/* SPDX-License-Identifier: Apache-2.0 */
#include "host/unpack.h"

#include <stdbool.h>
#include <string.h>

#include "host/compress.h"
#include "host/report_error.h"

/* An EFI program with a compressed kernel in it. Source: Linux
 * drivers/firmware/efi/libstub/zboot-header.S. */
enum {
    ZBOOT_MAGIC_AT = 4,
    ZBOOT_OFFSET_AT = 8,
    ZBOOT_SIZE_AT = 12,
    ZBOOT_METHOD_AT = 24,
    ZBOOT_METHOD_BYTES = 32,
};

static bool has(struct bytes file, uint64_t offset, const char *text)
{
    struct bytes found;

    return !bytes_sub(file, offset, strlen(text), &found) &&
           !memcmp(found.data, text, strlen(text));
}

static int take_zboot(const char *path, struct bytes *file)
{
    char method[ZBOOT_METHOD_BYTES + 1] = "";
    uint32_t offset = 0, size = 0;
    struct bytes inside;

    if (!has(*file, 0, "MZ") || !has(*file, ZBOOT_MAGIC_AT, "zimg"))
        return 0;
    (void)bytes_copy(*file, ZBOOT_METHOD_AT, method, ZBOOT_METHOD_BYTES);
    if (strcmp(method, "gzip") != 0)
        return report_error(
            path, "EFI zboot image with compression '%s': only gzip can be unpacked", method);
    if (bytes_le32(*file, ZBOOT_OFFSET_AT, &offset) || bytes_le32(*file, ZBOOT_SIZE_AT, &size) ||
        bytes_sub(*file, offset, size, &inside))
        return report_error(path, "EFI zboot image cut to %zu bytes", file->size);
    *file = inside;
    return 0;
}

int unpack_file(const char *path, struct bytes *file)
{
    struct diag d;

    if (take_zboot(path, file))
        return -1;
    if (compress_undo(unpack_detect(*file), *file, file, &d))
        return report_error(path, "%s", d.text);
    return 0;
}
