/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/elf64.h"

#include <assert.h>
#include <elf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "monitor/base/bits.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structures are taken as they lie");

int elf64_is_elf(struct bytes file)
{
    return file.size >= SELFMAG && memcmp(file.data, ELFMAG, SELFMAG) == 0;
}

/* What the identification bytes and the file header say this file is. */
static int check_kind(const Elf64_Ehdr *h, bool physical, struct diag *d)
{
    if (h->e_ident[EI_CLASS] != ELFCLASS64)
        return diag_set(d, ERR_UNSUPPORTED, "not a 64-bit ELF: class is %u", h->e_ident[EI_CLASS]);
    if (h->e_ident[EI_DATA] != ELFDATA2LSB)
        return diag_set(d, ERR_UNSUPPORTED, "not a little-endian ELF: data encoding is %u",
                        h->e_ident[EI_DATA]);
    if (h->e_ident[EI_VERSION] != EV_CURRENT)
        return diag_set(d, ERR_UNSUPPORTED, "ELF version is %u, not 1", h->e_ident[EI_VERSION]);
    if (h->e_machine != EM_AARCH64)
        return diag_set(d, ERR_UNSUPPORTED, "not for AArch64: ELF machine is %u, not %u",
                        h->e_machine, EM_AARCH64);
    if (h->e_type != ET_EXEC && !(physical && h->e_type == ET_DYN))
        return diag_set(d, ERR_UNSUPPORTED, "not an executable at fixed addresses: ELF type is %u",
                        h->e_type);
    if (h->e_ehsize != sizeof(*h))
        return diag_set(d, ERR_FORMAT, "ELF header size is %u, not %zu", h->e_ehsize, sizeof(*h));
    if (h->e_phnum == PN_XNUM)
        return diag_set(d, ERR_UNSUPPORTED, "%u program headers or more are not supported",
                        PN_XNUM);
    if (h->e_phnum != 0 && h->e_phentsize != sizeof(Elf64_Phdr))
        return diag_set(d, ERR_FORMAT, "program header size is %u, not %zu", h->e_phentsize,
                        sizeof(Elf64_Phdr));
    return ERR_OK;
}

static int read_header(struct bytes file, bool physical, struct elf64 *out, struct diag *d)
{
    struct bytes table;
    Elf64_Ehdr h;
    int err;

    if (!elf64_is_elf(file))
        return diag_set(d, ERR_FORMAT, "not an ELF file: it does not begin with 7f 45 4c 46");
    if (bytes_copy(file, 0, &h, sizeof(h)))
        return diag_set(d, ERR_TRUNCATED, "the file of %zu bytes ends within the ELF header of %zu",
                        file.size, sizeof(h));
    err = check_kind(&h, physical, d);
    if (err)
        return err;
    if (bytes_sub(file, h.e_phoff, (uint64_t)h.e_phnum * sizeof(Elf64_Phdr), &table))
        return diag_set(d, ERR_TRUNCATED,
                        "%u program headers at 0x%" PRIx64 " lie outside the file of %zu bytes",
                        h.e_phnum, h.e_phoff, file.size);
    out->file = file;
    out->entry = h.e_entry;
    out->movable = h.e_type == ET_DYN;
    out->physical = false;
    out->phoff = h.e_phoff;
    out->phnum = h.e_phnum;
    out->phentsize = h.e_phentsize;
    return ERR_OK;
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
        struct elf64_segment s;
        Elf64_Phdr h;
        int err = bytes_copy(out->file, out->phoff + i * sizeof(h), &h, sizeof(h));

        if (err || h.p_type != PT_LOAD)
            continue;
        s = (struct elf64_segment){
            /* Linkers leave any offset where there are no bytes, also one behind the file's end. */
            .offset = h.p_filesz ? h.p_offset : 0,
            .filesz = h.p_filesz,
            .memsz = h.p_memsz,
            .va = h.p_vaddr,
            .pa = h.p_paddr,
            .flags = h.p_flags,
        };
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

/* Some linker scripts give the entry as it is before the MMU is on, others as it is after. */
static void find_physical_entry(struct elf64 *elf)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        if (s->flags & PF_X && range_has(pa_range(s), elf->entry)) {
            elf->entry = elf->entry - s->pa + s->va;
            elf->physical = true;
            return;
        }
    }
}

static int open_as(struct bytes file, bool physical, struct elf64 *out, struct diag *d)
{
    int err;

    out->segment_count = 0;
    err = read_header(file, physical, out, d);
    if (!err)
        err = read_segments(out, d);
    if (!err && physical)
        find_physical_entry(out);
    if (!err)
        err = check_entry(out, d);
    if (err)
        out->segment_count = 0;
    else
        find_extent(out);
    return err;
}

int elf64_open(struct bytes file, struct elf64 *out, struct diag *d)
{
    return open_as(file, false, out, d);
}

int elf64_open_physical(struct bytes file, struct elf64 *out, struct diag *d)
{
    int err = open_as(file, true, out, d);

    for (unsigned i = 0; i < out->segment_count; i++) {
        const struct elf64_segment *s = &out->segments[i];

        if (range_has(va_range(s), out->entry)) {
            out->entry = out->entry - s->va + s->pa;
            break;
        }
    }
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

static int section_header(struct bytes table, uint64_t index, Elf64_Shdr *out)
{
    return bytes_copy(table, index * sizeof(*out), out, sizeof(*out));
}

static int find_symtab(struct bytes file, struct bytes *symbols, struct bytes *names)
{
    struct bytes table;
    Elf64_Ehdr h;
    Elf64_Shdr section = {.sh_type = SHT_NULL};
    int err = bytes_copy(file, 0, &h, sizeof(h));

    if (err || h.e_shoff == 0 || h.e_shnum == 0)
        return ERR_NOTFOUND;
    if (h.e_shentsize != sizeof(section))
        return ERR_FORMAT;
    err = bytes_sub(file, h.e_shoff, (uint64_t)h.e_shnum * sizeof(section), &table);
    for (unsigned i = 0; !err && section.sh_type != SHT_SYMTAB; i++)
        err = section_header(table, i, &section) ? ERR_NOTFOUND : ERR_OK;
    if (!err)
        err = bytes_sub(file, section.sh_offset, section.sh_size, symbols);
    if (err)
        return err;
    if (section.sh_entsize != sizeof(Elf64_Sym) ||
        section_header(table, section.sh_link, &section) || section.sh_type != SHT_STRTAB)
        return ERR_FORMAT;
    return bytes_sub(file, section.sh_offset, section.sh_size, names);
}

bool elf64_names_contain(struct bytes file, const char *text)
{
    struct bytes symbols, names;
    size_t size = strlen(text);

    if (find_symtab(file, &symbols, &names))
        return false;
    for (; names.size >= size; names.data++, names.size--) {
        if (memcmp(names.data, text, size) == 0)
            return true;
    }
    return false;
}

bool elf64_has_symbols(const struct elf64 *elf)
{
    struct bytes symbols, names;

    return find_symtab(elf->file, &symbols, &names) == ERR_OK && symbols.size > sizeof(Elf64_Sym);
}

int elf64_symbol(const struct elf64 *elf, const char *name, struct elf64_symbol *out)
{
    struct bytes symbols, names, found;
    size_t name_bytes = strlen(name) + 1;
    int err = find_symtab(elf->file, &symbols, &names);

    if (err)
        return err;
    for (; symbols.size >= sizeof(Elf64_Sym);
         symbols.data += sizeof(Elf64_Sym), symbols.size -= sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;

        memcpy(&symbol, symbols.data, sizeof(symbol));
        if (symbol.st_shndx != SHN_UNDEF && !bytes_sub(names, symbol.st_name, name_bytes, &found) &&
            memcmp(found.data, name, name_bytes) == 0) {
            *out = (struct elf64_symbol){symbol.st_value, symbol.st_size};
            return ERR_OK;
        }
    }
    return ERR_NOTFOUND;
}
