/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/bootargs.h"

#include "monitor/monitor.h"

const char *bootargs_wanted(const struct monitor *m)
{
    return m->bootargs.is_set ? m->bootargs.text : m->fit.settings.bootargs;
}

const char *bootargs_find(const struct monitor *m, enum bootargs_source *source)
{
    const char *text = bootargs_wanted(m);

    if (source)
        *source = !text ? BOOTARGS_DTB : m->bootargs.is_set ? BOOTARGS_SHELL : BOOTARGS_PAYLOAD;
    if (text)
        return text;
    return m->input.dtb.size ? fdt_chosen_bootargs(m->input.dtb.data) : "";
}
