/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/plain.h"

#include <inttypes.h>
#include <stddef.h>

#include <libfdt.h>

#include "mm/fdt_mem.h"
#include "mm/room.h"
#include "monitor/arch.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/sources/images.h"
#include "payload/unpack.h"

static bool is_compressed(const struct fit_image *image)
{
    return unpack_kind(image->compression) != UNPACK_NONE;
}

/* As QEMU's, which is 1 MiB with 8 KiB in it: the last of the blocks, the strings, ends long before
 * the blob does. */
static bool has_slack(struct bytes dtb)
{
    uint32_t total = 0, at = 0, size = 0;

    (void)bytes_be32(dtb, offsetof(struct fdt_header, totalsize), &total);
    (void)bytes_be32(dtb, offsetof(struct fdt_header, off_dt_strings), &at);
    (void)bytes_be32(dtb, offsetof(struct fdt_header, size_dt_strings), &size);
    return (uint64_t)at + size + PAGE_BYTES < total;
}

bool plain_is_needed(const struct fit_image *image, enum fit_role role)
{
    return role < FIT_OTHER && role != FIT_INITRD &&
           (is_compressed(image) || (role == FIT_DTB && has_slack(image->data)));
}

struct bytes plain_of(const struct sources *s, const struct fit_image *image, enum fit_role role)
{
    const struct plain *p;

    if (!plain_is_needed(image, role))
        return image->data;
    p = &s->plain[role];
    if (p->source.data == image->data.data && p->source.size == image->data.size)
        return p->data;
    return (struct bytes){NULL, 0};
}

struct bytes plain_bytes(const struct sources *s, enum fit_role role)
{
    const struct fit_image *image = images_find(s, role);

    return image ? plain_of(s, image, role) : (struct bytes){NULL, 0};
}

struct protocol_rules plain_rules(const struct sources *s)
{
    static const struct protocol_rules nothing = {0};
    const struct fit_image *kernel = images_find(s, FIT_KERNEL);
    const struct fit_image *packed = fit_find(&s->fit, FIT_KERNEL);
    enum protocol found;

    if (!kernel || kernel == packed || !packed)
        return kernel ? kernel->rules : nothing;
    found = protocol_of(plain_bytes(s, FIT_KERNEL), &kernel->rules);
    if ((found == PROTOCOL_ELF &&
         (packed->rules.protocol == PROTOCOL_KAAL || packed->rules.protocol == PROTOCOL_ELF)) ||
        (found == PROTOCOL_NONE && packed->rules.protocol == PROTOCOL_RAW))
        return packed->rules;
    return kernel->rules;
}

static int verify_copy(const struct plain *p, const struct fit_image *image, struct diag *d)
{
    char found[SHA256_HEX_BYTES], made[SHA256_HEX_BYTES];
    struct sha256 now;

    digest_sha256(p->data.data, p->data.size, &now);
    if (digest_equal(&now, &p->sha256))
        return ERR_OK;
    digest_to_hex(&now, found);
    digest_to_hex(&p->sha256, made);
    return diag_set(d, ERR_DIGEST,
                    "image %s: the sha256 of its unpacked copy is %.16s..., it was %.16s... when "
                    "it was unpacked",
                    image->name, found, made);
}

int plain_verify(const struct sources *s, enum fit_role role, struct diag *d)
{
    const struct fit_image *image = images_find(s, role);

    if (!image)
        return ERR_OK;
    if (plain_is_needed(image, role) && plain_of(s, image, role).size)
        return verify_copy(&s->plain[role], image, d);
    return fit_verify(image, d);
}

/* --- Copies ------------------------------------------------------------------------------- */

static struct range pages_of(struct bytes b)
{
    struct range r = bytes_range(b);

    return (struct range){r.start, align_up(r.end, PAGE_BYTES)};
}

static int list_one(const struct sources *s, unsigned role, struct regions *set, struct diag *d)
{
    const char *name = text_pick("unpacked kernel\0unpacked app\0copy of dtb\0unpacked initrd\0"
                                 "unpacked script\0unpacked module",
                                 role);

    return regions_add_rest(set, pages_of(s->plain[role].data), REGION_SOURCE, name, d);
}

/* What a copy is made in: RAM and what of it is taken. */
struct memory {
    const struct machine *machine;
    struct regions *taken;
};

static int find_room(const struct memory *memory, uint64_t bytes, struct range *out, struct diag *d)
{
    if (bytes == 0)
        return diag_set(d, ERR_FORMAT, "unpacks to 0 bytes");
    if (bytes > SIZE_MAX - PAGE_BYTES ||
        room_find_high(memory->machine, memory->taken, align_up(bytes, PAGE_BYTES), out))
        return diag_set(d, ERR_NOMEM, "unpacks to %" PRIu64 " bytes, for which there is no room",
                        bytes);
    return ERR_OK;
}

static int pack_dtb(struct bytes dtb, const struct memory *memory, struct bytes *out,
                    struct diag *d)
{
    struct range to = {0, 0};
    uint32_t size = 0;
    int err = fdt_mem_check(dtb, &size, d);

    if (!err)
        err = find_room(memory, size, &to, d);
    if (!err)
        err = fdt_mem_copy(dtb, 0, arch_phys(to.start), size, d);
    if (!err)
        *out = (struct bytes){arch_phys(to.start), size};
    return err;
}

static int unpack_image(const struct fit_image *image, const struct memory *memory,
                        struct bytes *out, struct diag *d)
{
    struct range to = {0, 0};
    uint64_t bound = 0;
    size_t size = 0;
    int err = unpack_bound(image->compression, image->data, &bound, d);

    if (!err)
        err = find_room(memory, bound, &to, d);
    if (!err)
        err = unpack(image->compression, image->data, arch_phys(to.start), (size_t)bound, &size, d);
    if (!err)
        *out = (struct bytes){arch_phys(to.start), size};
    return err;
}

static int make_copy(const struct fit_image *image, const struct memory *memory, struct plain *p,
                     struct diag *d)
{
    struct diag why;
    int err = fit_verify(image, d);

    if (err)
        return err;
    err = is_compressed(image) ? unpack_image(image, memory, &p->data, &why)
                               : pack_dtb(image->data, memory, &p->data, &why);
    if (err)
        return diag_set(d, err, "image %s: %s", image->name, why.text);
    p->source = image->data;
    digest_sha256(p->data.data, p->data.size, &p->sha256);
    return ERR_OK;
}

static int update(struct sources *s, enum fit_role role, const struct memory *memory,
                  struct diag *d)
{
    const struct fit_image *image = images_find(s, role);
    struct plain *p = &s->plain[role];
    int err;

    if (image && plain_is_needed(image, role) && plain_of(s, image, role).size)
        return ERR_OK;
    p->data.size = 0;
    if (!image || !plain_is_needed(image, role))
        return ERR_OK;
    err = make_copy(image, memory, p, d);
    return err ? err : list_one(s, role, memory->taken, d);
}

void plain_make(struct sources *s, const struct machine *machine, struct regions *taken)
{
    const struct memory memory = {machine, taken};
    int err = ERR_OK;

    s->plain_problem.text[0] = '\0';
    for (int role = 0; role < FIT_OTHER && !err; role++)
        err = update(s, (enum fit_role)role, &memory, &s->plain_problem);
}

int plain_list(const struct sources *s, struct regions *set, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned role = 0; role < FIT_OTHER && !err; role++)
        err = list_one(s, role, set, d);
    return err;
}

/* What a copy was made of is known by its place. */
static void follow(struct sources *s, struct bytes from, const uint8_t *to)
{
    for (unsigned role = 0; role < FIT_OTHER; role++) {
        struct bytes *source = &s->plain[role].source;

        if (range_contains(bytes_range(from), bytes_range(*source)))
            source->data = to + (source->data - from.data);
    }
}

void plain_move(struct sources *s, struct bytes *data, paddr_t to)
{
    arch_copy(arch_phys(to), data->data, data->size);
    follow(s, *data, arch_phys(to));
    data->data = arch_phys(to);
}
