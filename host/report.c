/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "monitor/base/bits.h"
#include "monitor/preflight.h"

int report_error(const char *file, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fputs("elfmon-pack: error: ", stderr);
    if (file)
        fprintf(stderr, "%s: ", file);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return -1;
}

void report_facts(const struct sel4_facts *facts)
{
    struct range ram = {facts->ram[0].start, 0};

    for (unsigned i = 0; i < facts->ram_count; i++) {
        if (facts->ram[i].start < ram.start)
            ram.start = facts->ram[i].start;
        if (facts->ram[i].end > ram.end)
            ram.end = facts->ram[i].end;
    }
    printf("el=%u\ncores=%u\npa_bits=%u\ngic=%u\n", facts->el, facts->core_count, facts->pa_bits,
           facts->gic_version);
    printf("ram_start=0x%" PRIx64 "\nram_end=0x%" PRIx64 "\n", ram.start, ram.end);
}

static void print_facts(const struct sel4_facts *facts)
{
    char text[PREFLIGHT_TEXT_BYTES];

    preflight_describe_kernel(facts, text, sizeof(text));
    printf("kernel built for: %s\n", text);
}

void report_inputs(const struct inputs *in, const struct fit_blob *fit)
{
    printf("%-8s  %10s  %s\n", "IMAGE", "BYTES", "SHA-256");
    for (unsigned i = 0; i < fit->read.image_count; i++) {
        const struct fit_image *image = &fit->read.images[i];
        char hex[SHA256_HEX_BYTES];

        digest_to_hex(&image->sha256, hex);
        printf("%-8s  %10zu  %s\n", image->name, image->data.size, hex);
    }
    if (in->kernel.size)
        print_facts(&in->facts);
    if (!in->dtb.size)
        printf("dtb: the machine's own, placed at boot\n");
}

/* "2.2 MiB", "4 KiB": as the monitor writes it, in the largest unit that keeps it above 1. */
static void print_size(uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned unit = 0;
    uint64_t tenths;
    char text[32];

    while (bytes >> 10 * unit >= 1024)
        unit++;
    tenths = unit ? (bytes >> 10 * (unit - 1)) * 10 / 1024 : 10 * bytes;
    if (tenths % 10)
        (void)snprintf(text, sizeof(text), "%" PRIu64 ".%u %s", tenths / 10,
                       (unsigned)(tenths % 10), units[unit]);
    else
        (void)snprintf(text, sizeof(text), "%" PRIu64 " %s", tenths / 10, units[unit]);
    printf("%11s", text);
}

static void print_regions(const struct regions *set)
{
    printf("%-18s %-18s %11s  %s\n", "START", "END", "SIZE", "USE");
    for (unsigned i = 0; i < set->count; i++) {
        const struct region *r = &set->entries[i];

        printf("0x%016" PRIx64 " 0x%016" PRIx64 " ", r->range.start, r->range.end);
        print_size(range_bytes(r->range));
        printf("  %s%s\n", r->name, r->kind == REGION_PLANNED ? " (planned)" : "");
    }
}

/* What is left of @ram between the regions that @set has already. */
static void add_free(struct regions *set, struct range ram)
{
    while (ram.start < ram.end) {
        const struct region *next = regions_overlap(set, ram);
        uint64_t end = next ? next->range.end : ram.end;
        uint64_t free_end = next ? next->range.start : ram.end;

        if (ram.start < free_end)
            (void)regions_add(set, (struct range){ram.start, free_end}, REGION_RAM, "free", NULL);
        ram.start = end;
    }
}

/* An image that is not to be loaded has none. */
static void add_image(struct regions *set, struct range image)
{
    if (!range_is_empty(image) && regions_add(set, image, REGION_SOURCE, "image", NULL))
        printf("image at 0x%" PRIx64 "-0x%" PRIx64
               " overlaps the plan: the monitor moves out of the way\n",
               image.start, image.end);
}

void report_plan(const struct inputs *in, const struct advice *advice, struct range image)
{
    struct regions set = advice->busy;

    if (advice->plan.protocol == PLAN_NOTHING)
        return;
    for (unsigned i = 0; i < PLAN_ROLE_COUNT; i++) {
        struct range range = advice->plan.ranges[i];

        if (!range_is_empty(range))
            (void)regions_add(&set, range, REGION_PLANNED, plan_role_name((enum plan_role)i), NULL);
    }
    add_image(&set, image);
    for (unsigned i = 0; i < advice->machine.ram_count; i++)
        add_free(&set, advice->machine.ram[i]);
    if (!advice->ram_known)
        printf("RAM unknown, 1 GiB assumed from 0x%" PRIx64 "\n", in->kernel_base);
    print_regions(&set);
}
