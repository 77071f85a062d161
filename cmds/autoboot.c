/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include <inttypes.h>

#include "monitor/base/text.h"
#include "monitor/monitor.h"
#include "monitor/shell/countdown.h"
#include "monitor/sources/images.h"

enum { SECONDS_MAX = 86400 };

enum { OFF, RUN };

static const char subcommands[] = "off\0run\0";

static int show(struct monitor *m)
{
    const struct autoboot *ab = &m->autoboot;
    bool any = ab->word[0] == '\0';

    if (ab->seconds < 0) {
        console_printf(&m->con, "autoboot: off\n");
    } else {
        console_printf(&m->con, "autoboot: %d s, %s%s stops\n", (int)ab->seconds,
                       any ? "any key" : "typing ", ab->word);
    }
    return ERR_OK;
}

static int set(struct monitor *m, const char *word, struct diag *d)
{
    uint64_t seconds;
    int rc = parse_number(word, &seconds, d);
    if (rc != ERR_OK) {
        return rc;
    }
    if (seconds > SECONDS_MAX) {
        return diag_set(d, ERR_RANGE, "%" PRIu64 " s is more than %d s", seconds, SECONDS_MAX);
    }
    m->autoboot.seconds = (int32_t)seconds;
    return ERR_OK;
}

static int count_down(struct monitor *m, struct diag *d)
{
    if (m->autoboot.seconds < 0) {
        return diag_set(d, ERR_STATE, "is off; set it first: autoboot SECONDS");
    }
    if (autoboot_run(&m->autoboot, &m->con) != AUTOBOOT_BOOT) {
        return ERR_OK;
    }
    return shell_run_line(&m->shell,
                          images_find(&m->boot.now->sources, FIT_SCRIPT) ? "run" : "boot");
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    if (argc == 1) {
        return show(m);
    }
    switch (text_find(subcommands, argv[1])) {
    case OFF:
        m->autoboot.seconds = AUTOBOOT_OFF;
        return ERR_OK;
    case RUN:
        return count_down(m, d);
    default:
        return set(m, argv[1], d);
    }
}

const struct cmd cmd_autoboot = {
    .name = "autoboot",
    .group = CMD_BOOT,
    .summary = "show, change or run the countdown",
    .usage = "autoboot [SECONDS|off|run]",
    .help = "  SECONDS  length of the countdown, up to 86400; 0 boots at once\n"
            "  off      stay in the shell\n"
            "  run      count down now, then boot, or run the script\n"
            "Example: autoboot 10; autoboot run",
    .subcommands = subcommands,
    .words_max = 1,
    .run = run,
};
