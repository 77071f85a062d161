/* SPDX-License-Identifier: Apache-2.0 */
#include "host/elf_slim.h"

#include <elf.h>
#include <endian.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "host/file.h"
#include "monitor/base/bits.h"
#include "payload/elf64_rela.h"

/* Fields stay little-endian as in the file; elf64_open has checked where they lie. */
struct slim {
    const struct elf64 *elf;
    unsigned count;   /* program headers kept */
    Elf64_Phdr *kept; /* room for elf->phnum */
    uint64_t *source; /* of each kept one: where its bytes are in the old file */
    uint64_t size;    /* of the new file so far */
};

static Elf64_Phdr phdr_at(const struct elf64 *elf, unsigned index)
{
    Elf64_Phdr phdr;

    memcpy(&phdr, elf->file.data + elf->phoff + (uint64_t)index * sizeof(phdr), sizeof(phdr));
    return phdr;
}

static bool is_load(const Elf64_Phdr *phdr)
{
    return le32toh(phdr->p_type) == PT_LOAD && phdr->p_memsz != 0;
}

/* Give a loaded segment its place behind those before it. */
static void place_load(struct slim *s, const Elf64_Phdr *phdr)
{
    Elf64_Phdr *kept = &s->kept[s->count];
    uint64_t page_offset = le64toh(phdr->p_vaddr) & (PAGE_BYTES - 1);
    uint64_t offset = align_down(s->size, PAGE_BYTES) + page_offset;

    if (offset < s->size)
        offset += PAGE_BYTES;
    *kept = *phdr;
    kept->p_offset = htole64(offset);
    kept->p_align = htole64(PAGE_BYTES);
    s->source[s->count++] = le64toh(phdr->p_offset);
    if (phdr->p_filesz)
        s->size = offset + le64toh(phdr->p_filesz);
}

/* Another kind of header follows the loaded bytes that it describes; false: it goes. */
static bool move_other(const struct slim *s, Elf64_Phdr *phdr)
{
    uint64_t offset = le64toh(phdr->p_offset), size = le64toh(phdr->p_filesz);

    if (size == 0) {
        phdr->p_offset = 0;
        return true;
    }
    for (unsigned i = 0; i < s->count; i++) {
        uint64_t start = s->source[i], loaded = le64toh(s->kept[i].p_filesz);

        if (is_load(&s->kept[i]) && offset >= start && size <= loaded &&
            offset - start <= loaded - size) {
            phdr->p_offset = htole64(le64toh(s->kept[i].p_offset) + (offset - start));
            return true;
        }
    }
    return false;
}

/* PT_NULL says nothing, and PT_PHDR would describe the table that is being replaced. */
static bool is_other(const Elf64_Phdr *phdr)
{
    uint32_t type = le32toh(phdr->p_type);

    return type != PT_LOAD && type != PT_NULL && type != PT_PHDR;
}

/* Loaded segments first: the others refer to them. */
static void choose(struct slim *s)
{
    for (unsigned i = 0; i < s->elf->phnum; i++) {
        Elf64_Phdr phdr = phdr_at(s->elf, i);

        if (is_load(&phdr))
            place_load(s, &phdr);
    }
    for (unsigned i = 0; i < s->elf->phnum; i++) {
        Elf64_Phdr phdr = phdr_at(s->elf, i);

        if (is_other(&phdr) && move_other(s, &phdr))
            s->kept[s->count++] = phdr;
    }
}

static void write_file(const struct slim *s, uint8_t *file)
{
    Elf64_Ehdr ehdr;

    memcpy(&ehdr, s->elf->file.data, sizeof(ehdr));
    ehdr.e_phoff = htole64(sizeof(ehdr));
    ehdr.e_phnum = htole16((uint16_t)s->count);
    ehdr.e_ehsize = htole16(sizeof(ehdr));
    ehdr.e_shoff = 0;
    ehdr.e_shnum = ehdr.e_shentsize = ehdr.e_shstrndx = 0;
    memcpy(file, &ehdr, sizeof(ehdr));
    memcpy(file + sizeof(ehdr), s->kept, s->count * sizeof(s->kept[0]));
    for (unsigned i = 0; i < s->count; i++) {
        const Elf64_Phdr *phdr = &s->kept[i];

        if (is_load(phdr))
            memcpy(file + le64toh(phdr->p_offset), s->elf->file.data + s->source[i],
                   le64toh(phdr->p_filesz));
    }
}

/* They are found by a program header, which goes where no segment holds what it describes. */
static int check_relocations(const struct elf64 *before, const struct elf64 *after, struct diag *d)
{
    struct elf64_rela old, new;
    int err = elf64_rela_open(before, &old, d);

    if (err)
        return err;
    if (elf64_rela_open(after, &new, NULL) || new.count != old.count)
        return diag_set(d, ERR_FORMAT,
                        "no segment holds the dynamic section of its %" PRIu64 " relocations",
                        old.count);
    return ERR_OK;
}

/* The result goes through the monitor's reader again, as it will on the target. */
static int check(const struct elf64 *before, struct bytes file, struct diag *d)
{
    struct elf64 after;
    int err = elf64_open_physical(file, &after, d); /* takes what elf64_open does, too */

    if (err)
        return err;
    for (unsigned i = 0; i < before->segment_count; i++) {
        const struct elf64_segment *a = &before->segments[i], *b = &after.segments[i];

        if (after.segment_count != before->segment_count || a->va != b->va || a->pa != b->pa ||
            a->memsz != b->memsz || a->filesz != b->filesz || a->flags != b->flags ||
            memcmp(before->file.data + a->offset, file.data + b->offset, a->filesz) != 0)
            return diag_set(d, ERR_FORMAT, "segment %u would change without the section headers",
                            i);
    }
    return before->movable ? check_relocations(before, &after, d) : ERR_OK;
}

int elf_slim(const struct elf64 *elf, struct bytes *out, struct diag *d)
{
    struct slim s = {.elf = elf, .size = sizeof(Elf64_Ehdr)};
    uint8_t *file;

    s.kept = file_memory(elf->phnum * sizeof(s.kept[0]));
    s.source = file_memory(elf->phnum * sizeof(s.source[0]));
    s.size += elf->phnum * sizeof(s.kept[0]);
    choose(&s);
    file = file_memory(s.size);
    write_file(&s, file);
    *out = (struct bytes){file, s.size};
    return check(elf, *out, d);
}
