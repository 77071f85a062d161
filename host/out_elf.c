/* SPDX-License-Identifier: Apache-2.0 */
/* The loader ELF stays as it is, symbols and debug information included. Behind it come the
 * payload and, moved there because each of them grows by one, the section names, the program
 * headers and the section headers. */
#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "host/loader.h"
#include "monitor/base/bits.h"

#define PAYLOAD_SECTION ".payload"

/* Where things are in the new file. */
struct layout {
    uint64_t payload, names, phdrs, shdrs, size;
    uint64_t names_bytes; /* of the old names */
    unsigned phnum;       /* of the new file */
    unsigned shnum;       /* of the old file */
};

static Elf64_Ehdr get_ehdr(const struct loader *l)
{
    Elf64_Ehdr ehdr;

    memcpy(&ehdr, l->file.data, sizeof(ehdr));
    return ehdr;
}

static Elf64_Shdr get_shdr(const struct loader *l, size_t index)
{
    Elf64_Ehdr ehdr = get_ehdr(l);
    Elf64_Shdr shdr;

    memcpy(&shdr, l->file.data + le64toh(ehdr.e_shoff) + index * sizeof(shdr), sizeof(shdr));
    return shdr;
}

static struct layout lay_out(const struct loader *l, uint64_t payload_bytes)
{
    Elf64_Ehdr ehdr = get_ehdr(l);
    struct layout at = {
        .names_bytes = le64toh(get_shdr(l, l->names_section).sh_size),
        .phnum = le16toh(ehdr.e_phnum) + 1U,
        .shnum = le16toh(ehdr.e_shnum),
    };

    at.payload = align_up(l->file.size, PAGE_BYTES);
    at.names = at.payload + payload_bytes;
    at.phdrs = align_up(at.names + at.names_bytes + sizeof(PAYLOAD_SECTION), sizeof(uint64_t));
    at.shdrs = at.phdrs + at.phnum * sizeof(Elf64_Phdr);
    at.size = at.shdrs + (at.shnum + 1) * sizeof(Elf64_Shdr);
    return at;
}

static void put_names(const struct loader *l, const struct layout *at, uint8_t *file)
{
    const uint8_t *old = l->file.data + le64toh(get_shdr(l, l->names_section).sh_offset);

    memcpy(file + at->names, old, at->names_bytes);
    memcpy(file + at->names + at->names_bytes, PAYLOAD_SECTION, sizeof(PAYLOAD_SECTION));
}

/* Program headers, shifted so that __image_start comes to @load_addr, and one for the payload. */
static void put_segments(const struct loader *l, const struct layout *at, uint64_t payload_bytes,
                         paddr_t load_addr, uint8_t *file)
{
    const uint8_t *old = l->file.data + le64toh(get_ehdr(l).e_phoff);
    Elf64_Phdr phdr;

    for (unsigned i = 0; i + 1 < at->phnum; i++) {
        memcpy(&phdr, old + i * sizeof(phdr), sizeof(phdr));
        if (le32toh(phdr.p_type) == PT_LOAD)
            phdr.p_paddr = htole64(le64toh(phdr.p_paddr) + (load_addr - l->load_addr));
        memcpy(file + at->phdrs + i * sizeof(phdr), &phdr, sizeof(phdr));
    }
    phdr = (Elf64_Phdr){
        .p_type = htole32(PT_LOAD),
        .p_flags = htole32(PF_R),
        .p_offset = htole64(at->payload),
        .p_vaddr = htole64(l->va.end),
        .p_paddr = htole64(load_addr + range_bytes(l->va)),
        .p_filesz = htole64(payload_bytes),
        .p_memsz = htole64(payload_bytes),
        .p_align = htole64(PAGE_BYTES),
    };
    memcpy(file + at->phdrs + (at->phnum - 1) * sizeof(phdr), &phdr, sizeof(phdr));
}

static void put_sections(const struct loader *l, const struct layout *at, uint64_t payload_bytes,
                         uint8_t *file)
{
    Elf64_Shdr names = get_shdr(l, l->names_section);
    Elf64_Shdr payload = {
        .sh_name = htole32((uint32_t)at->names_bytes),
        .sh_type = htole32(SHT_PROGBITS),
        .sh_flags = htole64(SHF_ALLOC),
        .sh_addr = htole64(l->va.end),
        .sh_offset = htole64(at->payload),
        .sh_size = htole64(payload_bytes),
        .sh_addralign = htole64(PAGE_BYTES),
    };

    names.sh_offset = htole64(at->names);
    names.sh_size = htole64(at->names_bytes + sizeof(PAYLOAD_SECTION));
    memcpy(file + at->shdrs, l->file.data + le64toh(get_ehdr(l).e_shoff),
           at->shnum * sizeof(payload));
    memcpy(file + at->shdrs + l->names_section * sizeof(names), &names, sizeof(names));
    memcpy(file + at->shdrs + at->shnum * sizeof(payload), &payload, sizeof(payload));
}

/* Execution starts at __image_start. A virtual address, as the ELF specification has it: gdb finds
 * no section for another, and QEMU converts it with the segment that holds it. */
static void put_header(const struct loader *l, const struct layout *at, uint8_t *file)
{
    Elf64_Ehdr ehdr = get_ehdr(l);

    ehdr.e_entry = htole64(l->va.start);
    ehdr.e_phoff = htole64(at->phdrs);
    ehdr.e_phnum = htole16((uint16_t)at->phnum);
    ehdr.e_shoff = htole64(at->shdrs);
    ehdr.e_shnum = htole16((uint16_t)(at->shnum + 1));
    memcpy(file, &ehdr, sizeof(ehdr));
}

int out_elf(const struct loader *loader, const struct fit_blob *fit, paddr_t load_addr,
            const char *path)
{
    struct layout at = lay_out(loader, fit->data.size);
    uint8_t *file = file_memory(at.size);
    struct payload_desc desc;
    int err;

    memcpy(file, loader->file.data, loader->file.size);
    loader_describe(loader, fit, &desc);
    memcpy(file + loader->desc_offset, &desc, sizeof(desc));
    memcpy(file + at.payload, fit->data.data, fit->data.size);
    put_names(loader, &at, file);
    put_segments(loader, &at, fit->data.size, load_addr, file);
    put_sections(loader, &at, fit->data.size, file);
    put_header(loader, &at, file);
    err = file_replace(path, (struct bytes){file, at.size});
    free(file);
    return err;
}
