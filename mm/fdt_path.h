/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of nodes, as /chosen gives them. Source: Devicetree Specification 0.4, 2.2.3 and 3.6. */
#ifndef ELFMON_MM_FDT_PATH_H
#define ELFMON_MM_FDT_PATH_H

/** A path inside a longer text; start NULL: none. */
struct fdt_path {
    const char *start, *end;
};

/**
 * The path that @text (of stdout-path) begins with: a path or an alias of one in the checked DTB
 * @fdt, either with options behind it (":115200n8").
 */
struct fdt_path fdt_path_resolve(const void *fdt, const char *text);

/**
 * What is left of @path behind the component that names a node called @name, or NULL where it
 * names another. A component without unit address names the node with any.
 */
const char *fdt_path_match(struct fdt_path path, const char *name);

#endif
