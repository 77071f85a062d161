/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/protocol.h"

#include "monitor/base/text.h"
#include "payload/elf64.h"
#include "payload/linux_image.h"
#include "payload/sel4.h"

/* The crate's name is part of every symbol of a KaaL kernel. */
#define KAAL_NAME "kaal_kernel"

const char *protocol_name(enum protocol protocol)
{
    return text_pick("none\0seL4\0Linux\0ELF\0KaaL\0raw", protocol);
}

const char *protocol_word(enum protocol protocol)
{
    return text_pick("none\0" PROTOCOL_WORDS, protocol);
}

enum protocol protocol_find(const char *word)
{
    int found = text_find(PROTOCOL_WORDS, word);

    return found < 0 ? PROTOCOL_NONE : (enum protocol)(PROTOCOL_SEL4 + found);
}

static bool is_sel4(struct bytes file)
{
    struct sel4_facts facts;
    struct elf64 elf;

    if (elf64_open(file, &elf, NULL))
        return false;
    sel4_facts(&elf, NULL, &facts);
    return facts.is_sel4;
}

/* What begins at a virtual address wants tables that nobody here knows. seL4's is never movable. */
static bool is_physical(struct bytes file)
{
    struct elf64 elf = {.movable = false};
    int err = elf64_open_physical(file, &elf, NULL);

    return elf.movable || (!err && elf.physical);
}

enum protocol protocol_of(struct bytes file, const struct protocol_rules *rules)
{
    if (rules->protocol)
        return rules->protocol;
    if (linux_image_is(file))
        return PROTOCOL_LINUX;
    if (!elf64_is_elf(file))
        return rules->has_load ? PROTOCOL_RAW : PROTOCOL_NONE;
    if (is_sel4(file) || !is_physical(file))
        return PROTOCOL_SEL4;
    return elf64_names_contain(file, KAAL_NAME) ? PROTOCOL_KAAL : PROTOCOL_ELF;
}
