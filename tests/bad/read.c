/* SPDX-License-Identifier: Apache-2.0 */
/* read FORMAT FILE: what the monitor's reader of elf, fit or dtb says about FILE. Exit status 0,
 * or 1 with the reason on stdout, or 2 where there is nothing to read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/fdt_mem.h"
#include "payload/elf64.h"
#include "payload/fit_open.h"
#include "tests/fakes/machine_fake.h"

static int read_elf(struct bytes file, struct diag *d)
{
    static struct elf64 elf;

    return elf64_open(file, &elf, d);
}

static int read_fit(struct bytes file, struct diag *d)
{
    static struct fit fit;
    struct fit_cursor at = {0};
    struct fit_image image;
    int err = fit_open(file, NULL, &fit, d);

    if (!err)
        err = fit_check(&fit, d);
    while (!err && fit_next(&fit, &at, &image, NULL) == ERR_OK)
        err = fit_verify(&image, d);
    return err;
}

static int read_dtb(struct bytes file, struct diag *d)
{
    struct fdt_outline outline;
    struct machine machine;
    void *memory;
    int err = fdt_outline_read(file, &outline, d);

    if (err)
        return err;
    err = machine_fake_read(file, &memory, &machine, d);
    free(memory);
    return err;
}

/* All of it, in memory of exactly that size, so that a read beyond its end is caught. */
static struct bytes read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    long size = -1;
    uint8_t *data = NULL;

    if (f && !fseek(f, 0, SEEK_END))
        size = ftell(f);
    if (size >= 0)
        data = malloc((size_t)size + (size == 0));
    if (!data || fseek(f, 0, SEEK_SET) || fread(data, 1, (size_t)size, f) != (size_t)size) {
        perror(path);
        exit(2);
    }
    (void)fclose(f);
    return (struct bytes){data, (size_t)size};
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*read)(struct bytes file, struct diag *d);
    } formats[] = {{"elf", read_elf}, {"fit", read_fit}, {"dtb", read_dtb}};

    for (size_t i = 0; argc == 3 && i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct diag d = {""};
        struct bytes file;
        int err;

        if (strcmp(argv[1], formats[i].name) != 0)
            continue;
        file = read_file(argv[2]);
        err = formats[i].read(file, &d);
        free((void *)(uintptr_t)file.data);
        puts(d.text);
        return err ? 1 : 0;
    }
    (void)fprintf(stderr, "usage: read elf|fit|dtb FILE\n");
    return 2;
}
