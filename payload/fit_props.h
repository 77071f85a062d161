/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of a checked tree, taken into C values by a list of rules. Internal to the FIT reader.
 */
#ifndef ELFMON_PAYLOAD_FIT_PROPS_H
#define ELFMON_PAYLOAD_FIT_PROPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/base/reader.h"

enum fit_kind {
    FIT_LABEL,   /* char[limit]: text for people; cut, with ? for what cannot be printed */
    FIT_TEXT,    /* char[limit]: one printable string, which must fit */
    FIT_STRING,  /* const char *: one printable string of any length, where it is */
    FIT_COUNT,   /* unsigned, 0 to limit */
    FIT_SECONDS, /* int32_t, -1 to limit */
    FIT_SIZE,    /* uint64_t, of one cell or two */
    FIT_RAW,     /* struct bytes: the value where it is */
};

/** How to take the property @name; @out is left alone where there is no such property. */
struct fit_rule {
    const char *name;
    enum fit_kind kind;
    void *out;
    uint32_t limit;
};

#define FIT_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/**
 * Apply @rules to the properties of @node. Properties without a rule are ignored, repeated ones
 * with a rule are errors. Bit i of @seen is set where rules[i] applied.
 * @tree  passed fit_tree_check
 * Returns ERR_OK, ERR_FORMAT or ERR_RANGE with path and property in @d.
 */
int fit_props_read(const void *tree, int node, const struct fit_rule *rules, unsigned count,
                   uint32_t *seen, struct diag *d);

/** False for what would change the state of a terminal that it is printed to. */
bool fit_props_is_printable(char c);

/** Copy @text to @out of @size bytes. ERR_RANGE where it does not fit or cannot be printed. */
int fit_props_copy(char *out, size_t size, const char *text, size_t text_bytes);

#endif
