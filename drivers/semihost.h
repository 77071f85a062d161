/* SPDX-License-Identifier: Apache-2.0 */
/* Semihosting: the emulator's or debugger's services. Source: Arm "Semihosting for AArch32 and
 * AArch64", SYS_EXIT_EXTENDED. */
#ifndef ELFMON_DRIVERS_SEMIHOST_H
#define ELFMON_DRIVERS_SEMIHOST_H

#include <stdint.h>

/** End the emulator with @code. An undefined-instruction exception where nobody listens. */
void semihost_exit(uint64_t code);

#endif
