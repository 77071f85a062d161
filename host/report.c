/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host/file.h"
#include "monitor/base/bits.h"
#include "monitor/plan/memory_map.h"
#include "monitor/plan/preflight.h"
#include "payload/fit_names.h"

/* The exception level that @in's kernel is built for. */
static unsigned el_of(const struct inputs *in)
{
    if (in->protocol == PROTOCOL_KAAL)
        return 1;
    if (in->module.size) /* Xen's */
        return 2;
    return in->protocol == PROTOCOL_SEL4 ? in->facts.el : in->rules.el;
}

void report_facts(const struct inputs *in)
{
    const struct sel4_facts *facts = &in->facts;
    struct range ram = {facts->ram[0].start, 0};

    for (unsigned i = 0; i < facts->ram_count; i++) {
        if (facts->ram[i].start < ram.start)
            ram.start = facts->ram[i].start;
        if (facts->ram[i].end > ram.end)
            ram.end = facts->ram[i].end;
    }
    printf("protocol=%s\nel=%u\ncores=%u\n", protocol_word(in->protocol), el_of(in),
           facts->core_count);
    printf("pa_bits=%u\ngic=%u\n", facts->pa_bits, facts->gic_version);
    printf("ram_start=0x%" PRIx64 "\nram_end=0x%" PRIx64 "\n", ram.start, ram.end);
    printf("kernel_end=0x%" PRIx64 "\n", in->place.end);
}

static int longest_name(const struct fit *fit, int least)
{
    struct fit_cursor at = {0};
    struct fit_image image;

    while (fit_next(fit, &at, &image, NULL) == ERR_OK) {
        if ((int)strlen(image.name) > least)
            least = (int)strlen(image.name);
    }
    return least;
}

static void report_images(const struct fit *fit)
{
    int width = longest_name(fit, 8);
    struct fit_cursor at = {0};
    struct fit_image image;

    printf("%-*s  %10s  %s\n", width, "IMAGE", "BYTES", "SHA-256");
    while (fit_next(fit, &at, &image, NULL) == ERR_OK) {
        bool is_plain = !strcmp(image.compression, FIT_COMPRESSION_NONE);
        char hex[SHA256_HEX_BYTES];
        struct sha256 digest;

        digest_make(DIGEST_SHA256, image.data, &digest);
        digest_to_hex(&digest, hex);
        printf("%-*s  %10zu  %s%s%s\n", width, image.name, image.data.size, hex,
               is_plain ? "" : "  ", is_plain ? "" : image.compression);
    }
}

void report_inputs(const struct inputs *in, const struct fit_blob *fit, const struct advice *advice)
{
    char text[PREFLIGHT_TEXT_BYTES];

    report_images(&fit->read);
    if (in->kernel.size && !advice->plan.protocol) {
        puts("plan: made when a root task is uploaded");
    } else if (in->kernel.size) {
        preflight_describe_kernel(&advice->plan, text, sizeof(text));
        printf("kernel built for: %s\n", text);
    }
    if (!in->dtb.size)
        printf("dtb: the machine's own, placed at boot\n");
}

static void print_map(const struct memory_map *map)
{
    char text[MEMORY_MAP_LINE_BYTES];
    struct region region;

    memory_map_heading(text);
    puts(text);
    for (uint64_t at = 0; memory_map_next(map, at, &region); at = region.range.end) {
        memory_map_line(&region, text);
        puts(text);
    }
}

static bool touches_plan(const struct boot_plan *plan, struct range image)
{
    for (unsigned i = 0; i < PLAN_ROLE_COUNT; i++) {
        if (range_overlaps(plan->ranges[i], image))
            return true;
    }
    return false;
}

/* One more region fits into the copy. */
static struct regions copy_with_room(const struct regions *set)
{
    unsigned max = set->count + 1;
    struct regions copy = {set->count, max, file_memory(max * sizeof(struct region))};

    if (set->count)
        memcpy(copy.entries, set->entries, set->count * sizeof(struct region));
    return copy;
}

void report_plan(const struct advice *advice, struct range image)
{
    struct regions busy = copy_with_room(&advice->busy);
    const struct memory_map map = {
        .busy = &busy, .plan = &advice->plan, .machine = &advice->machine};

    if (advice->plan.protocol == PROTOCOL_NONE)
        return;
    /* An image that is not to be loaded has an empty range. */
    if (!range_is_empty(image) && (touches_plan(&advice->plan, image) ||
                                   regions_add(&busy, image, REGION_SOURCE, "image", NULL)))
        printf("image at 0x%" PRIx64 "-0x%" PRIx64
               " overlaps the plan: the monitor moves out of the way\n",
               image.start, image.end);
    if (!advice->ram_known)
        printf("RAM unknown, %" PRIu64 " GiB assumed from 0x%" PRIx64 "\n",
               range_bytes(advice->machine.ram[0]) / GIB(1), advice->machine.ram[0].start);
    print_map(&map);
}
