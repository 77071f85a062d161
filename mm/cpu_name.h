/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a CPU. */
#ifndef ELFMON_MM_CPU_NAME_H
#define ELFMON_MM_CPU_NAME_H

#include <stdint.h>

/** "Cortex-A53" and the like from MIDR_EL1; "CPU" where it is not listed. Source: the TRMs. */
const char *cpu_name(uint64_t midr);

/** "Arm" and the like, who made the CPU; "unknown implementer" where it is not listed. */
const char *cpu_implementer(uint64_t midr);

#endif
