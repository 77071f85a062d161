/* SPDX-License-Identifier: Apache-2.0 */
#include "payload/fit_props.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include <libfdt.h>

#include "monitor/base/bits.h"
#include "payload/fit_tree.h"

enum { CELL_BYTES = sizeof(fdt32_t), PATH_BYTES = 320 };

/* Control characters would reach the user's terminal; the rest, UTF-8 included, may. */
bool fit_props_is_printable(char c)
{
    return (unsigned char)c >= ' ' && c != 0x7f;
}

static bool all_printable(const char *text, size_t text_bytes)
{
    for (size_t i = 0; i < text_bytes; i++)
        if (!fit_props_is_printable(text[i]))
            return false;
    return true;
}

int fit_props_copy(char *out, size_t size, const char *text, size_t text_bytes)
{
    if (text_bytes >= size || !all_printable(text, text_bytes))
        return ERR_RANGE;
    memcpy(out, text, text_bytes);
    out[text_bytes] = '\0';
    return ERR_OK;
}

static void copy_label(char *out, size_t size, struct bytes value)
{
    size_t i;

    for (i = 0; i < size - 1 && i < value.size && value.data[i] != '\0'; i++)
        out[i] = fit_props_is_printable((char)value.data[i]) ? (char)value.data[i] : '?';
    out[i] = '\0';
}

static int take_text(const struct fit_rule *rule, struct bytes value, struct diag *why)
{
    if (value.size == 0 || memchr(value.data, '\0', value.size) != value.data + value.size - 1)
        return diag_set(why, ERR_FORMAT, "is not one NUL-terminated string");
    if (rule->kind == FIT_STRING) {
        *(const char **)rule->out = (const char *)value.data;
        return all_printable((const char *)value.data, value.size - 1)
                   ? ERR_OK
                   : diag_set(why, ERR_RANGE, "is not printable");
    }
    if (fit_props_copy(rule->out, rule->limit, (const char *)value.data, value.size - 1))
        return diag_set(why, ERR_RANGE, "is longer than %" PRIu32 " characters or not printable",
                        rule->limit - 1);
    return ERR_OK;
}

static int take_number(const struct fit_rule *rule, struct bytes value, struct diag *why)
{
    uint32_t number;

    if (value.size != CELL_BYTES || bytes_be32(value, 0, &number))
        return diag_set(why, ERR_FORMAT, "has %zu bytes, not %d", value.size, CELL_BYTES);
    if (number > rule->limit && !(rule->kind == FIT_SECONDS && number == UINT32_MAX))
        return diag_set(why, ERR_RANGE, "is %" PRIu32 ", more than %" PRIu32, number, rule->limit);
    if (rule->kind == FIT_SECONDS)
        *(int32_t *)rule->out = (int32_t)number;
    else
        *(unsigned *)rule->out = number;
    return ERR_OK;
}

static int take_size(const struct fit_rule *rule, struct bytes value, struct diag *why)
{
    uint32_t number;

    if (bytes_be32(value, 0, &number) == ERR_OK && value.size == CELL_BYTES)
        *(uint64_t *)rule->out = number;
    else if (value.size != 2 * CELL_BYTES || bytes_be64(value, 0, rule->out))
        return diag_set(why, ERR_FORMAT, "has %zu bytes, not %d or %d", value.size, CELL_BYTES,
                        2 * CELL_BYTES);
    return ERR_OK;
}

static int take(const struct fit_rule *rule, struct bytes value, struct diag *why)
{
    switch (rule->kind) {
    case FIT_LABEL:
        copy_label(rule->out, rule->limit, value);
        return ERR_OK;
    case FIT_TEXT:
    case FIT_STRING:
        return take_text(rule, value, why);
    case FIT_COUNT:
    case FIT_SECONDS:
        return take_number(rule, value, why);
    case FIT_SIZE:
        return take_size(rule, value, why);
    case FIT_RAW:
        break;
    }
    *(struct bytes *)rule->out = value;
    return ERR_OK;
}

/* Name node and property before the reason. */
static int refuse(const void *tree, int node, const char *property, enum err code,
                  const struct diag *why, struct diag *d)
{
    char path[PATH_BYTES];

    if (fdt_get_path(tree, node, path, sizeof(path)))
        strcpy(path, "node"); /* longer than any path of a FIT */
    for (char *c = path; *c; c++)
        *c = fit_props_is_printable(*c) ? *c : '?';
    return diag_set(d, code, "%s: property %s %s", path, property, why->text);
}

int fit_props_read(const void *tree, int node, const struct fit_rule *rules, unsigned count,
                   uint32_t *seen, struct diag *d)
{
    const char *name;
    struct bytes value;
    int at = 0;

    *seen = 0;
    while (fit_tree_property(tree, node, &at, &name, &value)) {
        struct diag why;
        unsigned i = 0;
        int err;

        while (i < count && strcmp(name, rules[i].name) != 0)
            i++;
        if (i == count)
            continue;
        if (*seen & BIT(i))
            err = diag_set(&why, ERR_FORMAT, "occurs twice");
        else
            err = take(&rules[i], value, &why);
        if (err)
            return refuse(tree, node, name, err, &why, d);
        *seen |= (uint32_t)BIT(i);
    }
    return ERR_OK;
}
