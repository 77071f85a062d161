/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a Linux arm64 Image. Source: Linux Documentation/arch/arm64/booting.rst, "4. Call
 * the kernel image". */
#ifndef ELFMON_PAYLOAD_LINUX_IMAGE_H
#define ELFMON_PAYLOAD_LINUX_IMAGE_H

#include <stdbool.h>

#include "monitor/base/reader.h"

/** What Linux keeps of a command line (COMMAND_LINE_SIZE less its NUL); the rest it drops. */
enum { LINUX_BOOTARGS_MAX = 2047 };

struct linux_image {
    struct bytes file;
    uint64_t text_offset;  /* from a multiple of 2 MiB to where the image goes */
    uint64_t memory_bytes; /* image_size: what the kernel uses from there on, its BSS included */
    unsigned page_kib;     /* 4, 16 or 64; 0 where the header does not tell */
    bool big_endian;
    bool anywhere; /* in RAM; else as low as possible */
};

/** True where @file has the magic of an arm64 Image. */
bool linux_image_is(struct bytes file);

/**
 * Read and check the header of @file, and, where it is an EFI application too, that none of its
 * sections is cut off. ERR_TRUNCATED, ERR_FORMAT, ERR_ALIGN, ERR_RANGE or, for a kernel that does
 * not tell its size, ERR_UNSUPPORTED, with the reason in @d.
 */
int linux_image_open(struct bytes file, struct linux_image *out, struct diag *d);

#endif
