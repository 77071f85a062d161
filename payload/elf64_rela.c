/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/elf64_rela.h"

#include <elf.h>
#include <inttypes.h>

#include "monitor/base/bits.h"

/* glibc 2.36 and later have it. */
#ifndef DT_RELR
#define DT_RELR 36
#endif

/* What the dynamic section tells of relocations. */
struct dynamic {
    uint64_t rela, rela_bytes, entry_bytes;
    uint64_t other; /* the tag of a table that is not understood; 0: there is none */
};

static int find_dynamic(const struct elf64 *elf, struct bytes *out)
{
    for (unsigned i = 0; i < elf->phnum; i++) {
        Elf64_Phdr h;

        if (bytes_copy(elf->file, elf->phoff + i * sizeof(h), &h, sizeof(h)))
            return ERR_TRUNCATED;
        if (h.p_type == PT_DYNAMIC)
            return bytes_sub(elf->file, h.p_offset, h.p_filesz, out);
    }
    return ERR_NOTFOUND;
}

static void read_dynamic(struct bytes section, struct dynamic *out)
{
    Elf64_Dyn entry;

    *out = (struct dynamic){0};
    for (size_t at = 0; !bytes_copy(section, at, &entry, sizeof(entry)); at += sizeof(entry)) {
        switch (entry.d_tag) {
        case DT_NULL:
            return;
        case DT_RELA:
            out->rela = entry.d_un.d_ptr;
            break;
        case DT_RELASZ:
            out->rela_bytes = entry.d_un.d_val;
            break;
        case DT_RELAENT:
            out->entry_bytes = entry.d_un.d_val;
            break;
        case DT_REL:
        case DT_RELR:
        case DT_JMPREL:
        case DT_NEEDED:
            out->other = (uint64_t)entry.d_tag;
            break;
        default:
            break;
        }
    }
}

static bool is_in_segment(const struct elf64 *elf, vaddr_t at)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        if (at >= s->va && at - s->va < s->memsz && s->memsz - (at - s->va) >= sizeof(uint64_t))
            return true;
    }
    return false;
}

static int check_entries(const struct elf64 *elf, const struct elf64_rela *rela, struct diag *d)
{
    for (uint64_t i = 0; i < rela->count; i++) {
        Elf64_Rela entry;

        if (bytes_copy(rela->table, i * sizeof(entry), &entry, sizeof(entry)))
            return diag_set(d, ERR_TRUNCATED, "relocation %" PRIu64 " is not in the file", i);
        if (ELF64_R_TYPE(entry.r_info) != R_AARCH64_RELATIVE)
            return diag_set(d, ERR_UNSUPPORTED,
                            "relocation %" PRIu64 " is of type %" PRIu64
                            ", and only relative ones (%d) can be done",
                            i, (uint64_t)ELF64_R_TYPE(entry.r_info), R_AARCH64_RELATIVE);
        if (!is_aligned(entry.r_offset, sizeof(uint64_t)))
            return diag_set(d, ERR_ALIGN,
                            "relocation %" PRIu64 ": 0x%" PRIx64 " is not a multiple of 8", i,
                            entry.r_offset);
        if (!is_in_segment(elf, entry.r_offset))
            return diag_set(d, ERR_RANGE, "relocation %" PRIu64 ": 0x%" PRIx64 " is in no segment",
                            i, entry.r_offset);
    }
    return ERR_OK;
}

int elf64_rela_open(const struct elf64 *elf, struct elf64_rela *out, struct diag *d)
{
    struct dynamic dynamic;
    struct bytes section;
    int err = find_dynamic(elf, &section);

    *out = (struct elf64_rela){0};
    if (err == ERR_NOTFOUND)
        return ERR_OK;
    if (err)
        return diag_set(d, err, "the dynamic section is not in the file");
    read_dynamic(section, &dynamic);
    if (dynamic.other)
        return diag_set(d, ERR_UNSUPPORTED,
                        "it has dynamic entries of tag 0x%" PRIx64
                        ", and only relative relocations in DT_RELA can be done",
                        dynamic.other);
    if (!dynamic.rela_bytes)
        return ERR_OK;
    if (dynamic.rela_bytes % sizeof(Elf64_Rela))
        return diag_set(d, ERR_FORMAT,
                        "its relocations have %" PRIu64 " bytes, not a multiple of %zu",
                        dynamic.rela_bytes, sizeof(Elf64_Rela));
    if (dynamic.entry_bytes != sizeof(Elf64_Rela))
        return diag_set(d, ERR_FORMAT, "a relocation has %" PRIu64 " bytes, not %zu",
                        dynamic.entry_bytes, sizeof(Elf64_Rela));
    if (elf64_at(elf, dynamic.rela, dynamic.rela_bytes, &out->table))
        return diag_set(d, ERR_TRUNCATED,
                        "%" PRIu64 " bytes of relocations at 0x%" PRIx64 " are not in the file",
                        dynamic.rela_bytes, dynamic.rela);
    out->count = dynamic.rela_bytes / sizeof(Elf64_Rela);
    err = check_entries(elf, out, d);
    if (err)
        out->count = 0;
    return err;
}

void elf64_rela_get(const struct elf64_rela *rela, uint64_t index, vaddr_t *at, uint64_t *addend)
{
    Elf64_Rela entry = {0};

    (void)bytes_copy(rela->table, index * sizeof(entry), &entry, sizeof(entry));
    *at = entry.r_offset;
    *addend = (uint64_t)entry.r_addend;
}
