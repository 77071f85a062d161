/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/cmds.h"

#include "monitor/monitor.h"

enum { SECONDS_MAX = 3600, US_PER_SECOND = 1000000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/** Seconds with a decimal fraction, of which digits behind the sixth are cut. */
static int parse_seconds(const char *word, uint64_t *us, struct diag *d)
{
    const uint64_t max = (uint64_t)SECONDS_MAX * US_PER_SECOND;
    uint64_t value = 0;
    uint64_t unit = US_PER_SECOND;
    const char *p = word;

    if (!is_digit(*p)) {
        return diag_set(d, ERR_NUMBER, "not a number of seconds: '%.40s'", word);
    }
    for (; is_digit(*p); p++) {
        /* Stays above the maximum, once there, however many digits follow. */
        value = value > max ? value : 10 * value + (uint64_t)(*p - '0') * unit;
    }
    if (*p == '.' && is_digit(p[1])) {
        for (p++; is_digit(*p); p++) {
            unit /= 10;
            value += (uint64_t)(*p - '0') * unit;
        }
    }
    if (*p != '\0') {
        return diag_set(d, ERR_NUMBER, "not a number of seconds: '%.40s'", word);
    }
    if (value > max) {
        return diag_set(d, ERR_RANGE, "%.40s s is more than %d s", word, SECONDS_MAX);
    }
    *us = value;
    return ERR_OK;
}

static int run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    uint64_t us = 0;
    int rc = parse_seconds(argv[1], &us, d);

    (void)argc;
    if (rc != ERR_OK) {
        return rc;
    }
    return console_sleep(&m->con, us);
}

const struct cmd cmd_sleep = {
    .name = "sleep",
    .group = CMD_SCRIPT,
    .summary = "wait",
    .usage = "sleep SECONDS",
    .help = "  SECONDS  up to 3600, also 0.5; Ctrl-C ends it\n"
            "Example: sleep 0.5",
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
