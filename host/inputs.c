/* SPDX-License-Identifier: Apache-2.0 */
#include "host/inputs.h"

#include <inttypes.h>

#include "host/elf_slim.h"
#include "host/file.h"
#include "host/report.h"
#include "mm/fdt_mem.h"

/* Read the executable at @path, describe it in @elf and keep in @slim what boots. */
static int read_elf(const char *path, struct elf64 *elf, struct bytes *slim)
{
    struct bytes file;
    struct diag d;

    if (file_read(path, &file))
        return -1;
    if (elf64_open(file, elf, &d) || elf_slim(elf, slim, &d))
        return report_error(path, "%s", d.text);
    return 0;
}

/* @cpus is for kernels that do not tell; one that does is not overruled. */
static int take_cpus(const struct options *o, struct sel4_facts *facts)
{
    unsigned cpus = (unsigned)o->cpus.value;

    if (!o->cpus.given)
        return 0;
    if (facts->core_count && facts->core_count != cpus)
        return report_error(o->kernel, "built for %u core%s, so --cpus %u cannot be",
                            facts->core_count, facts->core_count == 1 ? "" : "s", cpus);
    facts->core_count = cpus;
    return 0;
}

static int read_kernel(const struct options *o, struct inputs *out)
{
    struct elf64 elf;

    if (read_elf(o->kernel, &elf, &out->kernel))
        return -1;
    sel4_facts(&elf, NULL, &out->facts);
    out->kernel_base = elf.pa.start;
    if (!out->facts.is_sel4)
        return report_error(o->kernel, "not an seL4 kernel");
    if (o->kernel_paddr.given && o->kernel_paddr.value != elf.pa.start)
        return report_error(o->kernel,
                            "an seL4 kernel cannot be moved: its physical base 0x%" PRIx64
                            " is compiled in, --kernel-paddr is 0x%" PRIx64,
                            elf.pa.start, o->kernel_paddr.value);
    return take_cpus(o, &out->facts);
}

/* QEMU dumps its devicetree with up to 1 MiB of slack, which would cost time at every boot. */
static int read_dtb(const char *path, struct bytes *out)
{
    struct bytes file;
    struct diag d;
    uint32_t size;
    uint8_t *packed;

    if (file_read(path, &file))
        return -1;
    if (fdt_mem_check(file, &size, &d))
        return report_error(path, "%s", d.text);
    packed = file_memory(size);
    if (fdt_mem_copy(file, 0, packed, size, &d))
        return report_error(path, "%s", d.text);
    *out = (struct bytes){packed, size};
    return 0;
}

static bool is_text(uint8_t byte)
{
    return byte == '\t' || byte == '\n' || byte == '\r' || (byte >= ' ' && byte != 0x7f);
}

static int read_script(const char *path, struct bytes *out)
{
    if (file_read(path, out))
        return -1;
    for (size_t i = 0; i < out->size; i++) {
        if (!is_text(out->data[i]))
            return report_error(path, "byte 0x%02x at offset %zu: not a text file", out->data[i],
                                i);
    }
    return 0;
}

int inputs_read(const struct options *o, struct inputs *out)
{
    struct elf64 app;

    *out = (struct inputs){.options = o};
    if (o->kernel && read_kernel(o, out))
        return -1;
    if (o->app && read_elf(o->app, &app, &out->app))
        return -1;
    if (o->dtb && read_dtb(o->dtb, &out->dtb))
        return -1;
    return o->script ? read_script(o->script, &out->script) : 0;
}
