/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report_error.h"

#include <stdarg.h>
#include <stdio.h>

int report_error(const char *file, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fputs("elfmon-pack: error: ", stderr);
    if (file)
        fprintf(stderr, "%s: ", file);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return -1;
}
