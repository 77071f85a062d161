/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, and one file out that exists completely or not at all. */
#ifndef ELFMON_HOST_FILE_H
#define ELFMON_HOST_FILE_H

#include <stdbool.h>

#include "monitor/base/reader.h"

/** Read all of @path into new memory, which stays until the program ends. -1 on error, reported. */
int file_read(const char *path, struct bytes *out);

/** calloc that ends the program where there is no memory. */
void *file_memory(size_t size);

/** True where both name the same existing file. */
bool file_same(const char *a, const char *b);

/**
 * Make @data the content of @path, through a temporary file beside it, which is gone again
 * if anything fails or a signal ends the program. -1 on error, reported.
 */
int file_replace(const char *path, struct bytes data);

#endif
