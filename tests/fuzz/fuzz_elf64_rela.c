/* SPDX-License-Identifier: Apache-2.0 */
/* Relocations of a movable ELF: every one that is accepted can be done where the segments lie. */
#include <stdlib.h>
#include <string.h>

#include "payload/elf64_rela.h"
#include "tests/fakes/elf_fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(const struct elf64 *elf, vaddr_t at)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        if (at >= s->va && at < s->va + s->memsz && at + 8 > at && at + 8 <= s->va + s->memsz)
            return at % 8 == 0;
    }
    return false;
}

static void check(struct bytes file)
{
    static struct elf64 elf;
    struct elf64_rela rela;
    struct diag why = {""};
    uint64_t addend;
    vaddr_t at;

    if (elf64_open_physical(file, &elf, NULL))
        return;
    if (elf64_rela_open(&elf, &rela, &why)) {
        if (rela.count != 0 || why.text[0] == '\0')
            abort();
        return;
    }
    if (rela.count && (rela.table.data < file.data || rela.count > rela.table.size / 24 ||
                       rela.table.data + rela.table.size > file.data + file.size))
        abort();
    for (uint64_t i = 0; i < rela.count; i++) {
        elf64_rela_get(&rela, i, &at, &addend);
        if (!is_inside(&elf, at))
            abort();
    }
}

/* Change a sound one: each 10 bytes of @data are an offset and what to write there. */
static void check_patched(const uint8_t *data, size_t size)
{
    static struct elf_fake fake;
    uint16_t offset;

    elf_fake_init_movable(&fake);
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
