/* SPDX-License-Identifier: Apache-2.0 */
/* Devicetrees as dts source, which dtc takes again.
 * Source: Devicetree Specification 0.4, chapter 6 "Devicetree Source (DTS) Format". */
#ifndef ELFMON_CMDS_DTS_H
#define ELFMON_CMDS_DTS_H

#include "monitor/base/reader.h"
#include "monitor/shell/console.h"

enum { DTS_ALL_LEVELS = 0 };

/**
 * Print `name = value;` behind @indent tabs. What the value is, is guessed as dtc does: printable
 * text with an end is strings, else whole words are cells, else it is bytes.
 * ERR_INTERRUPTED where Ctrl-C came.
 */
int dts_print_property(struct console *con, const char *name, struct bytes value, unsigned indent);

/**
 * Print the node at offset @node of the checked DTB @fdt, with @levels levels of nodes below it
 * (DTS_ALL_LEVELS: all); deeper ones appear as `name { ... };`, the dots in a comment.
 * ERR_INTERRUPTED, or an error of the tree with the reason in @d.
 */
int dts_print_node(struct console *con, const void *fdt, int node, unsigned levels, struct diag *d);

/** Print the whole tree with its header and memory reservations. Errors as dts_print_node's. */
int dts_print_tree(struct console *con, const void *fdt, struct diag *d);

#endif
