/* SPDX-License-Identifier: Apache-2.0 */
/* What xmodem and ymodem share, which is all but their names. */
#ifndef ELFMON_CMDS_XFER_H
#define ELFMON_CMDS_XFER_H

#include "monitor/monitor.h"

/** Run the command; @batch: YMODEM, which is seen when sending, and in what may be asked for. */
int xfer_run(struct monitor *m, int argc, char **argv, bool batch, struct diag *d);

#endif
