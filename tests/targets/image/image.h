/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that is entered by the Linux protocol and checks how. NAME_DEFINES of targets.mk give
 * IMAGE_TEXT_OFFSET, IMAGE_MEMORY (image_size) and IMAGE_FLAGS. */
#ifndef ELFMON_TESTS_IMAGE_H
#define ELFMON_TESTS_IMAGE_H

/* Offsets into struct image_entry, for start.S. */
#define IMAGE_X           0
#define IMAGE_EL          32
#define IMAGE_SPSEL       48
#define IMAGE_SCTLR       64
#define IMAGE_ENTRY_BYTES 80

#ifndef __ASSEMBLER__
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/** The state at entry. */
struct image_entry {
    uint64_t x[4];
    uint64_t current_el, daif, spsel;
    uint64_t base;           /* where the first instruction is */
    uint64_t sctlr, cntvoff; /* of the EL; CNTVOFF_EL2, at EL1 0 */
};
static_assert(offsetof(struct image_entry, current_el) == IMAGE_EL, "start.S writes this");
static_assert(offsetof(struct image_entry, spsel) == IMAGE_SPSEL, "start.S writes this");
static_assert(offsetof(struct image_entry, sctlr) == IMAGE_SCTLR, "start.S writes this");
static_assert(sizeof(struct image_entry) == IMAGE_ENTRY_BYTES, "start.S leaves room for this");

noreturn void image_main(const struct image_entry *entry);
noreturn void image_exit(uint64_t status);
#endif

#endif
