/* SPDX-License-Identifier: Apache-2.0 */
/* What a received file is, and what it is for. */
#ifndef ELFMON_MONITOR_SOURCES_RECOGNISE_H
#define ELFMON_MONITOR_SOURCES_RECOGNISE_H

#include "monitor/sources/upload.h"

/**
 * Check @file as far as it can be on its own, cut the padding off its data, and choose its slot
 * where it is UPLOAD_ANY: by the file's name where that fits the content, else by the content.
 * @out becomes the image that it is.
 */
int recognise(struct upload_file *file, struct fit_image *out, struct diag *d);

#endif
