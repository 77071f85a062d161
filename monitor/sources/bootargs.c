/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/bootargs.h"

#include "mm/fdt_chosen.h"

const char *bootargs_wanted(const struct sources *s)
{
    return s->bootargs.is_set ? s->bootargs.text : s->fit.settings.bootargs;
}

const char *bootargs_find(const struct sources *s, struct bytes dtb, enum bootargs_source *source)
{
    const char *text = bootargs_wanted(s);

    if (source)
        *source = !text ? BOOTARGS_DTB : s->bootargs.is_set ? BOOTARGS_SHELL : BOOTARGS_PAYLOAD;
    if (text)
        return text;
    return dtb.size ? fdt_chosen_bootargs(dtb.data) : "";
}
