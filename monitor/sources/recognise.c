/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/recognise.h"

#include <inttypes.h>
#include <string.h>

#include "mm/fdt_mem.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "payload/content.h"
#include "payload/fit_names.h"
#include "payload/fit_props.h"
#include "payload/linux_image.h"
#include "payload/protocol.h"
#include "payload/unpack.h"

/* In the order of enum upload_slot: what each takes, in bits of enum content_kind and in words. */
static const uint8_t accepted[] = {
    [UPLOAD_KERNEL] = BIT(CONTENT_ELF) | BIT(CONTENT_IMAGE) | BIT(CONTENT_GZIP) | BIT(CONTENT_LZ4),
    [UPLOAD_APP] = BIT(CONTENT_ELF) | BIT(CONTENT_GZIP) | BIT(CONTENT_LZ4),
    [UPLOAD_DTB] = BIT(CONTENT_DTB),
    [UPLOAD_INITRD] = BIT(CONTENT_GZIP) | BIT(CONTENT_LZ4) | BIT(CONTENT_UNKNOWN),
    [UPLOAD_SCRIPT] = BIT(CONTENT_TEXT),
    [UPLOAD_MODULE] = BIT(CONTENT_IMAGE) | BIT(CONTENT_GZIP) | BIT(CONTENT_LZ4),
    [UPLOAD_PAYLOAD] = BIT(CONTENT_FIT),
};

static const char wanted[] = "ELF, Image, gzip or LZ4\0ELF, gzip or LZ4\0devicetree\0cpio\0text\0"
                             "Image, gzip or LZ4\0FIT";

static const char types[] =
    FIT_TYPE_KERNEL "\0" FIT_TYPE_STANDALONE "\0" FIT_TYPE_DTB "\0" FIT_TYPE_INITRD
                    "\0" FIT_TYPE_SCRIPT "\0" FIT_TYPE_KERNEL "\0FIT";

/* --- By name ------------------------------------------------------------------------------ */

/* How names begin, then what they contain; the first that applies. */
static const char beginnings[] = "kernel\0Image\0vmlinu\0app\0root\0initr\0script\0module\0";
static const uint8_t begun[] = {UPLOAD_KERNEL, UPLOAD_KERNEL, UPLOAD_KERNEL, UPLOAD_APP,
                                UPLOAD_APP,    UPLOAD_INITRD, UPLOAD_SCRIPT, UPLOAD_MODULE};
static const char parts[] = ".cpio\0";

static bool fits(enum upload_slot slot, enum content_kind kind)
{
    return accepted[slot] & BIT(kind);
}

/* Raw bytes may look like anything but what has a protocol of its own. */
static bool fits_raw(enum upload_slot slot, enum content_kind kind)
{
    return slot == UPLOAD_KERNEL && (kind == CONTENT_UNKNOWN || kind == CONTENT_TEXT);
}

static enum upload_slot slot_by_name(const char *name, enum content_kind kind)
{
    unsigned i = 0;

    if (strstr(name, parts) && fits(UPLOAD_INITRD, kind))
        return UPLOAD_INITRD;
    for (const char *word = beginnings; *word; word += strlen(word) + 1, i++) {
        if (strncmp(name, word, strlen(word)) == 0 && fits((enum upload_slot)begun[i], kind))
            return (enum upload_slot)begun[i];
    }
    return UPLOAD_ANY;
}

/* --- By content --------------------------------------------------------------------------- */

/* Any other ELF may be a kernel too, but looks like a root task. */
static bool is_kernel(struct bytes file)
{
    static const struct protocol_rules nothing = {0};
    enum protocol protocol = protocol_of(file, &nothing);

    return protocol == PROTOCOL_SEL4 || protocol == PROTOCOL_KAAL;
}

static enum upload_slot slot_by_content(struct bytes file, enum content_kind kind)
{
    static const char cpio[] = "070701";

    switch (kind) {
    case CONTENT_ELF:
        return is_kernel(file) ? UPLOAD_KERNEL : UPLOAD_APP;
    case CONTENT_FIT:
        return UPLOAD_PAYLOAD;
    case CONTENT_DTB:
        return UPLOAD_DTB;
    case CONTENT_IMAGE:
        return UPLOAD_KERNEL;
    case CONTENT_TEXT:
        return UPLOAD_SCRIPT;
    default:
        return file.size > sizeof(cpio) && memcmp(file.data, cpio, sizeof(cpio) - 1) == 0
                   ? UPLOAD_INITRD
                   : UPLOAD_ANY;
    }
}

static int choose_slot(struct upload_file *file, const struct fit_image *image,
                       enum content_kind kind, bool raw, struct diag *d)
{
    if (file->slot == UPLOAD_ANY && kind != CONTENT_ELF)
        file->slot = slot_by_name(image->name, kind);
    if (file->slot == UPLOAD_ANY)
        file->slot = slot_by_content(file->data, kind);
    if (file->slot == UPLOAD_ANY)
        return diag_set(d, ERR_UNSUPPORTED,
                        "%s is %s: name its slot, kernel, app, dtb, initrd, script or payload",
                        image->name, content_name(kind));
    if (!fits(file->slot, kind) && !(raw && fits_raw(file->slot, kind)))
        return diag_set(d, ERR_FORMAT, "%s: %s is %s, not %s", slot_name(file->slot), image->name,
                        content_name(kind), text_pick(wanted, file->slot));
    return ERR_OK;
}

/* --- Checks ------------------------------------------------------------------------------- */

/* The name without directories; as much of it as there is room for. */
static int take_name(const struct upload_file *file, struct fit_image *out, struct diag *d)
{
    const char *slash = strrchr(file->name, '/');
    const char *name = slash ? slash + 1 : file->name;
    char whole[UPLOAD_NAME_BYTES];

    if (fit_props_copy(whole, sizeof(whole), name, strnlen(name, sizeof(whole))))
        return diag_set(d, ERR_FORMAT, "a file's name is not printable");
    if (!*name)
        name = file->slot == UPLOAD_ANY ? "file" : slot_name(file->slot);
    (void)text_copy(out->name, sizeof(out->name), name);
    return ERR_OK;
}

static int check_sha256(const struct upload_file *file, struct fit_image *image, struct diag *d)
{
    struct sha256 *found = &image->digests[DIGEST_SHA256];
    char now[SHA256_HEX_BYTES], announced[SHA256_HEX_BYTES];

    digest_make(DIGEST_SHA256, image->data, found);
    image->recorded = (unsigned)BIT(DIGEST_SHA256);
    if (!file->has_sha256 || digest_equal(found, &file->sha256))
        return ERR_OK;
    digest_to_hex(found, now);
    digest_to_hex(&file->sha256, announced);
    return diag_set(d, ERR_DIGEST, "%s: its sha256 is %.16s..., announced was %.16s...",
                    image->name, now, announced);
}

static int check_content(enum upload_slot slot, const struct fit_image *image, struct diag *d)
{
    struct linux_image header;
    struct elf64 elf;
    struct diag why;
    uint32_t used;
    int err = ERR_OK;

    if (slot == UPLOAD_DTB)
        err = fdt_mem_check(image->data, &used, &why);
    else if (elf64_is_elf(image->data) && slot == UPLOAD_KERNEL)
        err = elf64_open_physical(image->data, &elf, &why);
    else if (elf64_is_elf(image->data))
        err = elf64_open(image->data, &elf, &why);
    else if ((slot == UPLOAD_KERNEL || slot == UPLOAD_MODULE) && linux_image_is(image->data))
        err = linux_image_open(image->data, &header, &why);
    return err ? diag_set(d, err, "%s: %s: %s", slot_name(slot), image->name, why.text) : ERR_OK;
}

int recognise(struct upload_file *file, bool raw, struct fit_image *out, struct diag *d)
{
    struct content content;
    struct diag why;
    int err;

    memset(out, 0, sizeof(*out));
    err = take_name(file, out, d);
    if (err)
        return err;
    err = content_find(file->data, &content, &why);
    if (err)
        return diag_set(d, err, "%s: %s", out->name, why.text);
    if (!file->size_known && file->has_sha256)
        (void)digest_find_size(file->data.data, content.size, file->data.size, &file->sha256,
                               &content.size);
    if (!file->size_known)
        file->data.size = content.size;
    if (!file->data.size)
        return diag_set(d, ERR_FORMAT, "%s is empty", out->name);
    err = choose_slot(file, out, content.kind, raw, d);
    if (err)
        return err;
    out->data = file->data;
    out->role = (enum fit_role)file->slot;
    (void)text_copy(out->type, sizeof(out->type), text_pick(types, file->slot));
    (void)text_copy(out->compression, sizeof(out->compression),
                    file->slot == UPLOAD_INITRD ? FIT_COMPRESSION_NONE : unpack_detect(file->data));
    err = check_sha256(file, out, d);
    return err ? err : check_content(file->slot, out, d);
}
