/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/err.h"

#include <stdarg.h>
#include <stdio.h>

int diag_set(struct diag *d, enum err code, const char *format, ...)
{
    if (d) {
        va_list args;

        va_start(args, format);
        (void)vsnprintf(d->text, sizeof(d->text), format, args);
        va_end(args);
    }
    return code;
}
