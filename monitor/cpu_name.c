/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/cpu_name.h"

#include "monitor/base/bits.h"

#define IMPLEMENTER_ARM 0x41

/* MIDR_EL1.PartNum of Arm's cores. */
static const struct {
    uint16_t part;
    const char *name;
} parts[] = {
    {0xd03, "Cortex-A53"},  {0xd04, "Cortex-A35"},  {0xd05, "Cortex-A55"}, {0xd07, "Cortex-A57"},
    {0xd08, "Cortex-A72"},  {0xd09, "Cortex-A73"},  {0xd0a, "Cortex-A75"}, {0xd0b, "Cortex-A76"},
    {0xd0c, "Neoverse-N1"}, {0xd40, "Neoverse-V1"}, {0xd41, "Cortex-A78"}, {0xd46, "Cortex-A510"},
    {0xd47, "Cortex-A710"}, {0xd49, "Neoverse-N2"},
};

const char *cpu_name(uint64_t midr)
{
    if (field_get(midr, 31, 24) != IMPLEMENTER_ARM)
        return "CPU";
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].part == field_get(midr, 15, 4))
            return parts[i].name;
    }
    return "CPU";
}

const char *cpu_implementer(uint64_t midr)
{
    switch (field_get(midr, 31, 24)) {
    case 0x00:
        return "software";
    case IMPLEMENTER_ARM:
        return "Arm";
    case 0x42:
        return "Broadcom";
    case 0x43:
        return "Cavium";
    case 0x46:
        return "Fujitsu";
    case 0x48:
        return "HiSilicon";
    case 0x4e:
        return "NVIDIA";
    case 0x50:
        return "Applied Micro";
    case 0x51:
        return "Qualcomm";
    case 0x53:
        return "Samsung";
    case 0x61:
        return "Apple";
    case 0xc0:
        return "Ampere";
    default:
        return "unknown implementer";
    }
}
