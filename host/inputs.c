/* SPDX-License-Identifier: Apache-2.0 */
#include "host/inputs.h"

#include <inttypes.h>

#include "host/elf_slim.h"
#include "host/file.h"
#include "host/report_error.h"
#include "host/unpack.h"
#include "mm/fdt_mem.h"
#include "monitor/base/bits.h"

/* Describe the executable @file, read from @path, in @elf and keep in @slim what boots. */
static int take_elf(const char *path, struct bytes file, struct elf64 *elf, struct bytes *slim)
{
    struct diag d;

    if (elf64_open(file, elf, &d) || elf_slim(elf, slim, &d))
        return report_error(path, "%s", d.text);
    return 0;
}

static int read_app(const char *path, enum protocol protocol, struct bytes *out)
{
    struct elf64 elf;
    struct bytes file;

    if (file_read(path, &file) || unpack_file(path, &file) || take_elf(path, file, &elf, out))
        return -1;
    if (protocol == PROTOCOL_KAAL)
        *out = file;
    return 0;
}

/* @cpus is for kernels that do not tell; one that does is not overruled. */
static int take_cpus(const struct options *o, struct sel4_facts *facts)
{
    unsigned cpus = (unsigned)o->cpus.value;

    if (!o->cpus.given)
        return 0;
    if (facts->core_count && facts->core_count != cpus)
        return report_error(o->kernel, "built for %u core%s, so --cpus %u is wrong",
                            facts->core_count, facts->core_count == 1 ? "" : "s", cpus);
    facts->core_count = cpus;
    return 0;
}

static int describe_sel4(const char *path, const struct elf64 *kernel,
                         const struct sel4_facts *packed, struct inputs *in)
{
    in->protocol = PROTOCOL_SEL4;
    sel4_facts(kernel, packed, &in->facts);
    in->place = kernel->pa;
    return in->facts.is_sel4 ? 0 : report_error(path, "not an seL4 kernel");
}

static int take_sel4(const struct options *o, struct bytes file, struct inputs *out)
{
    struct elf64 elf;

    if (take_elf(o->kernel, file, &elf, &out->kernel))
        return -1;
    if (describe_sel4(o->kernel, &elf, NULL, out))
        return -1;
    if (o->initrd)
        return report_error(o->initrd, "an seL4 kernel takes no --initrd");
    if (o->kernel_paddr.given && o->kernel_paddr.value != elf.pa.start)
        return report_error(o->kernel,
                            "an seL4 kernel cannot be moved: its physical base 0x%" PRIx64
                            " is compiled in, --kernel-paddr is 0x%" PRIx64,
                            elf.pa.start, o->kernel_paddr.value);
    return take_cpus(o, &out->facts);
}

static int describe_linux(const char *path, struct inputs *in)
{
    struct linux_image image;
    struct diag d;

    if (linux_image_open(in->kernel, &image, &d))
        return report_error(path, "%s", d.text);
    in->protocol = PROTOCOL_LINUX;
    return 0;
}

static int take_linux(const struct options *o, struct bytes file, struct inputs *out)
{
    out->kernel = file;
    if (describe_linux(o->kernel, out))
        return -1;
    if (o->app)
        return report_error(o->app, "a Linux kernel takes no --app, but an --initrd");
    if (o->kernel_paddr.given || o->cpus.given)
        return report_error(o->kernel, "a Linux kernel takes no %s: %s",
                            o->cpus.given ? "--cpus" : "--kernel-paddr",
                            o->cpus.given ? "it starts those in the devicetree"
                                          : "its header says where it can be");
    return 0;
}

static int describe_physical(const char *path, struct inputs *in)
{
    struct elf64 elf;
    struct diag d;

    if (elf64_open_physical(in->kernel, &elf, &d))
        return report_error(path, "%s", d.text);
    if (!elf.movable)
        in->place = elf.pa;
    return 0;
}

static int take_physical(const struct options *o, struct bytes file, struct inputs *out)
{
    struct elf64 elf;
    struct diag d;

    if (elf64_open_physical(file, &elf, &d) || elf_slim(&elf, &out->kernel, &d))
        return report_error(o->kernel, "%s", d.text);
    if (o->kernel_paddr.given && o->kernel_paddr.value != elf.pa.start)
        return report_error(o->kernel,
                            "its physical base is 0x%" PRIx64 ", --kernel-paddr is 0x%" PRIx64,
                            elf.pa.start, o->kernel_paddr.value);
    return describe_physical(o->kernel, out);
}

static int describe_raw(const char *path, struct inputs *in)
{
    if (range_make(in->rules.load, in->kernel.size, &in->place))
        return report_error(path, "%zu bytes at 0x%" PRIx64 " pass 2^64", in->kernel.size,
                            in->rules.load);
    return 0;
}

static int take_raw(const struct options *o, struct bytes file, struct inputs *out)
{
    out->kernel = file;
    if (o->kernel_paddr.given)
        return report_error(o->kernel, "a kernel entered as raw takes no --kernel-paddr, but a "
                                       "--load-to");
    return describe_raw(o->kernel, out);
}

/* What a kernel that is entered in this way takes none of. */
static int check_company(const struct options *o, enum protocol protocol)
{
    const char *name = protocol_name(protocol);
    const bool is_plain = protocol == PROTOCOL_ELF || protocol == PROTOCOL_RAW;

    if (o->app && is_plain && !o->protocol)
        return report_error(o->kernel, "not an seL4 kernel, and another ELF takes no --app");
    if (o->app && is_plain)
        return report_error(o->app, "a kernel entered as %s takes no --app", name);
    if (o->initrd && (is_plain || protocol == PROTOCOL_KAAL))
        return report_error(o->initrd, "a kernel entered as %s takes no --initrd", name);
    if (o->cpus.given && protocol != PROTOCOL_SEL4 && protocol != PROTOCOL_LINUX)
        return report_error(o->kernel, "a kernel entered as %s takes no --cpus", name);
    if (!is_plain && (o->stack.given || o->enter_el.given))
        return report_error(o->kernel, "a kernel entered as %s takes no %s", name,
                            o->stack.given ? "--stack" : "--enter-el");
    if (o->module && protocol != PROTOCOL_LINUX)
        return report_error(o->module, "only Xen takes a --module");
    return 0;
}

static void take_rules(const struct options *o, struct protocol_rules *rules)
{
    *rules = (struct protocol_rules){
        .protocol = o->protocol,
        .has_load = o->load_to.given,
        .load = o->load_to.value,
        .entry = o->entry.given ? o->entry.value : o->load_to.value,
        .stack_bytes = o->stack.value,
        .el = (unsigned)o->enter_el.value,
    };
}

static int read_kernel(const struct options *o, struct inputs *out)
{
    static int (*const takers[PROTOCOL_COUNT])(const struct options *, struct bytes,
                                               struct inputs *) = {
        [PROTOCOL_SEL4] = take_sel4,    [PROTOCOL_LINUX] = take_linux,
        [PROTOCOL_ELF] = take_physical, [PROTOCOL_KAAL] = take_physical,
        [PROTOCOL_RAW] = take_raw,
    };
    struct bytes file;

    if (file_read(o->kernel, &file) || unpack_file(o->kernel, &file))
        return -1;
    take_rules(o, &out->rules);
    out->protocol = protocol_of(file, &out->rules);
    if (!out->protocol)
        return report_error(o->kernel, "not an ELF file: it does not begin with 7f 45 4c 46; no "
                                       "arm64 Image either");
    out->rules.protocol = out->protocol; /* the names that tell KaaL are not packed */
    return takers[out->protocol](o, file, out) || check_company(o, out->protocol) ? -1 : 0;
}

static int read_module(const char *path, struct bytes *out)
{
    if (file_read(path, out) || unpack_file(path, out))
        return -1;
    return linux_image_is(*out) ? 0 : report_error(path, "not a Linux arm64 Image");
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

int inputs_describe(const char *path, const struct sel4_facts *packed, struct inputs *in)
{
    struct elf64 elf;
    struct diag d;

    in->protocol = protocol_of(in->kernel, &in->rules);
    if (in->protocol == PROTOCOL_LINUX)
        return describe_linux(path, in);
    if (in->protocol == PROTOCOL_ELF || in->protocol == PROTOCOL_KAAL)
        return describe_physical(path, in);
    if (in->protocol == PROTOCOL_RAW)
        return describe_raw(path, in);
    if (elf64_open(in->kernel, &elf, &d))
        return report_error(path, "kernel: %s", d.text);
    return describe_sel4(path, &elf, packed, in);
}

int inputs_read(const struct options *o, struct inputs *out)
{
    *out = (struct inputs){.options = o};
    if (o->kernel && read_kernel(o, out))
        return -1;
    if (o->app && read_app(o->app, out->protocol, &out->app))
        return -1;
    if (o->dtb && read_dtb(o->dtb, &out->dtb))
        return -1;
    if (o->initrd && file_read(o->initrd, &out->initrd))
        return -1;
    if (o->module && read_module(o->module, &out->module))
        return -1;
    return o->script ? read_script(o->script, &out->script) : 0;
}
