/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/unpacked.h"

#include <inttypes.h>
#include <stddef.h>

#include <libfdt.h>

#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/place.h"
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

bool unpacked_is_needed(const struct fit_image *image, enum fit_role role)
{
    return role < FIT_OTHER && role != FIT_INITRD &&
           (is_compressed(image) || (role == FIT_DTB && has_slack(image->data)));
}

struct bytes unpacked_data(const struct monitor *m, const struct fit_image *image,
                           enum fit_role role)
{
    const struct unpacked *u = &m->unpacked[role];
    bool is_it = u->source.data == image->data.data && u->source.size == image->data.size;

    return is_it ? u->data : (struct bytes){NULL, 0};
}

static struct range pages_of(struct bytes b)
{
    struct range r = bytes_range(b);

    return (struct range){r.start, align_up(r.end, PAGE_BYTES)};
}

static int list_one(const struct monitor *m, unsigned role, struct regions *set, struct diag *d)
{
    const char *name = text_pick(
        "unpacked kernel\0unpacked app\0copy of dtb\0unpacked initrd\0unpacked script", role);

    return regions_add_rest(set, pages_of(m->unpacked[role].data), REGION_SOURCE, name, d);
}

static int find_room(struct monitor *m, struct regions *taken, uint64_t bytes, struct range *out,
                     struct diag *d)
{
    if (bytes == 0)
        return diag_set(d, ERR_FORMAT, "unpacks to nothing");
    if (bytes > SIZE_MAX - PAGE_BYTES || place_high(m, taken, align_up(bytes, PAGE_BYTES), out))
        return diag_set(d, ERR_NOMEM, "unpacks to %" PRIu64 " bytes, for which there is no room",
                        bytes);
    return ERR_OK;
}

static int pack_dtb(struct monitor *m, struct bytes dtb, struct regions *taken, struct bytes *out,
                    struct diag *d)
{
    struct range to = {0, 0};
    uint32_t size = 0;
    int err = fdt_mem_check(dtb, &size, d);

    if (!err)
        err = find_room(m, taken, size, &to, d);
    if (!err)
        err = fdt_mem_copy(dtb, 0, arch_phys(to.start), size, d);
    if (!err)
        *out = (struct bytes){arch_phys(to.start), size};
    return err;
}

static int unpack_image(struct monitor *m, const struct fit_image *image, struct regions *taken,
                        struct bytes *out, struct diag *d)
{
    struct range to = {0, 0};
    uint64_t bound = 0;
    size_t size = 0;
    int err = unpack_bound(image->compression, image->data, &bound, d);

    if (!err)
        err = find_room(m, taken, bound, &to, d);
    if (!err)
        err = unpack(image->compression, image->data, arch_phys(to.start), (size_t)bound, &size, d);
    if (!err)
        *out = (struct bytes){arch_phys(to.start), size};
    return err;
}

static int update(struct monitor *m, enum fit_role role, struct regions *taken, struct diag *d)
{
    const struct fit_image *image = images_find(m, role);
    struct unpacked *u = &m->unpacked[role];
    struct diag why;
    int err;

    if (!image || !unpacked_is_needed(image, role)) {
        u->data.size = 0;
        return ERR_OK;
    }
    if (unpacked_data(m, image, role).size)
        return ERR_OK;
    u->data.size = 0;
    err = fit_verify(image, d);
    if (err)
        return err;
    err = is_compressed(image) ? unpack_image(m, image, taken, &u->data, &why)
                               : pack_dtb(m, image->data, taken, &u->data, &why);
    if (err)
        return diag_set(d, err, "image %s: %s", image->name, why.text);
    u->source = image->data;
    return list_one(m, role, taken, d);
}

void unpacked_make(struct monitor *m, struct regions *taken)
{
    int err = ERR_OK;

    m->unpack_problem.text[0] = '\0';
    for (int role = 0; role < FIT_OTHER && !err; role++)
        err = update(m, (enum fit_role)role, taken, &m->unpack_problem);
}

int unpacked_list(const struct monitor *m, struct regions *set, struct diag *d)
{
    int err = ERR_OK;

    for (unsigned role = 0; role < FIT_OTHER && !err; role++)
        err = list_one(m, role, set, d);
    return err;
}

void unpacked_follow(struct monitor *m, struct bytes from, const uint8_t *to)
{
    for (unsigned role = 0; role < FIT_OTHER; role++) {
        struct bytes *source = &m->unpacked[role].source;

        if (range_contains(bytes_range(from), bytes_range(*source)))
            source->data = to + (source->data - from.data);
    }
}
