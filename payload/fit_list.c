/* SPDX-License-Identifier: Apache-2.0 */
/* All images and configurations of a FIT that has been opened, read from its tree one by one. */
#include <string.h>

#include <libfdt.h>

#include "payload/fit.h"
#include "payload/fit_image.h"
#include "payload/fit_props.h"

/* The node behind @node below @parent; the first one where @node is 0, the root. */
static int next_child(const void *tree, int parent, int node)
{
    return node ? fdt_next_subnode(tree, node) : fdt_first_subnode(tree, parent);
}

int fit_next(const struct fit *fit, struct fit_cursor *at, struct fit_image *out, struct diag *d)
{
    int node = at->node;

    while (at->role < FIT_OTHER) {
        const struct fit_image *image = fit_find(fit, (enum fit_role)at->role++);

        if (image) {
            *out = *image;
            return ERR_OK;
        }
    }
    if (!fit->blob.size || node < 0)
        return ERR_NOTFOUND;
    do {
        node = next_child(fit->blob.data, fit->images_node, node);
    } while (node >= 0 && fit_image_is_used(fit, node));
    at->node = node;
    return node < 0 ? ERR_NOTFOUND : fit_image_read(fit, node, out, d);
}

bool fit_next_config(const struct fit *fit, int *at, char name[FIT_NAME_BYTES])
{
    const void *tree = fit->blob.data;
    const char *found;

    if (!fit->blob.size || fit->configs_node < 0 || *at < 0)
        return false;
    *at = next_child(tree, fit->configs_node, *at);
    if (*at < 0)
        return false;
    found = fdt_get_name(tree, *at, NULL);
    (void)fit_props_copy(name, FIT_NAME_BYTES, found, strlen(found));
    return true;
}

/* --- Sharing no byte -------------------------------------------------------------------------- */

enum { BLOCK_MAX = 64 };

/* Images that are compared with all behind them at once: of many there are few walks. */
struct block {
    unsigned count;
    struct {
        struct bytes data;
        int node;
    } images[BLOCK_MAX];
};

static int check_apart(const struct fit *fit, const struct fit_image *image, const struct block *b,
                       struct diag *d)
{
    for (unsigned i = 0; i < b->count; i++) {
        const char *name = fdt_get_name(fit->blob.data, b->images[i].node, NULL);
        int err = fit_image_apart(fit, image, b->images[i].data, name, d);

        if (err)
            return err;
    }
    return ERR_OK;
}

/* Compare the images from @at on, a block of them, with each other and with all behind. @at moves
 * behind the block. ERR_NOTFOUND: it was the last one. */
static int check_block(const struct fit *fit, struct fit_cursor *at, struct diag *d)
{
    struct fit_cursor ahead = *at;
    struct block b = {.count = 0};
    struct fit_image image;
    int err;

    for (;;) {
        err = fit_next(fit, &ahead, &image, d);
        if (!err)
            err = check_apart(fit, &image, &b, d);
        if (err)
            break;
        if (b.count < BLOCK_MAX) {
            b.images[b.count].data = image.data;
            b.images[b.count].node = image.node;
            b.count++;
            *at = ahead;
        }
    }
    return err == ERR_NOTFOUND && b.count == BLOCK_MAX ? ERR_OK : err;
}

int fit_check(const struct fit *fit, struct diag *d)
{
    struct fit_cursor at = {0};
    int err;

    do {
        err = check_block(fit, &at, d);
    } while (!err);
    return err == ERR_NOTFOUND ? ERR_OK : err;
}
