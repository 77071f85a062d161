/* SPDX-License-Identifier: Apache-2.0 */
#include "host/loader.h"

#include <endian.h>
#include <gelf.h>
#include <inttypes.h>
#include <string.h>

#include "host/file.h"
#include "host/report_error.h"
#include "monitor/base/bits.h"

static int check_header(const struct loader *l, Elf *elf)
{
    GElf_Ehdr ehdr;

    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr))
        return report_error(l->path, "not an ELF");
    if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_ident[EI_DATA] != ELFDATA2LSB ||
        ehdr.e_machine != EM_AARCH64 || ehdr.e_type != ET_EXEC)
        return report_error(l->path, "not a little-endian AArch64 executable");
    if (ehdr.e_phentsize != sizeof(Elf64_Phdr) || ehdr.e_shentsize != sizeof(Elf64_Shdr) ||
        ehdr.e_shnum == 0 || ehdr.e_shnum >= SHN_LORESERVE - 1 || ehdr.e_phnum >= PN_XNUM - 1)
        return report_error(l->path, "not elfmon: unusual ELF header");
    return 0;
}

/* Look @name up in the symbol table of @section, if it is one. */
static bool find_symbol(Elf *elf, Elf_Scn *section, const char *name, uint64_t *value)
{
    GElf_Shdr shdr;
    Elf_Data *data;
    GElf_Sym symbol;

    if (!gelf_getshdr(section, &shdr) || shdr.sh_type != SHT_SYMTAB)
        return false;
    data = elf_getdata(section, NULL);
    for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
        const char *found = elf_strptr(elf, shdr.sh_link, symbol.st_name);

        if (found && !strcmp(found, name)) {
            *value = symbol.st_value;
            return true;
        }
    }
    return false;
}

static int get_symbol(const struct loader *l, Elf *elf, const char *name, uint64_t *value)
{
    for (Elf_Scn *s = NULL; (s = elf_nextscn(elf, s));) {
        if (find_symbol(elf, s, name, value))
            return is_aligned(*value, PAGE_BYTES)
                       ? 0
                       : report_error(l->path, "%s is not page-aligned", name);
    }
    return report_error(l->path, "not elfmon: no symbol %s", name);
}

static int check_desc(struct loader *l, Elf_Scn *section, const GElf_Shdr *shdr)
{
    struct payload_desc desc;
    Elf_Data *data = elf_getdata(section, NULL);

    if (!data || data->d_size != sizeof(desc))
        return report_error(l->path, "section %s does not have %zu bytes", PAYLOAD_DESC_SECTION,
                            sizeof(desc));
    memcpy(&desc, data->d_buf, sizeof(desc));
    if (le64toh(desc.magic) != PAYLOAD_DESC_MAGIC)
        return report_error(l->path, "section %s is of another version", PAYLOAD_DESC_SECTION);
    if (desc.size != 0)
        return report_error(l->path, "has a payload already");
    l->desc_va = shdr->sh_addr;
    l->desc_offset = shdr->sh_offset;
    return 0;
}

static int find_desc(struct loader *l, Elf *elf)
{
    if (elf_getshdrstrndx(elf, &l->names_section))
        return report_error(l->path, "not elfmon: no sections");
    for (Elf_Scn *s = NULL; (s = elf_nextscn(elf, s));) {
        GElf_Shdr shdr;
        const char *name;

        if (!gelf_getshdr(s, &shdr))
            break;
        name = elf_strptr(elf, l->names_section, shdr.sh_name);
        if (name && !strcmp(name, PAYLOAD_DESC_SECTION))
            return check_desc(l, s, &shdr);
    }
    return report_error(l->path, "not elfmon: no section %s", PAYLOAD_DESC_SECTION);
}

static int check_segment(const struct loader *l, const GElf_Phdr *phdr)
{
    struct range va;

    if (range_make(phdr->p_vaddr, phdr->p_memsz, &va) || !range_contains(l->va, va) ||
        phdr->p_filesz > phdr->p_memsz)
        return report_error(l->path, "segment at 0x%" PRIx64 " is not between %s and %s",
                            phdr->p_vaddr, LOADER_START_SYMBOL, LOADER_END_SYMBOL);
    if (phdr->p_paddr - phdr->p_vaddr != l->load_addr - l->va.start)
        return report_error(l->path,
                            "segment at 0x%" PRIx64
                            ": its physical address does not follow the first segment's",
                            phdr->p_vaddr);
    if (phdr->p_offset > l->file.size || phdr->p_filesz > l->file.size - phdr->p_offset)
        return report_error(l->path, "segment at 0x%" PRIx64 " lies outside the file",
                            phdr->p_vaddr);
    return 0;
}

/* The first loaded segment tells where __image_start goes; the others must go with it. */
static int check_segments(struct loader *l, Elf *elf)
{
    size_t count = 0;
    unsigned loads = 0;

    if (elf_getphdrnum(elf, &count))
        return report_error(l->path, "%s", elf_errmsg(-1));
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr phdr;

        if (!gelf_getphdr(elf, (int)i, &phdr))
            return report_error(l->path, "%s", elf_errmsg(-1));
        if (phdr.p_type != PT_LOAD)
            continue;
        if (loads++ == 0)
            l->load_addr = l->va.start + (phdr.p_paddr - phdr.p_vaddr);
        if (check_segment(l, &phdr))
            return -1;
    }
    return loads ? 0 : report_error(l->path, "no loadable segment");
}

static int examine(struct loader *l, Elf *elf)
{
    if (check_header(l, elf) || find_desc(l, elf) ||
        get_symbol(l, elf, LOADER_START_SYMBOL, &l->va.start) ||
        get_symbol(l, elf, LOADER_END_SYMBOL, &l->va.end))
        return -1;
    if (l->va.end <= l->va.start || l->desc_va < l->va.start ||
        l->desc_va > l->va.end - sizeof(struct payload_desc))
        return report_error(l->path, "%s does not lie between %s and %s", PAYLOAD_DESC_SECTION,
                            LOADER_START_SYMBOL, LOADER_END_SYMBOL);
    return check_segments(l, elf);
}

int loader_read(const char *path, struct loader *out)
{
    Elf *elf;
    int err;

    *out = (struct loader){.path = path};
    if (file_read(path, &out->file))
        return -1;
    (void)elf_version(EV_CURRENT);
    elf = elf_memory((char *)(uintptr_t)out->file.data, out->file.size);
    if (!elf)
        return report_error(path, "%s", elf_errmsg(-1));
    err = examine(out, elf);
    (void)elf_end(elf);
    return err;
}

void loader_describe(const struct loader *loader, const struct fit_blob *fit,
                     struct payload_desc *out)
{
    *out = (struct payload_desc){.magic = htole64(PAYLOAD_DESC_MAGIC)};
    if (!fit->data.size)
        return;
    *out = (struct payload_desc){
        .magic = out->magic,
        .offset = htole64(range_bytes(loader->va)),
        .size = htole64(fit->data.size),
        .tree_size = htole64(fit->tree_size),
        .tree_sha256 = fit->tree_sha256,
    };
}
