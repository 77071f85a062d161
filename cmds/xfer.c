/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/xfer.h"

#include <inttypes.h>
#include <string.h>

#include "cmds/memory.h"
#include "cmds/transfer.h"
#include "cmds/uploads.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/busy.h"
#include "monitor/boot/change.h"
#include "payload/content.h"

enum { SECONDS_DEFAULT = 60, SECONDS_MAX = 3600, MS_PER_SECOND = 1000, WORDS_MAX = 4 };

#define SHA256_OPTION "sha256="

/** What was typed: options, and the other words in their order. */
struct request {
    bool batch; /* ymodem */
    enum xmodem_char start;
    uint64_t seconds; /* patience for the other side */
    bool has_sha256;
    struct sha256 sha256;
    unsigned count;
    const char *words[WORDS_MAX];
};

/* --- The words of the command ------------------------------------------------------------- */

static int take_seconds(struct request *r, const char *word, struct diag *d)
{
    if (!word)
        return diag_set(d, ERR_USAGE, "-t wants a number of seconds");
    if (parse_number(word, &r->seconds, d))
        return ERR_NUMBER;
    if (r->seconds == 0 || r->seconds > SECONDS_MAX)
        return diag_set(d, ERR_RANGE, "-t %.32s is not from 1 to %d s", word, SECONDS_MAX);
    return ERR_OK;
}

static int take_sha256(struct request *r, const char *hex, struct diag *d)
{
    r->has_sha256 = true;
    if (digest_from_hex(hex, &r->sha256))
        return diag_set(d, ERR_NUMBER, SHA256_OPTION "%.80s is not 64 hex digits", hex);
    return ERR_OK;
}

static int take_word(struct request *r, const char *word, struct diag *d)
{
    size_t prefix = sizeof(SHA256_OPTION) - 1;

    if (strncmp(word, SHA256_OPTION, prefix) == 0)
        return take_sha256(r, word + prefix, d);
    if (strcmp(word, "-c") == 0 && r->start == XMODEM_CRC)
        r->start = XMODEM_NAK;
    else if (strcmp(word, "-g") == 0 && r->start == XMODEM_CRC && r->batch)
        r->start = XMODEM_STREAM;
    else if (*word == '-' || r->count == WORDS_MAX)
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", word);
    else
        r->words[r->count++] = word;
    return ERR_OK;
}

static int take_words(struct request *r, int argc, char **argv, struct diag *d)
{
    int err = ERR_OK;

    r->start = XMODEM_CRC;
    r->seconds = SECONDS_DEFAULT;
    for (int i = 1; i < argc && !err; i++) {
        if (strcmp(argv[i], "-t") == 0)
            err = take_seconds(r, ++i < argc ? argv[i] : NULL, d);
        else
            err = take_word(r, argv[i], d);
    }
    return err;
}

/* --- Where raw bytes may go --------------------------------------------------------------- */

/* End @room, which is @fixed or not, before @other, or say that it cannot be there. */
static int keep_clear(struct range *room, bool fixed, const struct region *other, struct diag *d)
{
    if (!range_overlaps(*room, other->range))
        return ERR_OK;
    if (fixed || other->range.start <= room->start)
        return regions_refuse(*room, "", other, d);
    room->end = other->range.start;
    return ERR_OK;
}

/* The tables and the trampoline of `mmu on` are in use. */
static int keep_clear_of_tables(const struct monitor *m, struct range *room, bool fixed,
                                struct diag *d)
{
    struct region live = {.kind = REGION_DONE, .name = "the boot tables in force"};

    live.range = (struct range){m->boot.now->plan.ranges[PLAN_TABLES].start,
                                m->boot.now->plan.ranges[PLAN_TRAMPOLINE].end};
    return m->boot.progress.mmu_on ? keep_clear(room, fixed, &live, d) : ERR_OK;
}

static const struct range *ram_at(const struct monitor *m, paddr_t address)
{
    for (unsigned i = 0; i < m->board.machine.ram_count; i++)
        if (range_has(m->board.machine.ram[i], address))
            return &m->board.machine.ram[i];
    return NULL;
}

/* Room at ADDR: LIMIT bytes, or what there is. What has been loaded is not protected: as with mw,
 * who writes over it wants to. */
static int find_room(const struct monitor *m, const char *address, const char *limit,
                     struct range *room, struct diag *d)
{
    const struct range *ram;
    uint64_t start, bytes = 0;
    int err = parse_number(address, &start, d);

    if (!err && limit)
        err = parse_number(limit, &bytes, d);
    if (err)
        return err;
    ram = ram_at(m, start);
    if (!ram) {
        (void)diag_set(d, ERR_RANGE, "0x%" PRIx64 " is not in RAM", start);
        memory_suggest(m, address, d);
        return ERR_RANGE;
    }
    *room = (struct range){start, ram->end};
    if (limit && (bytes == 0 || bytes > range_bytes(*room)))
        return diag_set(d, ERR_RANGE, "there are %" PRIu64 " bytes of RAM at 0x%" PRIx64 ", not %s",
                        range_bytes(*room), start, limit);
    if (limit)
        room->end = start + bytes;
    for (unsigned i = 0; i < m->boot.now->busy.count && !err; i++)
        err = keep_clear(room, limit, &m->boot.now->busy.entries[i], d);
    return err ? err : keep_clear_of_tables(m, room, limit, d);
}

/* --- Receiving ---------------------------------------------------------------------------- */

/* How long the file is, what its digest is, and whether that is the one that it must have. */
static int check_raw(const struct request *r, struct upload_file *file, struct diag *d)
{
    struct content content = {.size = file->data.size};
    char hex[2][SHA256_HEX_BYTES];

    if (!file->size_known)
        (void)content_find(file->data, &content, NULL);
    if (r->has_sha256 && digest_find_size(file->data.data, content.size, file->data.size,
                                          &r->sha256, &content.size)) {
        file->sha256 = r->sha256;
    } else {
        digest_sha256(file->data.data, content.size, &file->sha256);
    }
    file->data.size = content.size;
    if (!r->has_sha256 || digest_equal(&file->sha256, &r->sha256))
        return ERR_OK;
    digest_to_hex(&file->sha256, hex[0]);
    digest_to_hex(&r->sha256, hex[1]);
    return diag_set(d, ERR_DIGEST, "sha256 of the %zu bytes is %s, not %s", content.size, hex[0],
                    hex[1]);
}

static void print_raw(struct monitor *m, const struct transfer *t, paddr_t address,
                      const struct upload_file *file)
{
    char hex[SHA256_HEX_BYTES];

    digest_to_hex(&file->sha256, hex);
    console_printf(&m->con, "0x%" PRIx64 " <- ", address);
    transfer_print(t, &m->con);
    if (t->bytes != file->data.size)
        console_printf(&m->con, ", %" PRIu64 " of them padding", t->bytes - file->data.size);
    console_printf(&m->con, ", sha256 %s\n", hex);
}

/* No capital C or G in what is printed before a transfer: senders take them for invitations. */
static int receive(struct monitor *m, const struct request *r, struct transfer *t,
                   struct transfer_files *files, struct diag *d)
{
    int err;

    console_printf(&m->con,
                   "up to %" PRIu64 " bytes to 0x%" PRIx64 "; waiting %" PRIu64
                   " s for the sender, ctrl-c stops\n",
                   range_bytes(files->room), files->room.start, r->seconds);
    t->start = r->start;
    t->start_ms = (uint32_t)r->seconds * MS_PER_SECOND;
    err = transfer_receive(t, &m->con, files, d);
    console_printf(&m->con, "\n");
    return err;
}

static int receive_raw(struct monitor *m, const struct request *r, struct diag *d)
{
    struct transfer t = {0};
    struct transfer_files files = {.max = 1};
    int err = find_room(m, r->words[0], r->count > 1 ? r->words[1] : NULL, &files.room, d);

    if (!err)
        err = receive(m, r, &t, &files, d);
    if (!err)
        err = check_raw(r, &files.files[0], d);
    if (!err)
        print_raw(m, &t, files.room.start, &files.files[0]);
    return err;
}

/* All of the files or none of them. */
static int take_files(struct monitor *m, struct transfer_files *files, struct diag *d)
{
    struct change c;
    int err = change_begin(&m->boot, &c, d);

    if (!err)
        err = upload_take(&c.to->sources, files->files, files->count, &c.fresh, d);
    return err ? err : uploads_use(m, &c, c.fresh, d);
}

static int receive_to_slots(struct monitor *m, const struct request *r, enum upload_slot slot,
                            struct diag *d)
{
    struct transfer t = {0};
    struct transfer_files files = {.max = slot == UPLOAD_ANY ? UPLOAD_SLOT_COUNT : 1};
    int err = ERR_OK;

    if (m->boot.progress.cores_started)
        err = diag_set(d, ERR_STATE, "other cores wait for the kernel already; use reset first");
    if (!err)
        err = busy_room(&m->board, m->boot.now, &files.room, d);
    if (!err)
        err = receive(m, r, &t, &files, d);
    if (!err && r->has_sha256 && files.count > 1)
        err = diag_set(d, ERR_USAGE, SHA256_OPTION " is for one file, but %u were received",
                       files.count);
    for (unsigned i = 0; i < files.count && !err; i++) {
        files.files[i].slot = slot;
        files.files[i].has_sha256 = r->has_sha256;
        files.files[i].sha256 = r->sha256;
    }
    if (!err)
        err = take_files(m, &files, d);
    if (err)
        return err;
    transfer_print(&t, &m->con);
    console_printf(&m->con, "\n");
    return ERR_OK;
}

/* --- Sending ------------------------------------------------------------------------------ */

/* What `send ADDR SIZE [NAME]` names. */
static int find_source(const struct monitor *m, const struct request *r, struct memory_span *span,
                       const char **name, struct diag *d)
{
    *name = r->batch ? "memory" : NULL;
    if (r->batch && r->count == 4)
        *name = r->words[3];
    else if (r->count != 3)
        return diag_set(d, ERR_USAGE, "send takes ADDR and SIZE");
    if (r->has_sha256 || r->start != XMODEM_CRC)
        return diag_set(d, ERR_USAGE,
                        "send takes no -c, -g or sha256=: the receiver chooses the check");
    return memory_bytes(m, r->words[1], r->words[2], span, d);
}

static int send(struct monitor *m, const struct request *r, struct diag *d)
{
    struct transfer t = {.start_ms = (uint32_t)r->seconds * MS_PER_SECOND};
    struct memory_span span = {0};
    const char *name;
    int err = find_source(m, r, &span, &name, d);

    if (err)
        return err;
    console_printf(&m->con, "waiting %" PRIu64 " s for the receiver, ctrl-c stops\n", r->seconds);
    err = transfer_send(&t, &m->con, name, (struct bytes){arch_phys(span.start), span.count}, d);
    console_printf(&m->con, "\n");
    if (err)
        return err;
    transfer_print(&t, &m->con);
    console_printf(&m->con, "\n");
    return ERR_OK;
}

int xfer_run(struct monitor *m, int argc, char **argv, bool batch, struct diag *d)
{
    struct request r = {.batch = batch};
    int err = take_words(&r, argc, argv, d), slot;

    if (err)
        return err;
    if (r.count > 0 && strcmp(r.words[0], "send") == 0)
        return send(m, &r, d);
    slot = r.count ? text_find(UPLOAD_SLOT_NAMES, r.words[0]) : UPLOAD_ANY;
    if (r.count > (slot < 0 ? 2U : 1U))
        return diag_set(d, ERR_USAGE, "unexpected word: %.32s", r.words[r.count - 1]);
    return slot < 0 ? receive_raw(m, &r, d) : receive_to_slots(m, &r, (enum upload_slot)slot, d);
}
