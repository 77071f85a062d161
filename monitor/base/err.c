/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/base/err.h"

#include <stdarg.h>

#include "monitor/base/text.h"

int diag_set(struct diag *d, enum err code, const char *format, ...)
{
    if (d) {
        va_list args;

        d->text[0] = '\0';
        va_start(args, format);
        (void)text_vadd(d->text, sizeof(d->text), format, args);
        va_end(args);
    }
    return code;
}
