/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/record.h"

#include <string.h>

#include "monitor/arch.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "payload/fit_props.h"

#define RECORD_MAGIC UINT64_C(0x3244524345524c45) /* "ELRECRD2" */

enum { RECORD_NAME_BYTES = 32 };

struct record_entry {
    uint64_t slot;
    uint64_t start, size;
    struct sha256 sha256;
    char name[RECORD_NAME_BYTES]; /* as much of it as there is room for */
};

struct record {
    uint64_t magic;
    uint64_t count;
    struct sha256 sha256; /* of the record, with zeroes here */
    struct record_entry entries[UPLOAD_SLOT_COUNT];
};

static struct range largest_bank(const struct machine *machine)
{
    struct range best = {0, 0};

    for (unsigned i = 0; i < machine->ram_count; i++) {
        if (range_bytes(machine->ram[i]) > range_bytes(best))
            best = machine->ram[i];
    }
    return best;
}

/* The lowest reserved range that shares a byte with @page, or NULL. */
static const struct machine_region *reserved_at(const struct machine *machine, struct range page)
{
    for (unsigned i = 0; i < machine->reserved_count; i++) {
        if (range_overlaps(machine->reserved[i].range, page))
            return &machine->reserved[i];
    }
    return NULL;
}

struct range record_page(const struct machine *machine)
{
    struct range bank = largest_bank(machine);
    uint64_t end = align_down(bank.end - range_bytes(bank) / 8, PAGE_BYTES);
    const struct machine_region *other;
    struct range page;

    do {
        if (end < PAGE_BYTES || end - PAGE_BYTES < bank.start)
            return (struct range){0, 0};
        page = (struct range){end - PAGE_BYTES, end};
        other = reserved_at(machine, page);
        if (other)
            end = align_down(other->range.start, PAGE_BYTES);
    } while (other);
    return page;
}

bool record_is_needed(const struct sources *s)
{
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        if (s->slots[i].state >= SLOT_OFFERED)
            return true;
    }
    return false;
}

static void digest_of(const struct record *record, struct sha256 *out)
{
    struct record copy = *record;

    memset(&copy.sha256, 0, sizeof(copy.sha256));
    digest_sha256(&copy, sizeof(copy), out);
}

/* --- Reading ------------------------------------------------------------------------------ */

/* What the early map cannot show is an exception, and no record. */
struct reading {
    paddr_t from;
    struct record *to;
};

static int read_record(void *context)
{
    const struct reading *r = context;
    const struct record *from = arch_phys(r->from);

    if (from->magic != RECORD_MAGIC)
        return ERR_NOTFOUND;
    *r->to = *from;
    return ERR_OK;
}

static void offer(struct sources *s, const struct machine *machine,
                  const struct record_entry *entry, struct regions *taken)
{
    struct slot *slot = &s->slots[entry->slot];
    struct fit_image *image = &slot->image;
    struct range range, whole;

    if (fit_props_copy(image->name, sizeof(entry->name), entry->name,
                       strnlen(entry->name, sizeof(entry->name))) ||
        range_make(entry->start, entry->size, &range) || range_is_empty(range) ||
        !is_aligned(range.start, PAGE_BYTES) || range_align(range, PAGE_BYTES, &whole) ||
        !machine_has_ram(machine, whole) ||
        regions_add(taken, whole, REGION_SOURCE, image->name, NULL))
        return;
    image->data = (struct bytes){arch_phys(range.start), (size_t)entry->size};
    image->digests[DIGEST_SHA256] = entry->sha256;
    image->recorded = (unsigned)BIT(DIGEST_SHA256);
    slot->state = SLOT_OFFERED;
}

void record_find(struct sources *s, const struct machine *machine, struct regions *taken)
{
    struct range page = record_page(machine);
    struct record record;
    struct reading reading = {page.start, &record};
    struct sha256 digest;

    if (range_is_empty(page))
        return;
    (void)regions_add_rest(taken, page, REGION_SOURCE, "record of uploads", NULL);
    arch_reach(page);
    if (arch_try(read_record, &reading) || record.count > UPLOAD_SLOT_COUNT)
        return;
    digest_of(&record, &digest);
    if (!digest_equal(&digest, &record.sha256))
        return;
    for (unsigned i = 0; i < record.count; i++) {
        const struct record_entry *entry = &record.entries[i];

        if (entry->slot < UPLOAD_SLOT_COUNT && s->slots[entry->slot].state == SLOT_EMPTY)
            offer(s, machine, entry, taken);
    }
}

void record_check(struct sources *s)
{
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        struct slot *slot = &s->slots[i];

        if (slot->state == SLOT_OFFERED && fit_verify(&slot->image, NULL))
            slot->state = SLOT_LOST;
    }
}

void record_forget(struct sources *s)
{
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        if (s->slots[i].state == SLOT_OFFERED)
            s->slots[i].state = SLOT_LOST;
    }
}

/* --- Writing ------------------------------------------------------------------------------ */

static void list(const struct sources *s, struct record *record)
{
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        const struct fit_image *image = &s->slots[i].image;
        struct record_entry *entry = &record->entries[record->count];

        if (s->slots[i].state < SLOT_OFFERED)
            continue;
        entry->slot = i;
        entry->start = bytes_range(image->data).start;
        entry->size = image->data.size;
        entry->sha256 = image->digests[DIGEST_SHA256];
        (void)text_copy(entry->name, sizeof(entry->name), image->name);
        record->count++;
    }
}

void record_write(const struct sources *s, struct range page)
{
    struct record *to = arch_phys(page.start);
    struct record record;

    memset(&record, 0, sizeof(record));
    if (record_is_needed(s)) {
        record.magic = RECORD_MAGIC;
        list(s, &record);
        digest_of(&record, &record.sha256);
    } else if (to->magic != RECORD_MAGIC) {
        return;
    }
    *to = record;
    arch_clean_poc(to, sizeof(*to));
}
