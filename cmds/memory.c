/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/memory.h"

#include <inttypes.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/text.h"

unsigned memory_width(const char *name)
{
    static const char suffixes[] = "bwlq";
    const char *dot = strchr(name, '.');
    const char *suffix = dot ? strchr(suffixes, dot[1]) : &suffixes[2];

    return 1U << (suffix - suffixes);
}

int memory_span(const char *name, const char *word, const char *count_word, uint64_t count_default,
                struct memory_span *out, struct diag *d)
{
    struct memory_span span = {.width = memory_width(name), .count = count_default};
    uint64_t size;
    struct range range;
    int rc = parse_number(word, &span.start, d);

    if (rc == ERR_OK && count_word) {
        rc = parse_number(count_word, &span.count, d);
    }
    if (rc != ERR_OK) {
        return rc;
    }
    if (!is_aligned(span.start, span.width)) {
        return diag_set(d, ERR_ALIGN, "0x%" PRIx64 " is not a multiple of %u", span.start,
                        span.width);
    }
    if (span.count == 0) {
        return diag_set(d, ERR_RANGE, "the count is 0");
    }
    if (checked_mul(span.count, span.width, &size) != ERR_OK ||
        range_make(span.start, size, &range) != ERR_OK) {
        return diag_set(d, ERR_RANGE,
                        "%" PRIu64 " words of %u bytes at 0x%" PRIx64
                        " pass the end of the address space",
                        span.count, span.width, span.start);
    }
    *out = span;
    return ERR_OK;
}

int memory_check_target(const struct monitor *m, const struct memory_span *span, struct diag *d)
{
    const struct range target = {span->start, span->start + span->count * span->width};

    for (unsigned i = 0; i < m->boot.now->busy.count; i++) {
        const struct region *r = &m->boot.now->busy.entries[i];

        if (r->kind == REGION_MONITOR && range_overlaps(r->range, target)) {
            return regions_refuse(target, "", r, d);
        }
    }
    return ERR_OK;
}

static int read_each_page(void *context)
{
    const struct memory_span *span = context;
    const vaddr_t last = span->start + (span->count - 1) * span->width;
    vaddr_t at = span->start;

    while (last - align_down(at, PAGE_BYTES) >= PAGE_BYTES) {
        at = align_down(at, PAGE_BYTES) + PAGE_BYTES;
        (void)arch_peek(at, span->width);
    }
    return ERR_OK;
}

int memory_probe(const struct memory_span *span, struct diag *d)
{
    struct memory_span copy = *span;

    return arch_guard(read_each_page, &copy, d);
}

static int read_first(void *context)
{
    const struct memory_span *span = context;

    (void)arch_peek(span->start, span->width);
    return ERR_OK;
}

int memory_bytes(const struct monitor *m, const char *word, const char *size_word,
                 struct memory_span *out, struct diag *d)
{
    int rc = memory_span(".b", word, size_word, 0, out, d);

    if (rc == ERR_OK) {
        rc = arch_guard(read_first, out, d);
    }
    if (rc == ERR_OK) {
        rc = memory_probe(out, d);
    }
    if (rc == ERR_FAULT) {
        memory_suggest(m, word, d);
    }
    return rc;
}

void memory_suggest(const struct monitor *m, const char *word, struct diag *d)
{
    char hex[24] = "0x";
    uint64_t address;

    if (word[strspn(word, "0123456789")] != '\0' || !text_append(hex, sizeof(hex), word) ||
        parse_number(hex, &address, NULL) != ERR_OK) {
        return;
    }
    for (unsigned i = 0; i < m->board.machine.ram_count; i++) {
        if (range_has(m->board.machine.ram[i], address)) {
            (void)text_add(d->text, sizeof(d->text), "; did you mean %s?", hex);
            return;
        }
    }
}
