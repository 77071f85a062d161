/* SPDX-License-Identifier: Apache-2.0 */
#include "host/unpack.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "host/report.h"
#include "monitor/base/bits.h"

/* Far more than any kernel; a file that unpacks to more is no kernel. */
#define UNPACKED_MAX GIB(1)

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

int unpack_kernel(const char *path, struct bytes *file)
{
    struct libdeflate_decompressor *unpacker;
    enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    size_t size = 0;
    uint8_t *to = NULL;

    if (take_zboot(path, file))
        return -1;
    if (!has(*file, 0, "\x1f\x8b\x08"))
        return 0;
    unpacker = libdeflate_alloc_decompressor();
    if (!unpacker)
        return report_error(path, "no memory to unpack it");
    for (uint64_t room = MIB(64); result == LIBDEFLATE_INSUFFICIENT_SPACE && room <= UNPACKED_MAX;
         room *= 2) {
        free(to);
        to = file_memory(room);
        result = libdeflate_gzip_decompress(unpacker, file->data, file->size, to, room, &size);
    }
    libdeflate_free_decompressor(unpacker);
    *file = (struct bytes){to, size};
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return report_error(path, "gzip unpacks it to more than 1 GiB");
    return result ? report_error(path, "gzip cannot unpack it: cut or damaged") : 0;
}
