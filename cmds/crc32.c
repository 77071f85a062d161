/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"
#include "cmds/digest.h"

const struct cmd cmd_crc32 = {
    .name = "crc32",
    .group = CMD_MEMORY,
    .summary = "print the CRC-32 of memory, that of zip and FIT",
    .usage = "crc32 ADDR SIZE",
    .help = "SIZE is in bytes.\n"
            "Example: crc32 0x50000000 64K",
    .words_min = 2,
    .words_max = 2,
    .run = digest_run,
};
