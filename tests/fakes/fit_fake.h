/* SPDX-License-Identifier: Apache-2.0 */
/* A small sound FIT to be changed by tests, and what must hold for every one that fit_open
 * accepts. */
#ifndef ELFMON_TESTS_FIT_FAKE_H
#define ELFMON_TESTS_FIT_FAKE_H

#include "payload/fit.h"

enum {
    FIT_FAKE_TREE = 4096, /* totalsize, most of it free */
    FIT_FAKE_DATA = 512,  /* behind the tree; byte i is i */
    FIT_FAKE_BYTES = FIT_FAKE_TREE + FIT_FAKE_DATA,
    /* Size and offset from the tree's end of the images. */
    FIT_FAKE_KERNEL = 0,
    FIT_FAKE_KERNEL_BYTES = 100,
    FIT_FAKE_APP = 100,
    FIT_FAKE_APP_BYTES = 50,
    FIT_FAKE_FDT = 160,
    FIT_FAKE_FDT_BYTES = 40,
};

struct fit_fake {
    union {
        uint64_t aligned[FIT_FAKE_BYTES / sizeof(uint64_t)];
        uint8_t blob[FIT_FAKE_BYTES];
    };
};

/**
 * Images kernel, app and fdt, each with its sha256, and configurations conf-1 (the default; all
 * three) and conf-2 (the kernel alone).
 */
void fit_fake_init(struct fit_fake *fit);

struct bytes fit_fake_bytes(const struct fit_fake *fit);

/* Change the tree; @path must exist, and there must be room. */
void fit_fake_set(struct fit_fake *fit, const char *path, const char *property, const void *value,
                  size_t size);
void fit_fake_set_text(struct fit_fake *fit, const char *path, const char *property,
                       const char *value);
void fit_fake_set_u32(struct fit_fake *fit, const char *path, const char *property, uint32_t value);
void fit_fake_set_u64(struct fit_fake *fit, const char *path, const char *property, uint64_t value);
void fit_fake_unset(struct fit_fake *fit, const char *path, const char *property);
void fit_fake_add_node(struct fit_fake *fit, const char *path, const char *name);
void fit_fake_drop_node(struct fit_fake *fit, const char *path);

/** An image with @size bytes of external data at @offset. */
void fit_fake_add_image(struct fit_fake *fit, const char *name, uint32_t offset, uint32_t size);

/** Overwrite every @from in the tree, bytes that libfdt itself would not write. */
void fit_fake_replace(struct fit_fake *fit, const void *from, const void *to, size_t size);

/** NULL, or which promise of struct fit does not hold. */
const char *fit_fake_broken_promise(const struct fit *fit);

#endif
