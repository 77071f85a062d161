/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of ELF64 little-endian AArch64 executables. Source: TIS ELF 1.2, ELF-64 draft 2,
 * "ELF for the Arm 64-bit Architecture" (IHI 0056). */
#ifndef ELFMON_PAYLOAD_ELF64_H
#define ELFMON_PAYLOAD_ELF64_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/base/range.h"
#include "monitor/base/reader.h"

enum { ELF64_SEGMENTS_MAX = 32 };

/** One PT_LOAD segment with p_memsz != 0, its ranges checked. */
struct elf64_segment {
    uint64_t offset; /* of the file's bytes, in the file; 0 where there are none */
    uint64_t filesz; /* bytes from the file; the rest of memsz is zero */
    uint64_t memsz;
    vaddr_t va;
    paddr_t pa;
    uint32_t flags; /* PF_R, PF_W, PF_X */
};

/** An executable that passed elf64_open: every segment's file bytes lie inside @file. */
struct elf64 {
    struct bytes file;
    vaddr_t entry;      /* inside a PF_X segment's virtual range, or see elf64_open_physical */
    bool physical;      /* the entry in the file is the physical one */
    bool movable;       /* ET_DYN: at any distance from its addresses, once it is relocated */
    struct range va;    /* lowest to highest virtual byte of all segments, page multiples */
    struct range pa;    /* the same for physical addresses */
    uint64_t phoff;     /* of the program headers in the file */
    uint16_t phnum;     /* as in the file header, all types */
    uint16_t phentsize; /* sizeof(Elf64_Phdr) */
    unsigned segment_count;
    struct elf64_segment segments[ELF64_SEGMENTS_MAX]; /* ascending by va */
};

/**
 * Check @file as a whole and describe it in @out. Rejected, each with its own words in @d:
 * not an ELF, not 64-bit, not little-endian, not AArch64, not ET_EXEC, truncated headers,
 * phentsize, segments outside the file, filesz > memsz, wrapping ranges, no loadable
 * segment, more than ELF64_SEGMENTS_MAX of them, virtual or physical overlap between
 * segments, an entry that is misaligned or in no executable segment. A segment's number in @d is
 * that of its program header. @out keeps pointing into @file; on error its segment_count is 0.
 * Returns ERR_OK, ERR_FORMAT, ERR_TRUNCATED, ERR_UNSUPPORTED, ERR_RANGE, ERR_ALIGN, ERR_OVERLAP
 * or ERR_NOMEM.
 */
int elf64_open(struct bytes file, struct elf64 *out, struct diag *d);

/**
 * The same for a program that runs at its physical addresses: ET_DYN is accepted too, and the
 * entry, which may be a physical or a virtual address of a PF_X segment, becomes the physical one.
 */
int elf64_open_physical(struct bytes file, struct elf64 *out, struct diag *d);

/** True where @file begins like an ELF, whatever its class or machine. */
int elf64_is_elf(struct bytes file);

/** One symbol of .symtab, looked up by name. */
struct elf64_symbol {
    vaddr_t value;
    uint64_t size;
};

/** True where @elf has a symbol table with at least one symbol, so that a missing name means it. */
bool elf64_has_symbols(const struct elf64 *elf);

/**
 * The first defined symbol called @name. ERR_NOTFOUND where there is no such symbol or no symbol
 * table, ERR_TRUNCATED or ERR_FORMAT where the table is damaged.
 */
int elf64_symbol(const struct elf64 *elf, const char *name, struct elf64_symbol *out);

/** True where a name in the symbol table of the ELF @file contains @text. */
bool elf64_names_contain(struct bytes file, const char *text);

/** The @size file bytes at virtual address @va. ERR_RANGE where no segment holds them all. */
int elf64_at(const struct elf64 *elf, vaddr_t va, uint64_t size, struct bytes *out);

#endif
