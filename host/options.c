/* SPDX-License-Identifier: Apache-2.0 */
#include "host/options.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "host/report_error.h"
#include "monitor/base/bits.h"
#include "monitor/handover.h"
#include "monitor/shell/parse.h"
#include "payload/fit.h"
#include "payload/linux_image.h"

/* What an option's argument is; the type of its field in struct options. */
enum arg_kind {
    ARG_FLAG,     /* none; bool */
    ARG_TEXT,     /* const char * */
    ARG_NUMBER,   /* struct opt_number */
    ARG_SECONDS,  /* int32_t */
    ARG_FORMAT,   /* enum out_format */
    ARG_COMPRESS, /* enum unpack_kind */
    ARG_PROTOCOL, /* enum protocol */
    ARG_MODULE,   /* KIND:FILE; the whole struct options */
};

struct option_def {
    const char *name;
    enum arg_kind kind;
    size_t field; /* offset in struct options */
    const char *arg;
    const char *help;
};

enum { SHORT_VERBOSE = 'v', SHORT_HELP = 'h', SECONDS_MAX = 24 * 60 * 60 };

/* All of the physical memory that an seL4 kernel can use. */
#define APP_OFFSET_MAX GIB(512)

#define FLASH_DEFAULT MIB(64)
#define FLASH_MAX     GIB(1)

#define FIELD(name) offsetof(struct options, name)

static const struct option_def defs[] = {
    {"loader", ARG_TEXT, FIELD(loader), "FILE", "the monitor: build/elfmon.elf"},
    {"kernel", ARG_TEXT, FIELD(kernel), "FILE",
     "seL4 ELF with symbols, Linux arm64 Image (.gz too), another ELF"},
    {"protocol", ARG_PROTOCOL, FIELD(protocol), "NAME",
     "sel4, linux, elf, kaal or raw: how it is entered (default: by content)"},
    {"load-to", ARG_NUMBER, FIELD(load_to), "ADDR", "raw: where the kernel's bytes go"},
    {"entry", ARG_NUMBER, FIELD(entry), "ADDR", "raw: where it is entered (default: --load-to)"},
    {"stack", ARG_NUMBER, FIELD(stack), "BYTES", "elf, raw: room for a stack (default: none)"},
    {"enter-el", ARG_NUMBER, FIELD(enter_el), "1|2",
     "elf, raw: the exception level (default: the highest)"},
    {"app", ARG_TEXT, FIELD(app), "FILE", "root task of seL4 or KaaL, an ELF"},
    {"dtb", ARG_TEXT, FIELD(dtb), "FILE", "devicetree to use instead of the machine's own"},
    {"initrd", ARG_TEXT, FIELD(initrd), "FILE", "initial RAM disk for Linux, as it is"},
    {"module", ARG_MODULE, 0, "KIND:FILE", "of Xen: kernel or ramdisk of its first domain"},
    {"script", ARG_TEXT, FIELD(script), "FILE", "commands for the monitor's shell"},
    {"fit", ARG_TEXT, FIELD(fit), "FILE",
     "a ready FIT image, as mkimage makes them, instead of all of these"},
    {"out", ARG_TEXT, FIELD(out), "FILE", "the image to write"},
    {"format", ARG_FORMAT, FIELD(format), "FORMAT",
     "elf (default); bin: raw arm64 Image; flash: for reset; fit: payload alone"},
    {"compress", ARG_COMPRESS, FIELD(compress), "METHOD",
     "gzip or lz4: kernel and root task; none (default)"},
    {"bootargs", ARG_TEXT, FIELD(bootargs), "TEXT", "/chosen/bootargs of the devicetree"},
    {"xen-bootargs", ARG_TEXT, FIELD(xen_bootargs), "TEXT",
     "Xen's own; --bootargs are its first domain's"},
    {"kernel-paddr", ARG_NUMBER, FIELD(kernel_paddr), "ADDR",
     "where the kernel must be; refused where it is built for another place"},
    {"app-offset", ARG_NUMBER, FIELD(app_offset), "BYTES",
     "room between the devicetree and the root task"},
    {"load-addr", ARG_NUMBER, FIELD(load_addr), "ADDR",
     "where the image itself is loaded; multiple of 4096"},
    {"flash-size", ARG_NUMBER, FIELD(flash_size), "BYTES",
     "of --format flash (default 64M, as QEMU's virt has it)"},
    {"cpus", ARG_NUMBER, FIELD(cpus), "N", "cores a stripped kernel was built for"},
    {"autoboot", ARG_SECONDS, FIELD(autoboot_seconds), "SECONDS|off",
     "countdown before booting (default 3); 0: at once"},
    {"stop-key", ARG_TEXT, FIELD(stop_key), "WORD", "what stops the countdown (default any key)"},
    {"idle-boot", ARG_SECONDS, FIELD(idle_boot_seconds), "SECONDS|off",
     "boot when the shell was idle for so long (default off)"},
    {"verbose", ARG_FLAG, FIELD(verbose), NULL, "print images, facts and plan (-v)"},
    {"facts", ARG_FLAG, FIELD(facts), NULL,
     "only print what the kernel was built for, as NAME=VALUE; 0: unknown"},
    {"help", ARG_FLAG, FIELD(help), NULL, "print this text (-h)"},
    {"version", ARG_FLAG, FIELD(version), NULL, "print the version"},
};

enum { DEF_COUNT = sizeof(defs) / sizeof(defs[0]) };

void options_help(FILE *to)
{
    fputs("usage: elfmon-pack --loader FILE [--kernel FILE [--app FILE | --initrd FILE]] [options] "
          "--out FILE\n"
          "       elfmon-pack --loader FILE --fit FILE [options] --out FILE\n"
          "       elfmon-pack --kernel FILE --facts\n"
          "Pack a kernel and its root task or initrd with the elfmon boot monitor into one "
          "image.\n\n",
          to);
    for (size_t i = 0; i < DEF_COUNT; i++) {
        char left[48];

        (void)snprintf(left, sizeof(left), "--%s%s%s", defs[i].name, defs[i].arg ? " " : "",
                       defs[i].arg ? defs[i].arg : "");
        fprintf(to, "  %-24s %s\n", left, defs[i].help);
    }
    fputs("\nNumbers are decimal or, with 0x, hexadecimal; K, M and G multiply by 2^10, 2^20, "
          "2^30.\nThe FIT's timestamp is SOURCE_DATE_EPOCH, else 0.\n"
          "Exit status: 0 image written, 1 bad input or output, 2 bad usage.\n",
          to);
}

/* The only way out of a bad command line. */
static int bad_usage(const char *option, const char *reason)
{
    return report_error(NULL, "%s%s%s (try --help)", option, *option ? ": " : "", reason);
}

static int set_seconds(const char *value, int32_t *field, struct diag *d)
{
    uint64_t seconds;
    int err;

    if (!strcmp(value, "off")) {
        *field = -1;
        return ERR_OK;
    }
    err = parse_number(value, &seconds, d);
    if (err)
        return err;
    if (seconds > SECONDS_MAX)
        return diag_set(d, ERR_RANGE, "%s s is more than %d s", value, SECONDS_MAX);
    *field = (int32_t)seconds;
    return ERR_OK;
}

static int set_format(const char *value, enum out_format *field, struct diag *d)
{
    static const char *const names[] = {
        [OUT_ELF] = "elf", [OUT_BIN] = "bin", [OUT_FLASH] = "flash", [OUT_FIT] = "fit"};

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!strcmp(value, names[i])) {
            *field = (enum out_format)i;
            return ERR_OK;
        }
    }
    return diag_set(d, ERR_USAGE, "'%s' is not elf, bin, flash or fit", value);
}

static int set_compress(const char *value, enum unpack_kind *field, struct diag *d)
{
    *field = unpack_kind(value);
    if (*field == UNPACK_UNKNOWN)
        return diag_set(d, ERR_USAGE, "'%s' is not gzip, lz4 or none", value);
    return ERR_OK;
}

static int set_protocol(const char *value, enum protocol *field, struct diag *d)
{
    *field = protocol_find(value);
    if (!*field)
        return diag_set(d, ERR_USAGE, "'%s' is not sel4, linux, elf, kaal or raw", value);
    return ERR_OK;
}

/* Xen's ramdisk is in the same slot as Linux's, so that there is one only. */
static int set_module(const char *value, struct options *o, struct diag *d)
{
    static const char kernel[] = "kernel:", ramdisk[] = "ramdisk:";
    const char **field;

    if (!strncmp(value, kernel, sizeof(kernel) - 1))
        field = &o->module;
    else if (!strncmp(value, ramdisk, sizeof(ramdisk) - 1))
        field = &o->initrd;
    else
        return diag_set(d, ERR_USAGE, "'%s' is not kernel:FILE or ramdisk:FILE", value);
    if (*field)
        return diag_set(d, ERR_USAGE, "'%s' is the second of its kind", value);
    *field = strchr(value, ':') + 1;
    return ERR_OK;
}

static int set_option(struct options *o, const struct option_def *def, const char *value)
{
    void *field = (char *)o + def->field;
    struct diag d;
    int err = ERR_OK;

    switch (def->kind) {
    case ARG_FLAG:
        *(bool *)field = true;
        break;
    case ARG_TEXT:
        *(const char **)field = value;
        break;
    case ARG_NUMBER:
        ((struct opt_number *)field)->given = true;
        err = parse_number(value, &((struct opt_number *)field)->value, &d);
        break;
    case ARG_SECONDS:
        err = set_seconds(value, field, &d);
        break;
    case ARG_FORMAT:
        err = set_format(value, field, &d);
        break;
    case ARG_COMPRESS:
        err = set_compress(value, field, &d);
        break;
    case ARG_PROTOCOL:
        err = set_protocol(value, field, &d);
        break;
    case ARG_MODULE:
        err = set_module(value, o, &d);
        break;
    }
    if (err) {
        char name[32];

        (void)snprintf(name, sizeof(name), "--%s", def->name);
        return bad_usage(name, d.text);
    }
    return 0;
}

/* A text must be one that the monitor can keep and print. */
static int check_text(const char *option, const char *text, size_t room)
{
    char reason[80];

    for (size_t i = 0; text && text[i]; i++) {
        if (text[i] < ' ' || text[i] > '~')
            return bad_usage(option, "not a line of printable ASCII");
    }
    if (!text || strlen(text) < room)
        return 0;
    (void)snprintf(reason, sizeof(reason), "%zu bytes are more than the %zu there is room for",
                   strlen(text), room - 1);
    return bad_usage(option, reason);
}

bool options_has_payload(const struct options *o)
{
    return o->kernel || o->app || o->dtb || o->initrd || o->script || o->fit;
}

/* What --fit has of its own. */
static int check_fit(const struct options *o)
{
    const struct {
        const char *name;
        bool given;
    } others[] = {
        {"--kernel", o->kernel},
        {"--app", o->app},
        {"--dtb", o->dtb},
        {"--initrd", o->initrd},
        {"--script", o->script},
        {"--compress", o->compress != UNPACK_NONE},
        {"--kernel-paddr", o->kernel_paddr.given},
        {"--cpus", o->cpus.given},
        {"--module", o->module},
        {"--protocol", o->protocol},
        {"--load-to", o->load_to.given},
        {"--entry", o->entry.given},
        {"--stack", o->stack.given},
        {"--enter-el", o->enter_el.given},
    };

    for (size_t i = 0; o->fit && i < sizeof(others) / sizeof(others[0]); i++) {
        if (others[i].given)
            return bad_usage(others[i].name, "not with --fit, which has all images");
    }
    return 0;
}

static int check_numbers(const struct options *o)
{
    if (o->cpus.given && (o->cpus.value == 0 || o->cpus.value > HANDOVER_CORES_MAX))
        return bad_usage("--cpus", "not a number of cores from 1 to 64");
    if (o->load_addr.given && !is_aligned(o->load_addr.value, PAGE_BYTES))
        return bad_usage("--load-addr", "not a multiple of 4096");
    if (o->flash_size.given && o->format != OUT_FLASH)
        return bad_usage("--flash-size", "only with --format flash");
    if (o->flash_size.value > FLASH_MAX)
        return bad_usage("--flash-size", "more than 1 GiB");
    if (o->app_offset.value > APP_OFFSET_MAX)
        return bad_usage("--app-offset", "more than 512 GiB");
    return 0;
}

static int check_module(const struct options *o)
{
    if (o->module && !o->kernel)
        return bad_usage("--module", "there is no --kernel");
    if (o->xen_bootargs && !o->module && !o->fit)
        return bad_usage("--xen-bootargs", "only with --module kernel:FILE");
    return 0;
}

/* Where a kernel begins, with what, and at which level. */
static int check_entry(const struct options *o)
{
    const char *stack_or_el = o->stack.given ? "--stack" : "--enter-el";
    const bool taken =
        o->protocol == PROTOCOL_NONE || o->protocol == PROTOCOL_ELF || o->protocol == PROTOCOL_RAW;

    if (!o->stack.given && !o->enter_el.given)
        return 0;
    if (!o->kernel)
        return bad_usage(stack_or_el, "there is no --kernel");
    if (!taken)
        return bad_usage(stack_or_el, "only with --protocol elf or raw");
    if (o->enter_el.given && o->enter_el.value != 1 && o->enter_el.value != 2)
        return bad_usage("--enter-el", "not 1 or 2");
    if (o->stack.value > GIB(1))
        return bad_usage("--stack", "more than 1 GiB");
    return 0;
}

/* How a kernel is entered that does not tell itself. */
static int check_protocol(const struct options *o)
{
    const bool raw = o->protocol == PROTOCOL_RAW;

    if (o->protocol && !o->kernel)
        return bad_usage("--protocol", "there is no --kernel");
    if (raw && !o->load_to.given)
        return bad_usage("--protocol", "raw needs --load-to");
    if (!raw && (o->load_to.given || o->entry.given))
        return bad_usage(o->entry.given ? "--entry" : "--load-to", "only with --protocol raw");
    return 0;
}

static int check_together(const struct options *o)
{
    if (!o->out && !o->facts)
        return bad_usage("--out", "missing");
    if (!options_has_payload(o) &&
        (o->format == OUT_FIT || (o->format == OUT_ELF && !o->load_addr.given)))
        return bad_usage("",
                         "nothing to pack: no --kernel, --app, --dtb, --initrd, --script or --fit");
    if (check_fit(o))
        return -1;
    if (o->facts && !o->kernel && !o->fit)
        return bad_usage("--facts", "there is no --kernel");
    if (o->format != OUT_FIT && !o->loader && !o->facts)
        return bad_usage("--loader", "missing; only --format fit does without");
    if (!o->kernel && (o->kernel_paddr.given || o->cpus.given))
        return bad_usage(o->cpus.given ? "--cpus" : "--kernel-paddr", "there is no --kernel");
    if (check_numbers(o) || check_protocol(o) || check_entry(o) || check_module(o))
        return -1;
    if (o->stop_key && !*o->stop_key)
        return bad_usage("--stop-key", "empty");
    if (check_text("--stop-key", o->stop_key, FIT_WORD_BYTES))
        return -1;
    if (check_text("--xen-bootargs", o->xen_bootargs, LINUX_BOOTARGS_MAX + 1))
        return -1;
    return check_text("--bootargs", o->bootargs, LINUX_BOOTARGS_MAX + 1);
}

/* getopt_long did not take @word, or, where optopt is set, one letter of it. */
static int bad_option(const char *word)
{
    const char letter[] = {'-', (char)optopt, '\0'};

    return bad_usage(optopt ? letter : word, "no such option, or one without argument");
}

static int parse_words(int argc, char **argv, const struct option *longs, struct options *out)
{
    int index, c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, ":vh", longs, &index)) != -1) {
        if (c == SHORT_VERBOSE)
            out->verbose = true;
        else if (c == SHORT_HELP)
            out->help = true;
        else if (c == ':')
            return bad_usage(argv[optind - 1], "needs an argument");
        else if (c == '?')
            return bad_option(argv[optind - 1]);
        else if (set_option(out, &defs[index], optarg))
            return -1;
    }
    return optind < argc ? bad_usage(argv[optind], "not an option") : 0;
}

int options_parse(int argc, char **argv, struct options *out)
{
    struct option longs[DEF_COUNT + 1] = {{0}};

    for (size_t i = 0; i < DEF_COUNT; i++) {
        longs[i].name = defs[i].name;
        longs[i].has_arg = defs[i].kind == ARG_FLAG ? no_argument : required_argument;
    }
    *out = (struct options){.autoboot_seconds = OPT_SECONDS_ABSENT,
                            .idle_boot_seconds = OPT_SECONDS_ABSENT,
                            .flash_size.value = FLASH_DEFAULT};
    if (parse_words(argc, argv, longs, out))
        return -1;
    return out->help || out->version ? 0 : check_together(out);
}
