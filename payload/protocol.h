/* SPDX-License-Identifier: Apache-2.0 */
/* How a kernel is entered: which registers it finds, and what lies where. docs/handover.md has each
 * of them row by row. */
#ifndef ELFMON_PAYLOAD_PROTOCOL_H
#define ELFMON_PAYLOAD_PROTOCOL_H

#include <stdbool.h>

#include "monitor/base/reader.h"

enum protocol {
    PROTOCOL_NONE,  /* there is no kernel, or it tells itself */
    PROTOCOL_SEL4,  /* an ELF at virtual addresses, on boot tables */
    PROTOCOL_LINUX, /* an arm64 Image */
    PROTOCOL_ELF,   /* an ELF at physical addresses: x0 = the DTB */
    PROTOCOL_KAAL,  /* the same, with a root task, as KaaL's kernel takes it */
    PROTOCOL_RAW,   /* bytes for a fixed address: x0 = the DTB */
    PROTOCOL_COUNT,
};

/** What is said of a kernel, beside what its content tells. Zero: nothing. */
struct protocol_rules {
    enum protocol protocol;
    bool has_load;
    uint64_t load, entry; /* raw: where the bytes go, and the first one that is entered */
    uint64_t stack_bytes; /* ELF, raw: room for a stack; 0: none */
    unsigned el;          /* ELF, raw: the exception level to enter at; 0: the machine's */
};

/** The words for all but PROTOCOL_NONE, as text_find takes them. */
#define PROTOCOL_WORDS "sel4\0linux\0elf\0kaal\0raw\0"

/** "none", "seL4", "Linux", "ELF", "KaaL", "raw". */
const char *protocol_name(enum protocol protocol);

/** "sel4", "linux", ...; "none" for PROTOCOL_NONE. */
const char *protocol_word(enum protocol protocol);

/** What PROTOCOL_WORDS calls @word; PROTOCOL_NONE where it is none of them. */
enum protocol protocol_find(const char *word);

/**
 * The protocol of the plain kernel @file: what @rules say, else what its content tells, an Image's
 * header, an ELF's addresses, the names in its symbol table; else raw, where @rules have an
 * address. An ELF that is entered at a virtual address counts as seL4's, whose plan says what it is
 * not. PROTOCOL_NONE for bytes that tell nothing.
 */
enum protocol protocol_of(struct bytes file, const struct protocol_rules *rules);

#endif
