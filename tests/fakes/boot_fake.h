/* SPDX-License-Identifier: Apache-2.0 */
/* A monitor with something to boot: a small kernel as seL4's, a root task and a plan. */
#ifndef ELFMON_TESTS_BOOT_FAKE_H
#define ELFMON_TESTS_BOOT_FAKE_H

#include "tests/fakes/elf_fake.h"
#include "tests/fakes/image_fake.h"
#include "tests/fakes/monitor_fake.h"

enum {
    BOOT_FAKE_KERNEL_FILE = 0x400,
    BOOT_FAKE_KERNEL_MEMORY = 0x3000,
    BOOT_FAKE_APP_FILE = 0x200,
    BOOT_FAKE_APP_MEMORY = 0x1800,
    BOOT_FAKE_INITRD = 0x1234,
};

#define BOOT_FAKE_EL1_VA UINT64_C(0xffffffffc0000000)
#define BOOT_FAKE_EL2_VA UINT64_C(0x000000ffc0000000)
#define BOOT_FAKE_APP_VA UINT64_C(0x400000)

struct boot_fake {
    struct monitor_fake fake;
    struct elf_fake kernel, app;
    struct image_fake image;
    uint8_t initrd[BOOT_FAKE_INITRD];
};

/**
 * Start again: a kernel for EL @kernel_el whose physical base is ARCH_FAKE_BASE and a root task,
 * both with their digests, planned for a machine that starts at EL @machine_el. The top MiB of RAM
 * is the monitor's. The CPU's answer to arch_translate is the kernel's entry, as it should be.
 */
void boot_fake_init(struct boot_fake *boot, const struct cmd *const *commands, unsigned kernel_el,
                    unsigned machine_el);

/** The same with a Linux Image and an initrd, which has no digest. */
void boot_fake_init_linux(struct boot_fake *boot, const struct cmd *const *commands,
                          unsigned machine_el);

/** PAR_EL1 of Normal non-shareable memory at @pa. */
uint64_t boot_fake_par(paddr_t pa);

#endif
