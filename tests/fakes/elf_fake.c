/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/elf_fake.h"

#include <elf.h>
#include <string.h>

#include "monitor/base/bits.h"

void elf_fake_init(struct elf_fake *elf, const struct elf_fake_segment *segments, unsigned count)
{
    Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = segments[0].va,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = (uint16_t)count,
    };

    memset(elf, 0, sizeof(*elf));
    memcpy(elf->file, &header, sizeof(header));
    elf->size = sizeof(header) + count * sizeof(Elf64_Phdr);
    for (unsigned i = 0; i < count; i++) {
        Elf64_Phdr program = {
            .p_type = PT_LOAD,
            .p_flags = segments[i].flags,
            .p_offset = elf->size,
            .p_vaddr = segments[i].va,
            .p_paddr = segments[i].pa,
            .p_filesz = segments[i].filesz,
            .p_memsz = segments[i].memsz,
        };

        memcpy(elf->file + sizeof(header) + i * sizeof(program), &program, sizeof(program));
        elf->content[i] = elf->size;
        for (uint64_t b = 0; b < segments[i].filesz; b++)
            elf->file[elf->size++] = (uint8_t)(i + b);
    }
}

void elf_fake_add_symbols(struct elf_fake *elf, const struct elf_fake_symbol *symbols,
                          unsigned count)
{
    Elf64_Shdr sections[3] = {{0}};
    size_t names_bytes = 1; /* the empty name */

    elf->symbols = elf->size;
    elf->names = elf->symbols + (count + 1) * sizeof(Elf64_Sym);
    for (unsigned i = 0; i < count; i++) {
        Elf64_Sym symbol = {
            .st_name = (uint32_t)names_bytes,
            .st_shndx = SHN_ABS,
            .st_value = symbols[i].value,
            .st_size = symbols[i].size,
        };

        memcpy(elf->file + elf->symbols + (i + 1) * sizeof(symbol), &symbol, sizeof(symbol));
        strcpy((char *)elf->file + elf->names + names_bytes, symbols[i].name);
        names_bytes += strlen(symbols[i].name) + 1;
    }
    sections[1] = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                               .sh_offset = elf->symbols,
                               .sh_size = elf->names - elf->symbols,
                               .sh_link = 2,
                               .sh_entsize = sizeof(Elf64_Sym)};
    sections[2] =
        (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_offset = elf->names, .sh_size = names_bytes};
    elf->sections = elf->names + names_bytes;
    memcpy(elf->file + elf->sections, sections, sizeof(sections));
    elf->size = elf->sections + sizeof(sections);
    elf_fake_set(elf, offsetof(Elf64_Ehdr, e_shoff), 8, elf->sections);
    elf_fake_set(elf, offsetof(Elf64_Ehdr, e_shnum), 2, 3);
    elf_fake_set(elf, offsetof(Elf64_Ehdr, e_shentsize), 2, sizeof(Elf64_Shdr));
}

void elf_fake_set_data(struct elf_fake *elf, uint64_t va, unsigned width, uint64_t value)
{
    elf_fake_set(elf, elf->content[1] + va - ELF_FAKE_DATA_VA, width, value);
}

void elf_fake_init_movable(struct elf_fake *elf)
{
    static const struct elf_fake_segment segments[] = {
        {ELF_FAKE_CODE_VA, ELF_FAKE_CODE_VA, 0x40, 0x40, PF_R | PF_X},
        {ELF_FAKE_DATA_VA, ELF_FAKE_DATA_VA, 0x140, 0x2000, PF_R | PF_W},
        {ELF_FAKE_DYNAMIC_VA, ELF_FAKE_DYNAMIC_VA, 0, 0, PF_R},
    };
    static const Elf64_Rela relocations[] = {
        {0x2080, ELF64_R_INFO(0, R_AARCH64_RELATIVE), 0x1004},
        {0x3ff8, ELF64_R_INFO(0, R_AARCH64_RELATIVE), 0x2080},
    };
    static const Elf64_Dyn dynamic[] = {
        {DT_RELA, {ELF_FAKE_RELA_VA}},
        {DT_RELASZ, {sizeof(relocations)}},
        {DT_RELAENT, {sizeof(relocations[0])}},
        {DT_NULL, {0}},
    };
    const uint64_t header = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
    uint64_t at;

    elf_fake_init(elf, segments, 3);
    at = elf->content[1] + ELF_FAKE_DYNAMIC_VA - ELF_FAKE_DATA_VA;
    memcpy(elf->file + elf->content[1], relocations, sizeof(relocations));
    memcpy(elf->file + at, dynamic, sizeof(dynamic));
    elf_fake_set(elf, offsetof(Elf64_Ehdr, e_type), 2, ET_DYN);
    elf_fake_set(elf, header + offsetof(Elf64_Phdr, p_type), 4, PT_DYNAMIC);
    elf_fake_set(elf, header + offsetof(Elf64_Phdr, p_offset), 8, at);
    elf_fake_set(elf, header + offsetof(Elf64_Phdr, p_filesz), 8, sizeof(dynamic));
}

struct bytes elf_fake_bytes(const struct elf_fake *elf)
{
    return (struct bytes){elf->file, elf->size};
}

void elf_fake_set(struct elf_fake *elf, uint64_t offset, unsigned width, uint64_t value)
{
    memcpy(elf->file + offset, &value, width);
}

static const char *broken_segment(const struct elf64 *elf, unsigned i)
{
    const struct elf64_segment *s = &elf->segments[i];
    struct range va = {s->va, s->va + s->memsz}, pa = {s->pa, s->pa + s->memsz};

    if (s->memsz == 0 || s->filesz > s->memsz)
        return "0 < memsz, filesz <= memsz";
    if (s->offset > elf->file.size || s->filesz > elf->file.size - s->offset)
        return "file bytes inside the file";
    if (va.end < va.start || pa.end < pa.start)
        return "no range wraps";
    if (!range_contains(elf->va, va) || !range_contains(elf->pa, pa))
        return "extents hold every segment";
    for (unsigned j = 0; j < i; j++) {
        const struct elf64_segment *other = &elf->segments[j];

        if (other->va + other->memsz > s->va)
            return "segments ascend by va without overlap";
        if (range_overlaps(pa, (struct range){other->pa, other->pa + other->memsz}))
            return "no physical overlap";
    }
    return NULL;
}

const char *elf_fake_broken_promise(const struct elf64 *elf)
{
    bool entry_is_executable = false;

    if (elf->segment_count == 0 || elf->segment_count > ELF64_SEGMENTS_MAX)
        return "1 to ELF64_SEGMENTS_MAX segments";
    if (!is_aligned(elf->va.start | elf->va.end | elf->pa.start | elf->pa.end, PAGE_BYTES))
        return "extents are page multiples";
    if (elf->phentsize != sizeof(Elf64_Phdr) || elf->phoff > elf->file.size ||
        (uint64_t)elf->phnum * sizeof(Elf64_Phdr) > elf->file.size - elf->phoff)
        return "program headers inside the file";
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];
        const char *broken = broken_segment(elf, i);

        if (broken)
            return broken;
        if (s->flags & PF_X && elf->entry >= s->va && elf->entry - s->va < s->memsz)
            entry_is_executable = true;
    }
    return entry_is_executable ? NULL : "entry in an executable segment";
}
