/* SPDX-License-Identifier: Apache-2.0 */
/* What kernels that are entered with the MMU off say and look at. All of it is
 * position-independent: no table of pointers. */
#ifndef ELFMON_TESTS_REPORT_H
#define ELFMON_TESTS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTB_MAGIC UINT32_C(0xd00dfeed)

#define sysreg_read(name)                                  \
    __extension__({                                        \
        uint64_t value_;                                   \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)); \
        value_;                                            \
    })

struct range {
    uint64_t start, end;
};

bool is_inside(struct range inner, struct range outer);
bool is_disjoint(struct range a, struct range b);

/* report.c: the PL011, as the loader left it */

extern unsigned check_count, check_failed;

void print(const char *text);
void print_decimal(uint64_t value);

/** "contract: NAME = VALUE". */
void say(const char *name, uint64_t value);

/** "contract: NAME: ok", or FAIL with both. */
void check(const char *name, uint64_t got, uint64_t want);

/** As zlib's. */
uint32_t crc32(struct range bytes);

/* dtb.c */

/** A property's value where it is in the tree; data NULL: there is none. */
struct value {
    const uint8_t *data;
    uint32_t bytes;
};

/** Of a devicetree: big-endian words. */
uint32_t dtb_word(const uint8_t *at);

/** A value of one or two cells; 0 where it is none. */
uint64_t dtb_number(struct value value);

/** Property @name of the root's child @node; of its unit address nothing is asked. */
struct value dtb_find(const uint8_t *dtb, const char *node, const char *name);

/** The first range of /memory. */
struct range dtb_ram(const uint8_t *dtb);

#endif
