/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/dts.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

#include "mm/fdt_scan.h"

enum {
    RUN_BYTES = 128,     /* characters that one print takes */
    ELEMENTS_A_LOOK = 64 /* cells or bytes between two looks for Ctrl-C */
};

static const char escaped[] = "\a\b\t\n\v\f\r\\\"";
static const char escapes[] = "abtnvfr\\\"";

static bool is_printable(unsigned c)
{
    return c >= ' ' && c <= '~';
}

static bool is_text(struct bytes value)
{
    size_t ends = 0;

    if (value.size == 0 || value.data[value.size - 1])
        return false;
    for (size_t i = 0; i < value.size; i++) {
        unsigned c = value.data[i];

        if (!is_printable(c) && !strchr(escaped, (int)c))
            return false;
        ends += c == 0;
    }
    return ends <= value.size - ends;
}

static void print_indent(struct console *con, unsigned indent)
{
    while (indent-- > 0)
        console_printf(con, "\t");
}

/* Characters of @text that need no escape, as many as one print takes. */
static int plain_run(const char *text)
{
    int length = 0;

    while (length < RUN_BYTES && text[length] && !strchr(escaped, text[length]))
        length++;
    return length;
}

static int print_string(struct console *con, const char *text)
{
    console_printf(con, "\"");
    while (*text) {
        int length = plain_run(text);

        if (length) {
            console_printf(con, "%.*s", length, text);
            text += length;
        } else {
            console_printf(con, "\\%c", escapes[strchr(escaped, *text) - escaped]);
            text++;
        }
        if (console_interrupted(con))
            return ERR_INTERRUPTED;
    }
    console_printf(con, "\"");
    return ERR_OK;
}

static int print_strings(struct console *con, struct bytes value)
{
    const char *text = (const char *)value.data;
    const char *end = text + value.size;

    while (text < end) {
        int err = print_string(con, text);

        if (err)
            return err;
        text += strlen(text) + 1;
        console_printf(con, text < end ? ", " : "");
    }
    return ERR_OK;
}

static int print_numbers(struct console *con, struct bytes value, unsigned width)
{
    console_printf(con, width == 1 ? "[" : "<");
    for (size_t i = 0; i < value.size; i += width) {
        const char *space = i ? " " : "";
        uint32_t cell = value.data[i];

        if (width == 1) {
            console_printf(con, "%s%02" PRIx32, space, cell);
        } else {
            (void)bytes_be32(value, i, &cell);
            console_printf(con, "%s0x%" PRIx32, space, cell);
        }
        if (i % ELEMENTS_A_LOOK == 0 && console_interrupted(con))
            return ERR_INTERRUPTED;
    }
    console_printf(con, width == 1 ? "]" : ">");
    return ERR_OK;
}

int dts_print_property(struct console *con, const char *name, struct bytes value, unsigned indent)
{
    int err = ERR_OK;

    print_indent(con, indent);
    console_printf(con, value.size ? "%s = " : "%s", name);
    if (is_text(value))
        err = print_strings(con, value);
    else if (value.size)
        err = print_numbers(con, value, value.size % sizeof(uint32_t) ? 1 : sizeof(uint32_t));
    console_printf(con, err ? "\n" : ";\n");
    return err;
}

/* A node's first line, behind an empty one where its parent is printed too. */
static void print_begin(struct console *con, const char *name, unsigned indent, bool hide)
{
    if (indent)
        console_printf(con, "\n");
    print_indent(con, indent);
    console_printf(con, hide ? "%s { /* ... */ };\n" : "%s {\n", name[0] ? name : "/");
}

static int print_item(struct console *con, const struct fdt_item *item, unsigned depth,
                      unsigned levels)
{
    bool hidden = levels && depth > levels + 1;

    if (item->tag == FDT_PROP)
        return hidden ? ERR_OK : dts_print_property(con, item->name, item->value, depth);
    if (item->tag == FDT_BEGIN_NODE && (!hidden || depth == levels + 2))
        print_begin(con, item->name, depth - 1, hidden);
    if (item->tag == FDT_END_NODE && !hidden) {
        print_indent(con, depth - 1);
        console_printf(con, "};\n");
    }
    return console_interrupted(con) ? ERR_INTERRUPTED : ERR_OK;
}

int dts_print_node(struct console *con, const void *fdt, int node, unsigned levels, struct diag *d)
{
    struct fdt_item item;
    struct fdt_scan s;
    int err = fdt_scan_open((struct bytes){fdt, fdt_totalsize(fdt)}, &s, d);

    if (err)
        return err;
    fdt_scan_seek(&s, (uint32_t)node);
    do {
        err = fdt_scan_next(&s, &item, d);
        if (err)
            return err;
        err = print_item(con, &item, s.depth + (item.tag == FDT_END_NODE), levels);
        if (err)
            return err;
    } while (s.depth > 0);
    return ERR_OK;
}

int dts_print_tree(struct console *con, const void *fdt, struct diag *d)
{
    int count = fdt_num_mem_rsv(fdt);

    console_printf(con, "/dts-v1/;\n\n");
    for (int i = 0; i < count; i++) {
        uint64_t start, size;

        if (fdt_get_mem_rsv(fdt, i, &start, &size) == 0)
            console_printf(con, "/memreserve/ 0x%016" PRIx64 " 0x%016" PRIx64 ";\n", start, size);
    }
    return dts_print_node(con, fdt, 0, DTS_ALL_LEVELS, d);
}
