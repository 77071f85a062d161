/* SPDX-License-Identifier: Apache-2.0 */
/* Relative relocations of an ELF that is loaded at another distance than it was linked for.
 * Source: "ELF for the Arm 64-bit Architecture" (IHI 0056), "Dynamic relocations". */
#ifndef ELFMON_PAYLOAD_ELF64_RELA_H
#define ELFMON_PAYLOAD_ELF64_RELA_H

#include "payload/elf64.h"

/** The relocations of a program; count 0: there is nothing to relocate. */
struct elf64_rela {
    struct bytes table; /* in the file */
    uint64_t count;
};

/**
 * Find the relocations of @elf and check them: each is R_AARCH64_RELATIVE, and its 8 bytes,
 * aligned, lie in a segment. ERR_UNSUPPORTED for any other kind, also packed (DT_RELR) and lazy
 * ones (DT_JMPREL); ERR_FORMAT, ERR_TRUNCATED, ERR_RANGE or ERR_ALIGN for a damaged table.
 */
int elf64_rela_open(const struct elf64 *elf, struct elf64_rela *out, struct diag *d);

/** What entry @index, less than count, says: the 8 bytes at virtual @at are @addend + the distance.
 */
void elf64_rela_get(const struct elf64_rela *rela, uint64_t index, vaddr_t *at, uint64_t *addend);

#endif
