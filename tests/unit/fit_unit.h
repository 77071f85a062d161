/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the FIT reader share: a fake to change, and what fit_open makes of it. */
#ifndef ELFMON_TESTS_UNIT_FIT_UNIT_H
#define ELFMON_TESTS_UNIT_FIT_UNIT_H

#include "tests/unit/unit.h"

#include <string.h>

#include "payload/fit_open.h"
#include "tests/fakes/fit_fake.h"

#define KERNEL "/images/kernel"
#define APP    "/images/app"
#define CONF   "/configurations/conf-1"

static struct fit_fake fake;
static struct fit fit;
static struct diag why;

static inline int set_up(void **state)
{
    (void)state;
    fit_fake_init(&fake);
    memset(&fit, 0xa5, sizeof(fit));
    memset(&why, 0, sizeof(why));
    return 0;
}

static inline unsigned count_images(void)
{
    struct fit_cursor at = {0};
    struct fit_image image;
    unsigned count = 0;

    while (fit_next(&fit, &at, &image, NULL) != ERR_NOTFOUND)
        count++;
    return count;
}

static inline void assert_opens(const char *config)
{
    int err = fit_open(fit_fake_bytes(&fake), config, &fit, &why);

    if (err)
        fail_msg("%d %s", err, why.text);
    assert_null(fit_fake_broken_promise(&fit));
}

static inline void assert_config_refused(const char *config, int err, const char *words)
{
    int found = fit_open(fit_fake_bytes(&fake), config, &fit, &why);

    if (found != err || !strstr(why.text, words))
        fail_msg("%d '%s', not %d '%s'", found, why.text, err, words);
    assert_int_equal(count_images(), 0);
}

/* Refused for @words; the FIT is sound again afterwards. */
static inline void assert_refused(int err, const char *words)
{
    assert_config_refused(NULL, err, words);
    set_up(NULL);
}

/* In use, or one of the others. */
static inline const struct fit_image *image_called(const char *name)
{
    static struct fit_image other;
    struct fit_cursor at = {0};

    for (unsigned i = 0; i < FIT_OTHER; i++)
        if (fit.images[i].data.size && strcmp(fit.images[i].name, name) == 0)
            return &fit.images[i];
    while (fit_next(&fit, &at, &other, &why) == ERR_OK)
        if (strcmp(other.name, name) == 0)
            return &other;
    fail_msg("no image %s", name);
    return NULL;
}

#endif
