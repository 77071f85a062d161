/* SPDX-License-Identifier: Apache-2.0 */
/* PAR_EL1: what the CPU answers to an address translation instruction.
 * Source: Arm DDI 0487, "PAR_EL1, Physical Address Register". */
#ifndef ELFMON_MM_PAR_H
#define ELFMON_MM_PAR_H

#include <stddef.h>

#include "mm/pt_walk.h"

struct par {
    bool fault;
    /* Where it did not fault: */
    paddr_t pa;            /* of the byte asked for */
    unsigned memory;       /* an attribute byte, as in MAIR_ELx */
    unsigned shareability; /* SH: 0 non, 2 outer, 3 inner */
    /* Where it did: */
    unsigned status; /* fault status code, as in ESR_ELx */
};

/** Decode @value, the answer for @va. */
void par_decode(uint64_t value, vaddr_t va, struct par *out);

/** What the CPU should answer after @walk in tables of MAIR_ELx @mair (EL2's where @el2). */
void par_expect(const struct pt_walk *walk, bool el2, uint64_t mair, struct par *out);

/** True where the CPU's answer is the expected one. */
bool par_agrees(const struct par *answer, const struct par *expected);

/** Append what the fault status code @status means, also ESR_ELx: "translation fault, level 2". */
void par_fault(unsigned status, char *out, size_t room);

enum { PAR_TEXT_BYTES = 80 };

/** "0x40000000, Normal WB, inner" or "translation fault, level 2". */
void par_describe(const struct par *par, char out[PAR_TEXT_BYTES]);

#endif
