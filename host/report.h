/* SPDX-License-Identifier: Apache-2.0 */
/* What elfmon-pack tells its user about what it made. */
#ifndef ELFMON_HOST_REPORT_H
#define ELFMON_HOST_REPORT_H

#include "host/advice.h"
#include "host/fit_write.h"
#include "host/inputs.h"

/** How the kernel is entered, what it was built for, and the end of its place, one NAME=VALUE a
 * line, for a shell to read; 0: unknown. */
void report_facts(const struct inputs *in);

/** The images with size and digest, and what the kernel was built for. */
void report_inputs(const struct inputs *in, const struct fit_blob *fit,
                   const struct advice *advice);

/** The plan as the monitor's `regions` prints it, with the range the @image is loaded to. */
void report_plan(const struct advice *advice, struct range image);

#endif
