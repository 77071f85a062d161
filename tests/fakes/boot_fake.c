/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/boot_fake.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/base/bits.h"
#include "monitor/base/text.h"
#include "monitor/boot/boot.h"

static void add_image(struct fit *fit, const char *name, enum fit_role role, struct bytes data)
{
    struct fit_image *image = &fit->images[role];

    *image = (struct fit_image){.role = role, .data = data, .recorded = BIT(DIGEST_SHA256)};
    (void)text_copy(image->name, sizeof(image->name), name);
    (void)text_copy(image->type, sizeof(image->type), role == FIT_APP ? "standalone" : name);
    (void)text_copy(image->os, sizeof(image->os), "sel4");
    (void)text_copy(image->compression, sizeof(image->compression), "none");
    digest_make(DIGEST_SHA256, data, &image->digests[DIGEST_SHA256]);
}

static void make_payload(struct boot_fake *boot, vaddr_t kernel_va)
{
    const struct elf_fake_segment kernel = {kernel_va, ARCH_FAKE_BASE, BOOT_FAKE_KERNEL_FILE,
                                            BOOT_FAKE_KERNEL_MEMORY, PF_R | PF_W | PF_X};
    const struct elf_fake_segment app = {BOOT_FAKE_APP_VA, BOOT_FAKE_APP_VA, BOOT_FAKE_APP_FILE,
                                         BOOT_FAKE_APP_MEMORY, PF_R | PF_X};
    struct choice *now = monitor_fake_now(&boot->fake.m);

    elf_fake_init(&boot->kernel, &kernel, 1);
    elf_fake_init(&boot->app, &app, 1);
    (void)text_copy(now->sources.fit.description, sizeof(now->sources.fit.description),
                    "test system");
    (void)text_copy(now->sources.fit.config, sizeof(now->sources.fit.config), "conf-1");
    add_image(&now->sources.fit, "kernel", FIT_KERNEL, elf_fake_bytes(&boot->kernel));
    add_image(&now->sources.fit, "app", FIT_APP, elf_fake_bytes(&boot->app));
    now->sources.payload =
        (struct bytes){boot->kernel.file, sizeof(boot->kernel) + sizeof(boot->app)};
}

static void start_machine(struct boot_fake *boot, const struct cmd *const *commands, unsigned el)
{
    struct monitor *m = &boot->fake.m;
    struct range top = {ARCH_FAKE_BASE + ARCH_FAKE_BYTES - MIB(1),
                        ARCH_FAKE_BASE + ARCH_FAKE_BYTES};

    monitor_fake_init(&boot->fake, commands);
    arch_fake.cpu.el = el;
    arch_fake.image = top;
    arch_fake.par = boot_fake_par(ARCH_FAKE_BASE);
    arch_cpu(&m->board.cpu);
}

static void plan(struct monitor *m)
{
    struct choice *now = monitor_fake_now(m);

    if (regions_add(&now->busy, arch_fake.image, REGION_MONITOR, "monitor", NULL) ||
        choice_plan(&m->board, now)) {
        (void)fprintf(stderr, "boot_fake: %s\n", now->problem.text);
        abort();
    }
}

void boot_fake_init(struct boot_fake *boot, const struct cmd *const *commands, unsigned kernel_el,
                    unsigned machine_el)
{
    start_machine(boot, commands, machine_el);
    make_payload(boot, kernel_el == 2 ? BOOT_FAKE_EL2_VA : BOOT_FAKE_EL1_VA);
    plan(&boot->fake.m);
}

void boot_fake_init_linux(struct boot_fake *boot, const struct cmd *const *commands,
                          unsigned machine_el)
{
    struct monitor *m = &boot->fake.m;
    struct choice *now;

    start_machine(boot, commands, machine_el);
    now = monitor_fake_now(m);
    image_fake_init(&boot->image);
    memset(boot->initrd, 0xc9, sizeof(boot->initrd));
    (void)text_copy(now->sources.fit.description, sizeof(now->sources.fit.description),
                    "test system");
    add_image(&now->sources.fit, "kernel", FIT_KERNEL, image_fake_bytes(&boot->image));
    add_image(&now->sources.fit, "initrd", FIT_INITRD,
              (struct bytes){boot->initrd, sizeof(boot->initrd)});
    now->sources.fit.images[FIT_INITRD].recorded = 0;
    now->sources.payload =
        (struct bytes){boot->image.file, sizeof(boot->image) + sizeof(boot->initrd)};
    plan(m);
}

uint64_t boot_fake_par(paddr_t pa)
{
    return UINT64_C(0xff) << 56 | BIT(11) | pa;
}
