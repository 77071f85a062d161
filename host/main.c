/* SPDX-License-Identifier: Apache-2.0 */
/* elfmon-pack: puts a kernel, its root task and what goes with them into one bootable image. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/advice.h"
#include "host/file.h"
#include "host/fit_embed.h"
#include "host/inputs.h"
#include "host/loader.h"
#include "host/options.h"
#include "host/report.h"
#include "host/report_error.h"

enum { EXIT_BAD_INPUT = 1, EXIT_BAD_USAGE = 2 };

/* Seconds since 1970 for the FIT; never the clock's, so that equal input gives equal output. */
static int read_timestamp(uint32_t *out)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    char *end;
    unsigned long long seconds;

    *out = 0;
    if (!text || !*text)
        return 0;
    errno = 0;
    seconds = strtoull(text, &end, 10);
    if (*end || errno || *text < '0' || *text > '9' || seconds > UINT32_MAX)
        return report_error("SOURCE_DATE_EPOCH", "'%s' is not a number of seconds", text);
    *out = (uint32_t)seconds;
    return 0;
}

static int check_not_input(const struct options *o)
{
    const char *const inputs[] = {o->loader, o->kernel, o->app, o->dtb,
                                  o->initrd, o->script, o->fit, o->module};

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        if (inputs[i] && file_same(inputs[i], o->out))
            return report_error(o->out, "is an input too");
    }
    return 0;
}

/* The memory that the image is loaded to. */
static int choose_place(const struct options *o, const struct loader *loader,
                        const struct fit_blob *fit, const struct advice *advice,
                        struct range *image)
{
    uint64_t bytes = loader_image_bytes(loader, fit->data.size);
    paddr_t start = o->load_addr.given ? o->load_addr.value
                                       : advice_load_addr(advice, loader->load_addr, bytes);

    if (range_make(start, bytes, image))
        return report_error(o->out, "--load-addr leaves no room for %llu bytes",
                            (unsigned long long)bytes);
    return 0;
}

static int write_image(const struct options *o, const struct inputs *in, const struct fit_blob *fit,
                       const struct advice *advice)
{
    struct range image = {0, 0};
    struct loader loader;
    int err;

    if (o->format != OUT_FIT &&
        (loader_read(o->loader, &loader) || choose_place(o, &loader, fit, advice, &image)))
        return -1;
    if (o->format == OUT_FIT)
        err = file_replace(o->out, fit->data);
    else if (o->format == OUT_ELF)
        err = out_elf(&loader, fit, image.start, o->out);
    else if (o->format == OUT_FLASH)
        err = out_flash(&loader, fit, image.start, o->flash_size.value, o->out);
    else
        err = out_bin(&loader, fit, image.start, o->out);
    if (!err && o->verbose) {
        report_inputs(in, fit, advice);
        report_plan(advice, image);
    }
    return err;
}

/* Separate files, or all in one, which is then the payload too. */
static int read_inputs(const struct options *o, struct inputs *in, struct fit_blob *fit)
{
    return o->fit ? fit_embed(o, in, fit) : inputs_read(o, in);
}

static int pack(const struct options *o)
{
    static struct inputs in;
    static struct advice advice;
    static struct fit_blob fit;
    uint32_t timestamp;

    if (read_timestamp(&timestamp) || check_not_input(o) || read_inputs(o, &in, &fit) ||
        advice_make(&in, &advice) ||
        (options_has_payload(o) && !o->fit && fit_write(&in, timestamp, &fit)))
        return -1;
    return write_image(o, &in, &fit, &advice);
}

static int print_facts(const struct options *o)
{
    static struct inputs in;
    static struct fit_blob fit;

    if (read_inputs(o, &in, &fit))
        return -1;
    report_facts(&in);
    return 0;
}

int main(int argc, char **argv)
{
    struct options options;

    if (options_parse(argc, argv, &options))
        return EXIT_BAD_USAGE;
    if (options.help)
        options_help(stdout);
    else if (options.version)
        puts("elfmon-pack " ELFMON_VERSION);
    else if (options.facts ? print_facts(&options) : pack(&options))
        return EXIT_BAD_INPUT;
    return EXIT_SUCCESS;
}
