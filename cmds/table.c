/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <stddef.h>

const struct cmd *const cmd_table[] = {
    /* CMD_INSPECT */
    &cmd_info,
    &cmd_cpus,
    &cmd_dtb,
    &cmd_regions,
    &cmd_payload,
    /* CMD_BOOT */
    &cmd_load,
    &cmd_map,
    &cmd_mmu,
    &cmd_boot,
    &cmd_bootargs,
    &cmd_autoboot,
    &cmd_xmodem,
    &cmd_ymodem,
    &cmd_upload,
    &cmd_go,
    /* CMD_MEMORY */
    &cmd_md,
    &cmd_mw,
    &cmd_cp,
    &cmd_cmp,
    &cmd_crc32,
    &cmd_sha256,
    /* CMD_SYSTEM */
    &cmd_help,
    &cmd_fault,
    &cmd_reset,
    &cmd_poweroff,
    /* CMD_SCRIPT */
    &cmd_echo,
    &cmd_run,
    &cmd_sleep,
    &cmd_time,
    NULL,
};
