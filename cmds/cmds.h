/* SPDX-License-Identifier: Apache-2.0 */
/* Every command there is. cmds/table.c puts them in order. */
#ifndef ELFMON_CMDS_CMDS_H
#define ELFMON_CMDS_CMDS_H

#include "monitor/monitor.h"

extern const struct cmd cmd_autoboot;
extern const struct cmd cmd_boot;
extern const struct cmd cmd_bootargs;
extern const struct cmd cmd_cmp;
extern const struct cmd cmd_cp;
extern const struct cmd cmd_cpus;
extern const struct cmd cmd_crc32;
extern const struct cmd cmd_dtb;
extern const struct cmd cmd_echo;
extern const struct cmd cmd_fault;
extern const struct cmd cmd_go;
extern const struct cmd cmd_help;
extern const struct cmd cmd_info;
extern const struct cmd cmd_load;
extern const struct cmd cmd_map;
extern const struct cmd cmd_md;
extern const struct cmd cmd_mmu;
extern const struct cmd cmd_mw;
extern const struct cmd cmd_payload;
extern const struct cmd cmd_poweroff;
extern const struct cmd cmd_regions;
extern const struct cmd cmd_reset;
extern const struct cmd cmd_run;
extern const struct cmd cmd_sha256;
extern const struct cmd cmd_sleep;
extern const struct cmd cmd_time;
extern const struct cmd cmd_upload;
extern const struct cmd cmd_xmodem;
extern const struct cmd cmd_ymodem;

/** All of them, NULL-terminated; `help` keeps this order within each group. */
extern const struct cmd *const cmd_table[];

#endif
