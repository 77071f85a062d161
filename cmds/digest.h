/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that digest memory share. */
#ifndef ELFMON_CMDS_DIGEST_H
#define ELFMON_CMDS_DIGEST_H

#include "monitor/monitor.h"

/** Run the command whose name is that of an algorithm: NAME ADDR SIZE. */
int digest_run(struct monitor *m, int argc, char **argv, struct diag *d);

#endif
