/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"
#include "cmds/digest.h"

const struct cmd cmd_sha256 = {
    .name = "sha256",
    .group = CMD_MEMORY,
    .summary = "print the SHA-256 of memory",
    .usage = "sha256 ADDR SIZE",
    .help = "SIZE is in bytes.\n"
            "Example: sha256 0x50000000 64K",
    .words_min = 2,
    .words_max = 2,
    .run = digest_run,
};
