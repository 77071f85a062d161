/* SPDX-License-Identifier: Apache-2.0 */
/* What elfmon-pack tells its user about what it made. */
#ifndef ELFMON_HOST_REPORT_H
#define ELFMON_HOST_REPORT_H

#include "host/advice.h"
#include "host/fit_write.h"
#include "host/inputs.h"

/** What a kernel was built for, one NAME=VALUE a line, for a shell to read; 0: unknown. */
void report_facts(const struct sel4_facts *facts);

/** The images with size and digest, and what the kernel was built for. */
void report_inputs(const struct inputs *in, const struct fit_blob *fit,
                   const struct advice *advice);

/** The plan as the monitor's `regions` prints it, with the range the @image is loaded to. */
void report_plan(const struct inputs *in, const struct advice *advice, struct range image);

#endif
