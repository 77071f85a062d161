/* SPDX-License-Identifier: Apache-2.0 */
/* The one way in which elfmon-pack tells its user about an error. */
#ifndef ELFMON_HOST_REPORT_ERROR_H
#define ELFMON_HOST_REPORT_ERROR_H

/**
 * Print "elfmon-pack: error: FILE: reason", without "FILE: " where @file is NULL.
 * Returns -1, so that a check reads `return report_error(file, "...", ...)`.
 */
int report_error(const char *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
