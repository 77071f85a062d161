/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/complete.h"

#include <string.h>

#include <libfdt.h>

#include "monitor/base/text.h"

/** Where in its command a word stands. */
struct place {
    const struct cmd *cmd; /* NULL: unknown */
    unsigned index;        /* 0: a command's name is expected */
    const char *word;
    char quote; /* open quote, or NUL */
};

static void end_word(const struct cmd *const *commands, struct place *at, const char *end)
{
    char name[32] = "";

    if (end == at->word || at->index++ > 0) {
        return;
    }
    (void)text_add(name, sizeof(name), "%.*s", (int)(end - at->word), at->word);
    at->cmd = command_find(commands, name);
    if (at->cmd && at->cmd->completes_commands) {
        at->index = 0;
    }
}

/** The place of the word that ends at @end. */
static struct place find_place(const struct cmd *const *commands, const char *line, const char *end)
{
    struct place at = {.word = line};
    const char *p;

    for (p = line; p < end; p++) {
        if (at.quote != '\0') {
            at.quote = *p == at.quote ? '\0' : at.quote;
        } else if (*p == '\'' || *p == '"') {
            at.quote = *p;
        } else if (strchr(";&|", *p) != NULL) {
            at = (struct place){.word = p + 1};
        } else if (*p == ' ') {
            end_word(commands, &at, p);
            at.word = p + 1;
        }
    }
    return at;
}

/** Take @name into account; @end goes behind it where it stays the only one. */
static void candidate(struct completion *c, const char *name, char end)
{
    const char *rest;
    size_t same = 0;

    if (strncmp(name, c->prefix, c->prefix_length) != 0) {
        return;
    }
    rest = name + c->prefix_length;
    if (strlen(rest) >= COMPLETE_BYTES) {
        return;
    }
    if (c->list) {
        console_printf(c->list, "  %s", name);
    }
    if (c->count++ == 0) {
        (void)text_add(c->common, sizeof(c->common), "%s%c", rest, end);
        return;
    }
    while (c->common[same] != '\0' && c->common[same] == rest[same]) {
        same++;
    }
    c->common[same] = '\0';
}

static void complete_path(struct completion *c, const void *fdt)
{
    const char *name = c->prefix + c->prefix_length;
    int parent, node;

    while (name[-1] != '/') {
        name--;
    }
    /* "/" alone is the root's path; of every other path the last slash is cut off. */
    parent = fdt_path_offset_namelen(fdt, c->prefix,
                                     name - 1 == c->prefix ? 1 : (int)(name - 1 - c->prefix));
    if (parent < 0) {
        return;
    }
    c->prefix_length -= (size_t)(name - c->prefix);
    c->prefix = name;
    fdt_for_each_subnode (node, fdt, parent) {
        candidate(c, fdt_get_name(fdt, node, NULL), fdt_first_subnode(fdt, node) < 0 ? ' ' : '/');
    }
}

void complete(const struct cmd *const *commands, const void *fdt, const char *line, size_t cursor,
              struct console *list, struct completion *out)
{
    struct place at = find_place(commands, line, line + cursor);

    *out = (struct completion){
        .prefix = at.word,
        .prefix_length = (size_t)(line + cursor - at.word),
        .list = list,
    };
    if (at.quote != '\0') {
        return;
    }
    if (at.index == 0) {
        for (const struct cmd *const *cmd = commands; *cmd; cmd++) {
            candidate(out, (*cmd)->name, ' ');
        }
    } else if (at.cmd && at.cmd->completes_paths && fdt && at.word[0] == '/' &&
               out->prefix_length > 0) {
        complete_path(out, fdt);
    } else if (at.cmd && at.cmd->subcommands && at.index == 1) {
        for (const char *word = at.cmd->subcommands; *word; word += strlen(word) + 1) {
            candidate(out, word, ' ');
        }
    }
}
