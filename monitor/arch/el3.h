/* SPDX-License-Identifier: Apache-2.0 */
/* What EL3 does for the monitor where that was started there; see el3.S. Used by assembly too. */
#ifndef ELFMON_ARCH_EL3_H
#define ELFMON_ARCH_EL3_H

#define EL3_READ  0 /* 32 bits of secure physical memory; 0 where the access faults */
#define EL3_WRITE 1
#define EL3_CLOSE 2 /* the last one: CNTFRQ_EL0 where not 0, then SMC is undefined */

#ifndef __ASSEMBLER__

#include <stdint.h>

extern const uint32_t el3_entered;

uint32_t el3_call(uint32_t function, uint64_t address_or_hz, uint32_t value);

#endif
#endif
