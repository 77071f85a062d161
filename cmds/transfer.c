/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/transfer.h"

#include <inttypes.h>
#include <string.h>

#include "monitor/arch.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "payload/xmodem_send.h"

enum {
    FILE_ALIGN = 8,
    ANSWER_US = 1000, /* lrzsz's receivers flush their input behind each answer */
    US_PER_MS = 1000,
};

/* A receiving machine and what it works for. */
struct reception {
    struct transfer *t;
    struct console *con;
    struct transfer_files *files;
    struct diag *d;
    uint64_t begin_us;
    paddr_t next; /* where the next file goes */
    struct xmodem x;
};

/* Where the next file goes, and for how much of it there is room. */
static uint8_t *next_place(const struct reception *r, size_t *room)
{
    const struct range *all = &r->files->room;

    *room = r->next < all->end ? all->end - r->next : 0;
    return arch_phys(*room ? r->next : all->start);
}

/* YMODEM announces a file. */
static void take_offer(struct reception *r)
{
    size_t room;
    uint8_t *place = next_place(r, &room);

    if (r->files->count == r->files->max)
        xmodem_cancel(&r->x, diag_set(r->d, ERR_NOMEM,
                                      "'%.32s' is one file more than the %u that "
                                      "are taken at once",
                                      xmodem_name(&r->x), r->files->max));
    else
        xmodem_accept(&r->x, place, room);
}

static void end_file(struct reception *r)
{
    struct upload_file *file = &r->files->files[r->files->count];
    const char *name = xmodem_name(&r->x), *slash = strrchr(name, '/');
    size_t room;

    memset(file, 0, sizeof(*file));
    (void)text_copy(file->name, sizeof(file->name), slash ? slash + 1 : name);
    file->data = (struct bytes){next_place(r, &room), r->x.received};
    file->size_known = r->x.size != XMODEM_SIZE_UNKNOWN;
    r->files->count++;
    r->next = align_up(r->next + r->x.received, FILE_ALIGN);
    r->t->bytes += r->x.received;
    r->t->us = console_now_us(r->con) - r->begin_us;
}

static void act(struct reception *r, enum xmodem_event event)
{
    if (event == XMODEM_BEGIN)
        take_offer(r);
    console_write(r->con, (const char *)r->x.reply, r->x.reply_count);
    if (event == XMODEM_END)
        end_file(r);
}

/* Until something happens that ends it. */
static enum xmodem_event receive_some(struct reception *r)
{
    uint8_t block[XMODEM_BLOCK_BYTES];
    uint64_t patience_us = (uint64_t)xmodem_wait_ms(&r->x) * US_PER_MS;
    struct bytes in = {block, console_read(r->con, block, xmodem_due(&r->x), patience_us)};
    enum xmodem_event event = XMODEM_NOTHING;

    if (xmodem_is_waiting(&r->x))
        r->begin_us = console_now_us(r->con);
    if (in.size == 0)
        act(r, event = xmodem_timeout(&r->x));
    while (in.size > 0)
        act(r, event = xmodem_feed(&r->x, &in));
    return event;
}

int transfer_receive(struct transfer *t, struct console *con, struct transfer_files *files,
                     struct diag *d)
{
    struct reception r = {.t = t, .con = con, .files = files, .d = d, .next = files->room.start};
    enum xmodem_event event;
    uint8_t *place;
    size_t room;

    files->count = 0;
    place = next_place(&r, &room);
    xmodem_start(&r.x, t->start, place, room, t->start_ms, d);
    act(&r, XMODEM_NOTHING);
    do
        event = receive_some(&r);
    while (event != XMODEM_DONE && event != XMODEM_FAILED);
    t->block_count = r.x.block_count;
    t->retry_count = r.x.retry_count;
    if (!r.x.error && files->count == 0)
        return diag_set(d, ERR_IO, "the sender has ended without a file");
    return r.x.error;
}

/* From the first answer to the last block that was acknowledged. */
static void count_sent(struct transfer *t, const struct xmodem_send *s, struct console *con,
                       uint64_t *begin_us)
{
    if (s->block_count == 0 && s->retry_count == 0)
        *begin_us = console_now_us(con);
    else if (s->block_count != t->block_count)
        t->us = console_now_us(con) - *begin_us;
    t->bytes = s->sent;
    t->block_count = s->block_count;
    t->retry_count = s->retry_count;
}

int transfer_send(struct transfer *t, struct console *con, const char *name, struct bytes data,
                  struct diag *d)
{
    enum xmodem_event event;
    struct xmodem_send s;
    uint64_t begin_us = 0;
    uint8_t byte;
    bool came = false;

    xmodem_send_start(&s, name, data, t->start_ms, d);
    do {
        struct bytes in = {&byte, 1};

        if (!came)
            came = console_read(con, &byte, 1, (uint64_t)xmodem_send_wait_ms(&s) * US_PER_MS);
        event = came ? xmodem_send_feed(&s, &in) : xmodem_send_timeout(&s);
        came = came && s.reply_count && console_read(con, &byte, 1, ANSWER_US);
        console_write(con, (const char *)s.reply, s.reply_count);
        count_sent(t, &s, con, &begin_us);
    } while (event == XMODEM_NOTHING);
    return s.error;
}

void transfer_print(const struct transfer *t, struct console *con)
{
    uint64_t ms = t->us / US_PER_MS;

    console_printf(con, "%" PRIu64 " bytes, %u blocks, %u retries, %u.%03u s", t->bytes,
                   t->block_count, t->retry_count, (unsigned)(ms / 1000), (unsigned)(ms % 1000));
    if (ms > 0)
        console_printf(con, ", %" PRIu64 " kB/s", t->bytes / ms);
}
