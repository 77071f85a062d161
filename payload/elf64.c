/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/elf64.h"

#include <elf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "monitor/base/bits.h"

/* A field of an ELF structure at @base, read by the reader that fits its width. */
#define FIELD(width, file, base, type, member, out) \
    bytes_le##width((file), (base) + offsetof(type, member), (out))

int elf64_is_elf(struct bytes file)
{
    return file.size >= SELFMAG && memcmp(file.data, ELFMAG, SELFMAG) == 0;
}

/* What the identification bytes and the file header say this file is. */
static int check_kind(struct bytes file, struct diag *d)
{
    uint16_t type = 0, machine = 0, header_bytes = 0;

    if (!elf64_is_elf(file))
        return diag_set(d, ERR_FORMAT, "not an ELF file: it does not begin with 7f 45 4c 46");
    if (file.size < sizeof(Elf64_Ehdr))
        return diag_set(d, ERR_TRUNCATED, "the file of %zu bytes ends within the ELF header of %zu",
                        file.size, sizeof(Elf64_Ehdr));
    if (file.data[EI_CLASS] != ELFCLASS64)
        return diag_set(d, ERR_UNSUPPORTED, "not a 64-bit ELF: class is %u", file.data[EI_CLASS]);
    if (file.data[EI_DATA] != ELFDATA2LSB)
        return diag_set(d, ERR_UNSUPPORTED, "not a little-endian ELF: data encoding is %u",
                        file.data[EI_DATA]);
    if (file.data[EI_VERSION] != EV_CURRENT)
        return diag_set(d, ERR_UNSUPPORTED, "ELF version is %u, not 1", file.data[EI_VERSION]);
    (void)FIELD(16, file, 0, Elf64_Ehdr, e_type, &type);
    (void)FIELD(16, file, 0, Elf64_Ehdr, e_machine, &machine);
    (void)FIELD(16, file, 0, Elf64_Ehdr, e_ehsize, &header_bytes);
    if (machine != EM_AARCH64)
        return diag_set(d, ERR_UNSUPPORTED, "not for AArch64: ELF machine is %u, not %u", machine,
                        EM_AARCH64);
    if (type != ET_EXEC)
        return diag_set(d, ERR_UNSUPPORTED, "not an executable at fixed addresses: ELF type is %u",
                        type);
    if (header_bytes != sizeof(Elf64_Ehdr))
        return diag_set(d, ERR_FORMAT, "ELF header size is %u, not %zu", header_bytes,
                        sizeof(Elf64_Ehdr));
    return ERR_OK;
}

static int read_header(struct bytes file, struct elf64 *out, struct diag *d)
{
    struct bytes table;
    int err = check_kind(file, d);

    if (err)
        return err;
    out->file = file;
    (void)FIELD(64, file, 0, Elf64_Ehdr, e_entry, &out->entry);
    (void)FIELD(64, file, 0, Elf64_Ehdr, e_phoff, &out->phoff);
    (void)FIELD(16, file, 0, Elf64_Ehdr, e_phnum, &out->phnum);
    (void)FIELD(16, file, 0, Elf64_Ehdr, e_phentsize, &out->phentsize);
    if (out->phnum == PN_XNUM)
        return diag_set(d, ERR_UNSUPPORTED, "%u program headers or more", PN_XNUM);
    if (out->phnum != 0 && out->phentsize != sizeof(Elf64_Phdr))
        return diag_set(d, ERR_FORMAT, "program header size is %u, not %zu", out->phentsize,
                        sizeof(Elf64_Phdr));
    if (bytes_sub(file, out->phoff, (uint64_t)out->phnum * sizeof(Elf64_Phdr), &table))
        return diag_set(d, ERR_TRUNCATED,
                        "%u program headers at 0x%" PRIx64 " lie outside the file of %zu bytes",
                        out->phnum, out->phoff, file.size);
    return ERR_OK;
}

/* The fields of the PT_LOAD header at @at, which lies inside the file. */
static void read_segment(struct bytes file, uint64_t at, struct elf64_segment *out)
{
    (void)FIELD(32, file, at, Elf64_Phdr, p_flags, &out->flags);
    (void)FIELD(64, file, at, Elf64_Phdr, p_offset, &out->offset);
    (void)FIELD(64, file, at, Elf64_Phdr, p_vaddr, &out->va);
    (void)FIELD(64, file, at, Elf64_Phdr, p_paddr, &out->pa);
    (void)FIELD(64, file, at, Elf64_Phdr, p_filesz, &out->filesz);
    (void)FIELD(64, file, at, Elf64_Phdr, p_memsz, &out->memsz);
    if (out->filesz == 0)
        out->offset = 0; /* linkers leave anything here, also offsets behind the file's end */
}

static int check_segment(struct bytes file, unsigned number, const struct elf64_segment *s,
                         struct diag *d)
{
    struct bytes content;
    struct range r, pages;

    if (s->filesz > s->memsz)
        return diag_set(d, ERR_FORMAT,
                        "segment %u: 0x%" PRIx64 " bytes in the file, but only 0x%" PRIx64
                        " in memory",
                        number, s->filesz, s->memsz);
    if (s->memsz == 0)
        return ERR_OK;
    if (bytes_sub(file, s->offset, s->filesz, &content))
        return diag_set(d, ERR_TRUNCATED,
                        "segment %u: file bytes 0x%" PRIx64 "+0x%" PRIx64
                        " lie outside the file of %zu bytes",
                        number, s->offset, s->filesz, file.size);
    if (range_make(s->va, s->memsz, &r) || range_align(r, PAGE_BYTES, &pages))
        return diag_set(d, ERR_RANGE,
                        "segment %u: virtual range 0x%" PRIx64 "+0x%" PRIx64 " passes 2^64", number,
                        s->va, s->memsz);
    if (range_make(s->pa, s->memsz, &r) || range_align(r, PAGE_BYTES, &pages))
        return diag_set(d, ERR_RANGE,
                        "segment %u: physical range 0x%" PRIx64 "+0x%" PRIx64 " passes 2^64",
                        number, s->pa, s->memsz);
    return ERR_OK;
}

static struct range va_range(const struct elf64_segment *s)
{
    return (struct range){s->va, s->va + s->memsz};
}

static struct range pa_range(const struct elf64_segment *s)
{
    return (struct range){s->pa, s->pa + s->memsz};
}

/* Put @s into its place by virtual address, unless it touches one that is there already. */
static int insert_segment(struct elf64 *out, unsigned number, const struct elf64_segment *s,
                          struct diag *d)
{
    unsigned place = 0;

    if (out->segment_count == ELF64_SEGMENTS_MAX)
        return diag_set(d, ERR_NOMEM, "more than %d loadable segments", ELF64_SEGMENTS_MAX);
    for (unsigned i = 0; i < out->segment_count; i++) {
        const struct elf64_segment *other = &out->segments[i];
        bool by_va = range_overlaps(va_range(s), va_range(other));

        if (by_va || range_overlaps(pa_range(s), pa_range(other)))
            return diag_set(d, ERR_OVERLAP,
                            "segment %u: %s range 0x%" PRIx64 "+0x%" PRIx64
                            " overlaps the segment at 0x%" PRIx64 "+0x%" PRIx64,
                            number, by_va ? "virtual" : "physical", by_va ? s->va : s->pa, s->memsz,
                            by_va ? other->va : other->pa, other->memsz);
        if (other->va < s->va)
            place = i + 1;
    }
    memmove(&out->segments[place + 1], &out->segments[place],
            (out->segment_count - place) * sizeof(*s));
    out->segments[place] = *s;
    out->segment_count++;
    return ERR_OK;
}

static int read_segments(struct elf64 *out, struct diag *d)
{
    for (unsigned i = 0; i < out->phnum; i++) {
        uint64_t at = out->phoff + i * sizeof(Elf64_Phdr);
        struct elf64_segment s;
        uint32_t type = 0;
        int err;

        (void)FIELD(32, out->file, at, Elf64_Phdr, p_type, &type);
        if (type != PT_LOAD)
            continue;
        read_segment(out->file, at, &s);
        err = check_segment(out->file, i, &s, d);
        if (!err && s.memsz != 0)
            err = insert_segment(out, i, &s, d);
        if (err)
            return err;
    }
    if (out->segment_count == 0)
        return diag_set(d, ERR_FORMAT, "no loadable segment in %u program headers", out->phnum);
    return ERR_OK;
}

/* The page ranges around all segments; none of them wraps, see check_segment. */
static void find_extent(struct elf64 *out)
{
    struct range va = va_range(&out->segments[0]), pa = pa_range(&out->segments[0]);

    for (unsigned i = 1; i < out->segment_count; i++) {
        struct range r = pa_range(&out->segments[i]);

        va.end = va_range(&out->segments[i]).end;
        pa.start = r.start < pa.start ? r.start : pa.start;
        pa.end = r.end > pa.end ? r.end : pa.end;
    }
    (void)range_align(va, PAGE_BYTES, &out->va);
    (void)range_align(pa, PAGE_BYTES, &out->pa);
}

static int check_entry(const struct elf64 *elf, struct diag *d)
{
    if (!is_aligned(elf->entry, 4))
        return diag_set(d, ERR_ALIGN, "entry 0x%" PRIx64 " is not a multiple of 4", elf->entry);
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        if (s->flags & PF_X && range_has(va_range(s), elf->entry))
            return ERR_OK;
    }
    return diag_set(d, ERR_RANGE, "entry 0x%" PRIx64 " lies in no executable segment", elf->entry);
}

int elf64_open(struct bytes file, struct elf64 *out, struct diag *d)
{
    int err;

    out->segment_count = 0;
    err = read_header(file, out, d);
    if (!err)
        err = read_segments(out, d);
    if (!err)
        err = check_entry(out, d);
    if (err)
        out->segment_count = 0;
    else
        find_extent(out);
    return err;
}

int elf64_at(const struct elf64 *elf, vaddr_t va, uint64_t size, struct bytes *out)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        if (va >= s->va && va - s->va <= s->filesz && size <= s->filesz - (va - s->va))
            return bytes_sub(elf->file, s->offset + (va - s->va), size, out);
    }
    return ERR_RANGE;
}

/* The part of @file that the section header @header describes. */
static int section_content(struct bytes file, struct bytes header, struct bytes *out)
{
    uint64_t offset = 0, size = 0;

    (void)FIELD(64, header, 0, Elf64_Shdr, sh_offset, &offset);
    (void)FIELD(64, header, 0, Elf64_Shdr, sh_size, &size);
    return bytes_sub(file, offset, size, out);
}

static uint32_t section_type(struct bytes header)
{
    uint32_t type = SHT_NULL;

    (void)FIELD(32, header, 0, Elf64_Shdr, sh_type, &type);
    return type;
}

static int section_header(struct bytes table, uint64_t index, struct bytes *out)
{
    return bytes_sub(table, index * sizeof(Elf64_Shdr), sizeof(Elf64_Shdr), out);
}

/* Follow the section header @header of a symbol table to its symbols and their names. */
static int follow_symtab(struct bytes file, struct bytes table, struct bytes header,
                         struct bytes *symbols, struct bytes *names)
{
    struct bytes names_header;
    uint64_t entry_bytes = 0;
    uint32_t link = 0;
    int err;

    (void)FIELD(64, header, 0, Elf64_Shdr, sh_entsize, &entry_bytes);
    (void)FIELD(32, header, 0, Elf64_Shdr, sh_link, &link);
    if (entry_bytes != sizeof(Elf64_Sym) || section_header(table, link, &names_header) ||
        section_type(names_header) != SHT_STRTAB)
        return ERR_FORMAT;
    err = section_content(file, header, symbols);
    return err ? err : section_content(file, names_header, names);
}

static int find_symtab(struct bytes file, struct bytes *symbols, struct bytes *names)
{
    struct bytes table, header;
    uint64_t offset = 0;
    uint16_t count = 0, header_bytes = 0;
    int err;

    (void)FIELD(64, file, 0, Elf64_Ehdr, e_shoff, &offset);
    (void)FIELD(16, file, 0, Elf64_Ehdr, e_shnum, &count);
    (void)FIELD(16, file, 0, Elf64_Ehdr, e_shentsize, &header_bytes);
    if (offset == 0 || count == 0)
        return ERR_NOTFOUND;
    if (header_bytes != sizeof(Elf64_Shdr))
        return ERR_FORMAT;
    err = bytes_sub(file, offset, (uint64_t)count * sizeof(Elf64_Shdr), &table);
    if (err)
        return err;
    for (unsigned i = 0; i < count; i++) {
        (void)section_header(table, i, &header);
        if (section_type(header) == SHT_SYMTAB)
            return follow_symtab(file, table, header, symbols, names);
    }
    return ERR_NOTFOUND;
}

bool elf64_has_symbols(const struct elf64 *elf)
{
    struct bytes symbols, names;

    return find_symtab(elf->file, &symbols, &names) == ERR_OK && symbols.size > sizeof(Elf64_Sym);
}

/* True where the symbol at @at is defined and called @name, of @name_bytes with its NUL. */
static bool is_symbol(struct bytes symbols, uint64_t at, struct bytes names, const char *name,
                      size_t name_bytes)
{
    struct bytes found;
    uint32_t name_offset = 0;
    uint16_t section = SHN_UNDEF;

    (void)FIELD(32, symbols, at, Elf64_Sym, st_name, &name_offset);
    if (bytes_sub(names, name_offset, name_bytes, &found) ||
        memcmp(found.data, name, name_bytes) != 0)
        return false;
    (void)FIELD(16, symbols, at, Elf64_Sym, st_shndx, &section);
    return section != SHN_UNDEF;
}

int elf64_symbol(const struct elf64 *elf, const char *name, struct elf64_symbol *out)
{
    struct bytes symbols, names;
    int err = find_symtab(elf->file, &symbols, &names);

    if (err)
        return err;
    for (uint64_t at = 0; symbols.size - at >= sizeof(Elf64_Sym); at += sizeof(Elf64_Sym)) {
        if (is_symbol(symbols, at, names, name, strlen(name) + 1)) {
            (void)FIELD(64, symbols, at, Elf64_Sym, st_value, &out->value);
            (void)FIELD(64, symbols, at, Elf64_Sym, st_size, &out->size);
            return ERR_OK;
        }
    }
    return ERR_NOTFOUND;
}
