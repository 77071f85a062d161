/* SPDX-License-Identifier: Apache-2.0 */
/* payload: what is to be booted, image by image. */
#include <inttypes.h>
#include <string.h>

#include "cmds/cmds.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/monitor.h"
#include "monitor/plan/preflight.h"
#include "monitor/sources/images.h"
#include "monitor/sources/plain.h"
#include "payload/unpack.h"

enum { ELF_X = 1, ELF_W = 2, ELF_R = 4 };

static uint64_t address_of(struct bytes b)
{
    return (uint64_t)(uintptr_t)b.data;
}

/* What the digest by @algo is now, and whether that is the recorded one. */
static void print_digest(struct console *con, const struct fit_image *image, enum digest_algo algo)
{
    const struct sha256 *recorded = &image->digests[algo];
    struct sha256 now;
    char hex[SHA256_HEX_BYTES];

    digest_make(algo, image->data, &now);
    digest_hex(algo, &now, hex);
    console_printf(con, "  %s %s", digest_name(algo), hex);
    if (!(image->recorded & BIT(algo))) {
        console_printf(con, ", none recorded: not verified\n");
    } else if (memcmp(&now, recorded, digest_bytes(algo)) == 0) {
        console_printf(con, ": ok\n");
    } else {
        digest_hex(algo, recorded, hex);
        console_printf(con, ": MISMATCH\n       not %s as recorded\n", hex);
    }
}

static void print_digests(struct console *con, const struct fit_image *image)
{
    for (unsigned algo = 0; algo < DIGEST_ALGO_COUNT; algo++) {
        if (image->recorded & BIT(algo))
            print_digest(con, image, (enum digest_algo)algo);
    }
    if (image->unknown_hash[0])
        console_printf(con, "  %s cannot be checked\n", image->unknown_hash);
    else if (!image->recorded)
        print_digest(con, image, DIGEST_SHA256);
}

/* Where the first byte of @elf's virtual memory goes; @known is false where nobody has planned. */
static paddr_t destination(const struct monitor *m, enum fit_role role, const struct elf64 *elf,
                           bool *known)
{
    *known = role == FIT_KERNEL || m->boot.now->plan.protocol != PROTOCOL_NONE;
    return role == FIT_KERNEL ? elf->pa.start : m->boot.now->plan.ranges[PLAN_APP].start;
}

static void print_segments(struct monitor *m, enum fit_role role, const struct elf64 *elf)
{
    bool known;
    paddr_t to = destination(m, role, elf, &known);

    console_printf(&m->con, "  entry 0x%" PRIx64 "\n", elf->entry);
    console_printf(&m->con, "  %-18s %-18s %10s %10s  FLAGS\n", "VIRTUAL", "DESTINATION", "FILE",
                   "MEMORY");
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *s = &elf->segments[i];

        console_printf(&m->con, "  0x%016" PRIx64, s->va);
        if (known)
            console_printf(&m->con, " 0x%016" PRIx64, to + (s->va - elf->va.start));
        else
            console_printf(&m->con, " %-18s", "not planned");
        console_printf(&m->con, " %10" PRIu64 " %10" PRIu64 "  %c%c%c\n", s->filesz, s->memsz,
                       s->flags & ELF_R ? 'R' : '-', s->flags & ELF_W ? 'W' : '-',
                       s->flags & ELF_X ? 'X' : '-');
    }
}

/* The bytes of @image as they are loaded; size 0: it is compressed, and not unpacked. */
static struct bytes plain(const struct monitor *m, const struct fit_image *image)
{
    return plain_of(&m->boot.now->sources, image, image->role);
}

static void print_compression(struct monitor *m, const struct fit_image *image)
{
    struct bytes unpacked = plain(m, image);
    char from[TEXT_SIZE_BYTES], to[TEXT_SIZE_BYTES];

    if (unpack_kind(image->compression) == UNPACK_NONE)
        return;
    console_printf(&m->con, "  compressed: %s", image->compression);
    if (unpacked.size && unpacked.data != image->data.data) {
        text_size(from, sizeof(from), image->data.size);
        text_size(to, sizeof(to), unpacked.size);
        console_printf(&m->con, ", %s -> %s at 0x%" PRIx64, from, to, address_of(unpacked));
    }
    console_printf(&m->con, "%s\n", unpacked.size ? "" : ", not unpacked");
}

/* What is loaded instead of the image has a digest of its own. */
static void print_copy(struct monitor *m, const struct fit_image *image)
{
    const struct sources *s = &m->boot.now->sources;
    const struct fit_image *used = images_find(s, image->role);
    struct diag why;

    if (used && used->data.data == image->data.data && plain(m, image).data != image->data.data &&
        plain_verify(s, image->role, &why))
        console_printf(&m->con, "  MISMATCH: %s\n", why.text);
}

static void print_elf(struct monitor *m, const struct fit_image *image)
{
    const bool physical = image->role == FIT_KERNEL && m->boot.now->plan.protocol > PROTOCOL_LINUX;
    struct elf64 elf;
    struct diag why;
    int err;

    if (physical)
        err = elf64_open_physical(plain(m, image), &elf, &why);
    else
        err = elf64_open(plain(m, image), &elf, &why);
    if (err)
        console_printf(&m->con, "  unusable: %s\n", why.text);
    else
        print_segments(m, image->role, &elf);
}

static void print_linux(struct monitor *m, const struct fit_image *image)
{
    struct linux_image header;
    struct diag why;

    if (linux_image_open(plain(m, image), &header, &why)) {
        console_printf(&m->con, "  unusable: %s\n", why.text);
        return;
    }
    console_printf(&m->con, "  text_offset 0x%" PRIx64 ", image_size 0x%" PRIx64 "\n",
                   header.text_offset, header.memory_bytes);
    if (m->boot.now->plan.protocol == PROTOCOL_LINUX)
        console_printf(&m->con, "  goes to 0x%" PRIx64 "-0x%" PRIx64 "\n",
                       m->boot.now->plan.ranges[PLAN_KERNEL].start,
                       m->boot.now->plan.ranges[PLAN_KERNEL].end);
}

static void print_facts(struct monitor *m, const struct fit_image *image)
{
    char text[PREFLIGHT_TEXT_BYTES];
    bool planned = m->boot.now->plan.protocol != PROTOCOL_NONE;

    if (planned)
        preflight_describe_kernel(&m->boot.now->plan, text, sizeof(text));
    else if (image->facts.is_sel4)
        preflight_describe_sel4(&image->facts, text, sizeof(text));
    else
        return;
    console_printf(&m->con, "  built for %s\n", text);
}

/* Where several images have one role, the uploaded one is in force. */
static const char *origin(const struct monitor *m, const struct fit_image *image)
{
    const struct fit_image *used = images_find(&m->boot.now->sources, image->role);

    if (image->role == FIT_OTHER || m->boot.now->sources.slots[image->role].state != SLOT_TAKEN)
        return "";
    if (image == &m->boot.now->sources.slots[image->role].image)
        return ", uploaded";
    return used && image->data.data == used->data.data ? "" : ", replaced by an upload";
}

static void print_image(struct monitor *m, const struct fit_image *image)
{
    char size[TEXT_SIZE_BYTES];

    text_size(size, sizeof(size), image->data.size);
    console_printf(&m->con, "%s: %s%s%s, %s, %zu bytes at 0x%" PRIx64 "%s\n", image->name,
                   image->type, *image->os ? ", " : "", image->os, size, image->data.size,
                   address_of(image->data), origin(m, image));
    print_compression(m, image);
    print_digests(&m->con, image);
    print_copy(m, image);
    if (plain(m, image).size == 0)
        return;
    if (image->role == FIT_KERNEL && linux_image_is(plain(m, image)))
        print_linux(m, image);
    else if (image->role == FIT_APP ||
             (image->role == FIT_KERNEL && m->boot.now->plan.protocol != PROTOCOL_RAW))
        print_elf(m, image);
    if (image->role == FIT_KERNEL)
        print_facts(m, image);
}

static int print_none(struct console *con)
{
    console_printf(con, "none: put one in on the host:\n"
                        "  elfmon-pack --loader elfmon.elf --kernel kernel.elf --app root-task.elf "
                        "--out bootimage.elf\n");
    return ERR_OK;
}

/* Where there is a choice. */
static void print_configs(struct monitor *m)
{
    char name[FIT_NAME_BYTES];
    const struct fit *fit = &m->boot.now->sources.fit;
    const char *before = "configurations: ";
    unsigned count = 0;

    for (int at = 0; count < 2 && fit_next_config(fit, &at, name);)
        count++;
    if (count < 2)
        return;
    for (int at = 0; fit_next_config(fit, &at, name); before = ", ")
        console_printf(&m->con, "%s%s", before, name);
    console_printf(&m->con, "\n");
}

/* Of the payload as it is now. False: its tree cannot be read any more. */
static bool print_tree_digest(struct console *con, const struct sources *s)
{
    bool uploaded = s->slots[UPLOAD_PAYLOAD].state == SLOT_TAKEN;
    struct diag why;
    int err = images_verify_payload(s, &why);

    if (err)
        console_printf(con, ", MISMATCH: %s: only images in use are listed\n", why.text);
    else
        console_printf(con, "%s\n", uploaded ? "" : ", sha256 of its tree ok");
    return !err;
}

/* What was read when the payload was opened. */
static int print_images_in_use(struct monitor *m)
{
    for (int role = 0; role < FIT_OTHER; role++) {
        const struct fit_image *image = fit_find(&m->boot.now->sources.fit, (enum fit_role)role);

        if (image)
            print_image(m, image);
        if (console_interrupted(&m->con))
            return ERR_INTERRUPTED;
    }
    return ERR_OK;
}

static int print_images(struct monitor *m)
{
    struct fit_cursor at = {0};
    struct fit_image image;
    struct diag why;
    int err;

    while ((err = fit_next(&m->boot.now->sources.fit, &at, &image, &why)) != ERR_NOTFOUND) {
        if (err)
            console_printf(&m->con, "unusable: %s\n", why.text);
        else
            print_image(m, &image);
        if (console_interrupted(&m->con))
            return ERR_INTERRUPTED;
    }
    return ERR_OK;
}

static int print_fit(struct monitor *m)
{
    const struct sources *s = &m->boot.now->sources;
    bool uploaded = s->slots[UPLOAD_PAYLOAD].state == SLOT_TAKEN;
    struct bytes fit = images_payload(s);
    char size[TEXT_SIZE_BYTES];

    if (fit.size) {
        text_size(size, sizeof(size), fit.size);
        console_printf(&m->con, "FIT, %s at 0x%" PRIx64 "%s\n", size, address_of(fit),
                       uploaded ? ", uploaded" : "");
    }
    if (m->boot.now->sources.payload_problem.text[0]) {
        console_printf(&m->con, "unusable: %s\n", m->boot.now->sources.payload_problem.text);
        return ERR_OK;
    }
    console_printf(&m->con, "%s%s%s", s->fit.description, *s->fit.config ? ", configuration " : "",
                   s->fit.config);
    if (!print_tree_digest(&m->con, s))
        return print_images_in_use(m);
    print_configs(m);
    return print_images(m);
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    bool any = m->boot.now->sources.payload.size || m->boot.now->sources.desc.size ||
               m->boot.now->sources.slots[UPLOAD_PAYLOAD].state == SLOT_TAKEN;
    int err = any ? print_fit(m) : ERR_OK;

    (void)argc;
    (void)argv;
    (void)d;
    for (unsigned i = 0; i < UPLOAD_PAYLOAD && !err; i++) {
        if (m->boot.now->sources.slots[i].state != SLOT_TAKEN)
            continue;
        any = true;
        print_image(m, &m->boot.now->sources.slots[i].image);
        if (console_interrupted(&m->con))
            err = ERR_INTERRUPTED;
    }
    if (err)
        return err;
    if (!any)
        return print_none(&m->con);
    if (m->boot.now->plan.protocol == PROTOCOL_NONE)
        console_printf(&m->con, "no plan: %s\n", m->boot.now->problem.text);
    return ERR_OK;
}

const struct cmd cmd_payload = {
    .name = "payload",
    .group = CMD_INSPECT,
    .summary = "list the images to boot, check their digests",
    .usage = "payload",
    .help =
        "Each image, packed or uploaded: where it lies, its digest now and whether that is the\n"
        "recorded one, where its segments go, what the kernel was built for.\n"
        "Example: payload",
    .run = run,
};
