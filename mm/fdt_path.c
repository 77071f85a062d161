/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/fdt_path.h"

#include <libfdt.h>
#include <string.h>

#include "mm/fdt_scan.h"

struct fdt_path fdt_path_resolve(const void *fdt, const char *text)
{
    struct fdt_path path = {text, text + strcspn(text, ":")};
    const void *alias;
    int size;

    if (text[0] == '/')
        return path;
    alias = fdt_getprop_namelen(fdt, fdt_path_offset(fdt, "/aliases"), text, (int)(path.end - text),
                                &size);
    path.start = alias ? fdt_scan_text((struct bytes){alias, (size_t)size}) : NULL;
    path.end = path.start ? path.start + strlen(path.start) : NULL;
    return path;
}

static const char *skip_slashes(struct fdt_path path)
{
    while (path.start < path.end && *path.start == '/')
        path.start++;
    return path.start;
}

const char *fdt_path_match(struct fdt_path path, const char *name)
{
    const char *component = skip_slashes(path);
    size_t length = 0, same = 0;

    while (component + length < path.end && component[length] != '/')
        length++;
    while (same < length && name[same] == component[same])
        same++;
    if (length == 0 || same < length || (name[length] && name[length] != '@'))
        return NULL;
    return skip_slashes((struct fdt_path){component + length, path.end});
}
