/* SPDX-License-Identifier: Apache-2.0 */
/* A monitor whose memory lies where its addresses say: what is there can be found by pointer. */
#ifndef ELFMON_TESTS_UNIT_WINDOW_UNIT_H
#define ELFMON_TESTS_UNIT_WINDOW_UNIT_H

#include "tests/unit/unit.h"

#include <string.h>
#include <sys/mman.h>

#include "monitor/base/bits.h"
#include "monitor/boot/busy.h"
#include "monitor/boot/change.h"
#include "monitor/sources/images.h"
#include "monitor/sources/plain.h"
#include "monitor/sources/upload.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static struct diag why;

static inline struct choice *now(void)
{
    return monitor_fake_now(m);
}

/* Once for all tests of a program. */
static inline int map_window(void **state)
{
    void *at = (void *)(uintptr_t)ARCH_FAKE_BASE;

    (void)state;
    return mmap(at, ARCH_FAKE_BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == at
               ? 0
               : -1;
}

/* A kernel and a root task, not planned yet. */
static inline void set_up_window(const struct cmd *const *commands)
{
    boot_fake_init(&boot, commands, 1, 1);
    arch_fake.memory = (uint8_t *)(uintptr_t)ARCH_FAKE_BASE;
    arch_fake.image.start = arch_fake.image.end - KIB(64);
    memset(arch_fake.memory, 0, ARCH_FAKE_BYTES);
    assert_int_equal(busy_own(&m->board, &now()->busy, &why), ERR_OK);
    assert_int_equal(busy_sources(&m->board, now(), NULL, &now()->busy, &why), ERR_OK);
}

/* What the commands do with uploads, without what they print. */
static inline int use_uploads(struct change *c, unsigned taken)
{
    int err = upload_use(&c->to->sources, taken, &c->roles, &why);

    c->matching = taken & (BIT(UPLOAD_KERNEL) | BIT(UPLOAD_PAYLOAD));
    return err ? err : change_commit(&m->boot, c, &why);
}

static inline int take_uploads(struct upload_file *files, unsigned count)
{
    struct change c;
    int err = change_begin(&m->boot, &c, &why);

    if (!err)
        err = upload_take(&c.to->sources, files, count, &c.fresh, &why);
    if (!err)
        err = use_uploads(&c, c.fresh);
    for (unsigned i = 0; i < count && !err; i++)
        files[i].data = now()->sources.slots[files[i].slot].image.data;
    return err;
}

static inline int keep_uploads(enum upload_slot slot)
{
    struct change c;
    unsigned kept;
    int err = change_begin(&m->boot, &c, &why);

    if (!err)
        err = upload_keep(&c.to->sources, slot, &kept, &why);
    return err ? err : use_uploads(&c, kept);
}

static inline int drop_uploads(enum upload_slot slot)
{
    struct change c;
    int err = change_begin(&m->boot, &c, &why);

    if (!err)
        err = upload_drop(&c.to->sources, slot, &c.roles, &why);
    c.forced = true;
    return err ? err : change_commit(&m->boot, &c, &why);
}

#endif
