/* SPDX-License-Identifier: Apache-2.0 */
/* Small ELF files to order, and what must hold for every one that elf64_open accepts. */
#ifndef ELFMON_TESTS_ELF_FAKE_H
#define ELFMON_TESTS_ELF_FAKE_H

#include "payload/elf64.h"

enum { ELF_FAKE_BYTES = 16384, ELF_FAKE_SEGMENTS_MAX = 64 };

struct elf_fake_segment {
    uint64_t va, pa;
    uint64_t filesz, memsz; /* the file's bytes are counted up from the segment's number */
    uint32_t flags;
};

struct elf_fake_symbol {
    const char *name;
    uint64_t value, size;
};

struct elf_fake {
    uint8_t file[ELF_FAKE_BYTES];
    size_t size;
    uint64_t content[ELF_FAKE_SEGMENTS_MAX]; /* offset of each segment's bytes */
    uint64_t symbols, names, sections;       /* offsets; 0 where there is no symbol table */
};

/** Headers and segments; the entry is the first byte of the first segment. */
void elf_fake_init(struct elf_fake *elf, const struct elf_fake_segment *segments, unsigned count);

/** Append a symbol table, its names and a section header table of three. */
void elf_fake_add_symbols(struct elf_fake *elf, const struct elf_fake_symbol *symbols,
                          unsigned count);

/* A movable ELF: code at virtual 0x1000, data at 0x2000 of two pages, and in the data's file bytes
 * two relocations and the dynamic section that tells of them. */
enum {
    ELF_FAKE_CODE_VA = 0x1000,
    ELF_FAKE_DATA_VA = 0x2000,
    ELF_FAKE_MOVABLE_BYTES = 0x3000, /* in memory */
    ELF_FAKE_RELA_VA = 0x2000,
    ELF_FAKE_DYNAMIC_VA = 0x2100, /* DT_RELA, DT_RELASZ, DT_RELAENT, DT_NULL */
};

/** Make it. Its relocations: 0x2080 gets 0x1004 + distance, 0x3ff8 gets 0x2080 + distance. */
void elf_fake_init_movable(struct elf_fake *elf);

/** Overwrite @width bytes of the file at virtual address @va of its data. */
void elf_fake_set_data(struct elf_fake *elf, uint64_t va, unsigned width, uint64_t value);

struct bytes elf_fake_bytes(const struct elf_fake *elf);

/** Overwrite @width bytes at @offset with @value, little-endian. */
void elf_fake_set(struct elf_fake *elf, uint64_t offset, unsigned width, uint64_t value);

/** NULL, or which promise of struct elf64 does not hold. */
const char *elf_fake_broken_promise(const struct elf64 *elf);

#endif
