/* SPDX-License-Identifier: Apache-2.0 */
/* Power State Coordination Interface. Source: Arm DEN 0022. */
#ifndef ELFMON_DRIVERS_PSCI_H
#define ELFMON_DRIVERS_PSCI_H

#include <stdint.h>

#define PSCI_VERSION      UINT64_C(0x84000000)
#define PSCI_CPU_ON       UINT64_C(0xc4000003)
#define PSCI_AFFINITY     UINT64_C(0xc4000004) /* AFFINITY_INFO */
#define PSCI_SYSTEM_OFF   UINT64_C(0x84000008)
#define PSCI_SYSTEM_RESET UINT64_C(0x84000009)

/** How the firmware is called: the DTB's /psci method. The wrong one is an exception. */
enum psci_conduit { PSCI_BY_NOTHING, PSCI_BY_HVC, PSCI_BY_SMC };

/** Call @function with up to three arguments; the result as it stands in x0. */
int64_t psci_call(enum psci_conduit conduit, uint64_t function, uint64_t a, uint64_t b, uint64_t c);

#endif
