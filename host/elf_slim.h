/* SPDX-License-Identifier: Apache-2.0 */
/* An executable without what the monitor never reads. */
#ifndef ELFMON_HOST_ELF_SLIM_H
#define ELFMON_HOST_ELF_SLIM_H

#include "payload/elf64.h"

/**
 * Make in @out, in new memory, an ELF of the same segments as @elf: file header, program headers
 * and the segments' bytes, at offsets that agree with their addresses modulo 4096. Sections,
 * symbols and debug information go, because each byte of a payload costs time at every boot;
 * what symbols tell (sel4_facts) is taken before.
 *
 * Program headers of other types stay where they describe loaded bytes (PT_TLS) or none
 * (PT_GNU_STACK). ERR_FORMAT where the result is not what @elf was; of a movable one, errors of
 * elf64_rela_open too.
 */
int elf_slim(const struct elf64 *elf, struct bytes *out, struct diag *d);

#endif
