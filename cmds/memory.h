/* SPDX-License-Identifier: Apache-2.0 */
/* What the memory commands share: widths, spans, and help with a mistyped address. */
#ifndef ELFMON_CMDS_MEMORY_H
#define ELFMON_CMDS_MEMORY_H

#include "monitor/monitor.h"

/** @count words of @width bytes from @start on. */
struct memory_span {
    vaddr_t start;
    unsigned width;
    uint64_t count;
};

/** The width that a command's name asks for: .b 1, .w 2, .l 4, .q 8; 4 without a suffix. */
unsigned memory_width(const char *name);

/**
 * The span of command @name at the address in @word, which must be a multiple of the width.
 * @count_word  NULL: @count_default words
 * ERR_NUMBER, ERR_ALIGN, or ERR_RANGE where it is empty or leaves the 64 bits.
 */
int memory_span(const char *name, const char *word, const char *count_word, uint64_t count_default,
                struct memory_span *out, struct diag *d);

/**
 * The @size_word bytes at the address in @word, of which every page can be read.
 * ERR_NUMBER, ERR_RANGE, or ERR_FAULT with a report.
 */
int memory_bytes(const struct monitor *m, const char *word, const char *size_word,
                 struct memory_span *out, struct diag *d);

/** ERR_OVERLAP where @span touches the monitor, which must survive its own commands. */
int memory_check_target(const struct monitor *m, const struct memory_span *span, struct diag *d);

/**
 * Read one word of every page of @span behind its first word, so that a hole is found before
 * anything is written: ERR_FAULT. The first word needs none: where it faults nothing has been
 * written, and a device register is then written without being read.
 */
int memory_probe(const struct memory_span *span, struct diag *d);

/**
 * After a fault: where the address @word is decimal, but would lie in RAM as a hex number, add
 * that suggestion to @d.
 */
void memory_suggest(const struct monitor *m, const char *word, struct diag *d);

#endif
