/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF reader and the seL4 facts: what is accepted keeps every promise of struct elf64. */
#include <stdlib.h>
#include <string.h>

#include "payload/elf64.h"
#include "payload/sel4.h"
#include "tests/fakes/elf_fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct bytes file)
{
    static struct elf64 elf;
    struct sel4_facts facts;
    struct elf64_symbol symbol;
    struct bytes found;
    struct diag why = {""};

    if (elf64_open(file, &elf, &why)) {
        if (elf.segment_count != 0 || why.text[0] == '\0')
            abort();
        return;
    }
    if (elf_fake_broken_promise(&elf))
        abort();
    sel4_facts(&elf, NULL, &facts);
    if (facts.ram_count > SEL4_RAM_MAX || (facts.is_sel4 && facts.el != 1 && facts.el != 2))
        abort();
    if (elf64_symbol(&elf, "main", &symbol) == ERR_OK &&
        elf64_at(&elf, symbol.value, symbol.size, &found) == ERR_OK &&
        (found.data < file.data || found.size > file.size ||
         found.data + found.size > file.data + file.size))
        abort();
}

/* Change a sound kernel: each 10 bytes of @data are an offset and what to write there. */
static void check_patched(const uint8_t *data, size_t size)
{
    static const struct elf_fake_segment segments[] = {
        {0xffc0000000, 0x60000000, 0x80, 0x1000, 7},
        {0xffc0002000, 0x60002000, 0x20, 0x2000, 6},
    };
    static const struct elf_fake_symbol symbols[] = {
        {"main", 0xffc0000000, 4},
        {"kernel_stack_alloc", 0xffc0001000, 4096},
        {"avail_p_regs", 0xffc0000010, 32},
    };
    static struct elf_fake fake;
    uint16_t offset;

    elf_fake_init(&fake, segments, 2);
    elf_fake_add_symbols(&fake, symbols, 3);
    for (; size >= 10; data += 10, size -= 10) {
        memcpy(&offset, data, sizeof(offset));
        memcpy(fake.file + offset % (fake.size - 8), data + sizeof(offset), 8);
    }
    check(elf_fake_bytes(&fake));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check((struct bytes){data, size});
    check_patched(data, size);
    return 0;
}
