/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/image_fake.h"

#include <endian.h>
#include <string.h>

enum { PE = 0x40, SECTIONS = PE + 24 + 0xa0 };

static void put64(struct image_fake *image, size_t at, uint64_t value)
{
    value = htole64(value);
    memcpy(image->file + at, &value, sizeof(value));
}

static void put32(struct image_fake *image, size_t at, uint32_t value)
{
    value = htole32(value);
    memcpy(image->file + at, &value, sizeof(value));
}

void image_fake_init(struct image_fake *image)
{
    for (size_t i = 0; i < sizeof(image->file); i++)
        image->file[i] = (uint8_t)(i * 7 + i / 256);
    memset(image->file, 0, 0x200);
    image_fake_image_size(image, IMAGE_FAKE_MEMORY);
    image_fake_flags(image, IMAGE_FAKE_FLAGS);
    memcpy(image->file + 56, "ARM\x64", 4);
}

void image_fake_text_offset(struct image_fake *image, uint64_t value)
{
    put64(image, 8, value);
}

void image_fake_image_size(struct image_fake *image, uint64_t value)
{
    put64(image, 16, value);
}

void image_fake_flags(struct image_fake *image, uint64_t value)
{
    put64(image, 24, value);
}

void image_fake_sections(struct image_fake *image, uint32_t end1, uint32_t end2)
{
    put32(image, 60, PE);
    memcpy(image->file + PE, "PE\0\0\x64\xaa\2\0", 8);
    put32(image, PE + 20, 0xa0);
    put32(image, SECTIONS + 16, end1 - 0x1000);
    put32(image, SECTIONS + 20, 0x1000);
    put32(image, SECTIONS + 40 + 16, end2 - 0x1800);
    put32(image, SECTIONS + 40 + 20, 0x1800);
}

struct bytes image_fake_bytes(const struct image_fake *image)
{
    return (struct bytes){image->file, sizeof(image->file)};
}
