/* SPDX-License-Identifier: Apache-2.0 */
/* XXH32, the checksum in LZ4 frames. Source: xxHash fast digest algorithm, format 0.1.1. */
#ifndef ELFMON_PAYLOAD_XXH32_H
#define ELFMON_PAYLOAD_XXH32_H

#include "monitor/base/reader.h"

/** The XXH32 of @data with seed 0. */
uint32_t xxh32(struct bytes data);

#endif
