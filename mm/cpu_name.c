/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/cpu_name.h"

#include "monitor/base/bits.h"
#include "monitor/base/text.h"

#define IMPLEMENTER_ARM 0x41

const char *cpu_name(uint64_t midr)
{
    /* MIDR_EL1.PartNum of Arm's cores, behind 0xd00; the names in the same order. */
    static const uint8_t parts[] = {0x03, 0x04, 0x05, 0x07, 0x08, 0x09, 0x0a,
                                    0x0b, 0x0c, 0x40, 0x41, 0x46, 0x47, 0x49};
    static const char names[] = "Cortex-A53\0Cortex-A35\0Cortex-A55\0Cortex-A57\0Cortex-A72\0"
                                "Cortex-A73\0Cortex-A75\0Cortex-A76\0Neoverse-N1\0Neoverse-V1\0"
                                "Cortex-A78\0Cortex-A510\0Cortex-A710\0Neoverse-N2\0CPU";
    bool is_arm = field_get(midr, 31, 24) == IMPLEMENTER_ARM;
    unsigned part = is_arm ? (unsigned)field_get(midr, 15, 4) : 0;

    return text_name(parts, sizeof(parts), part - 0xd00, names);
}

const char *cpu_implementer(uint64_t midr)
{
    static const uint8_t codes[] = {
        0x00, IMPLEMENTER_ARM, 0x42, 0x43, 0x46, 0x48, 0x4e, 0x50, 0x51, 0x53, 0x61, 0xc0};
    static const char names[] = "software\0Arm\0Broadcom\0Cavium\0Fujitsu\0HiSilicon\0NVIDIA\0"
                                "Applied Micro\0Qualcomm\0Samsung\0Apple\0Ampere\0"
                                "unknown implementer";

    return text_name(codes, sizeof(codes), (unsigned)field_get(midr, 31, 24), names);
}
