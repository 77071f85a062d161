/* SPDX-License-Identifier: Apache-2.0 */
/* Linux arm64 Images to order: a header and nothing that runs. */
#ifndef ELFMON_TESTS_IMAGE_FAKE_H
#define ELFMON_TESTS_IMAGE_FAKE_H

#include "monitor/base/reader.h"

enum { IMAGE_FAKE_BYTES = 0x2200, IMAGE_FAKE_MEMORY = 0x5000, IMAGE_FAKE_FLAGS = 0xa };

struct image_fake {
    _Alignas(8) uint8_t file[IMAGE_FAKE_BYTES];
};

/** One of IMAGE_FAKE_BYTES that needs IMAGE_FAKE_MEMORY: little-endian, 4 KiB pages, anywhere. */
void image_fake_init(struct image_fake *image);

/** Change a field of the header. */
void image_fake_text_offset(struct image_fake *image, uint64_t value);
void image_fake_image_size(struct image_fake *image, uint64_t value);
void image_fake_flags(struct image_fake *image, uint64_t value);

/** Make it an EFI application with sections that end at @end1 and @end2 of the file. */
void image_fake_sections(struct image_fake *image, uint32_t end1, uint32_t end2);

struct bytes image_fake_bytes(const struct image_fake *image);

#endif
