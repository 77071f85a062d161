/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels as distributions ship them: compressed, alone or in an EFI program that unpacks. */
#ifndef ELFMON_HOST_UNPACK_H
#define ELFMON_HOST_UNPACK_H

#include "monitor/base/reader.h"

/** Unpack *@file, read from @path, where it is compressed. -1 on error, reported. */
int unpack_file(const char *path, struct bytes *file);

#endif
