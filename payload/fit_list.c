/* SPDX-License-Identifier: Apache-2.0 */
/* All images and configurations of a FIT that has been opened, read from its tree one by one. */
#include <string.h>

#include "payload/fit.h"
#include "payload/fit_image.h"
#include "payload/fit_props.h"
#include "payload/fit_tree.h"

/* The node behind @node below @parent; at the beginning, where @node is the root, the first one. */
static int next_child(const void *tree, int parent, int node)
{
    return node == FIT_TREE_ROOT ? fit_tree_child(tree, parent) : fit_tree_next(tree, node);
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
    if (!fit->blob.size || node == FIT_TREE_NONE)
        return ERR_NOTFOUND;
    do {
        node = next_child(fit->blob.data, fit->images_node, node);
    } while (node != FIT_TREE_NONE && fit_image_is_used(fit, node));
    at->node = node;
    return node == FIT_TREE_NONE ? ERR_NOTFOUND : fit_image_read(fit, node, out, d);
}

bool fit_next_config(const struct fit *fit, int *at, char name[FIT_NAME_BYTES])
{
    const void *tree = fit->blob.data;
    const char *found;

    if (!fit->blob.size || fit->configs_node == FIT_TREE_NONE || *at == FIT_TREE_NONE)
        return false;
    *at = next_child(tree, fit->configs_node, *at);
    if (*at == FIT_TREE_NONE)
        return false;
    found = fit_tree_name(tree, *at);
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
        const char *name = fit_tree_name(fit->blob.data, b->images[i].node);
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
