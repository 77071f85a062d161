/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/text.h"

#include <inttypes.h>
#include <stdio.h>

void text_size(char *out, size_t room, uint64_t bytes)
{
    static const char units[][4] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned unit = 0;
    uint64_t tenths;

    while (bytes >> 10 * unit >= 1024)
        unit++;
    tenths = unit ? (bytes >> 10 * (unit - 1)) * 10 / 1024 : 10 * bytes;
    if (tenths % 10)
        (void)snprintf(out, room, "%" PRIu64 ".%u %s", tenths / 10, (unsigned)(tenths % 10),
                       units[unit]);
    else
        (void)snprintf(out, room, "%" PRIu64 " %s", tenths / 10, units[unit]);
}
