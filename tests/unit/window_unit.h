/* SPDX-License-Identifier: Apache-2.0 */
/* A monitor whose memory lies where its addresses say: what is there can be found by pointer. */
#ifndef ELFMON_TESTS_UNIT_WINDOW_UNIT_H
#define ELFMON_TESTS_UNIT_WINDOW_UNIT_H

#include "tests/unit/unit.h"

#include <string.h>
#include <sys/mman.h>

#include "monitor/base/bits.h"
#include "monitor/boot/place.h"
#include "tests/fakes/boot_fake.h"

static struct boot_fake boot;
static struct monitor *const m = &boot.fake.m;
static struct diag why;

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
    assert_int_equal(place_list_own(m, &m->busy, &why), ERR_OK);
    assert_int_equal(place_list_sources(m, &m->busy, &why), ERR_OK);
}

#endif
