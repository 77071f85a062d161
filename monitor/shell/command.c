/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/command.h"

#include <string.h>

/** True where @suffix is ".b", ".w", ".l" or ".q". */
static bool is_width(const char *suffix)
{
    return suffix[0] == '.' && suffix[1] != '\0' && strchr("bwlq", suffix[1]) != NULL &&
           suffix[2] == '\0';
}

const struct cmd *command_find(const struct cmd *const *commands, const char *name)
{
    for (const struct cmd *const *cmd = commands; *cmd; cmd++) {
        size_t length = strlen((*cmd)->name);

        if (strncmp(name, (*cmd)->name, length) == 0 &&
            (name[length] == '\0' || ((*cmd)->takes_width && is_width(name + length)))) {
            return *cmd;
        }
    }
    return NULL;
}

/** True where one character more, less, other or swapped makes @a of @b. */
static bool is_near(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == '\0' || *b == '\0') {
        return strlen(a) + strlen(b) <= 1;
    }
    return strcmp(a + 1, b + 1) == 0 || strcmp(a + 1, b) == 0 || strcmp(a, b + 1) == 0 ||
           (a[0] == b[1] && a[1] == b[0] && strcmp(a + 2, b + 2) == 0);
}

const char *command_suggest(const struct cmd *const *commands, const char *name)
{
    for (const struct cmd *const *cmd = commands; *cmd; cmd++) {
        if (is_near(name, (*cmd)->name) || strncmp(name, (*cmd)->name, strlen(name)) == 0) {
            return (*cmd)->name;
        }
    }
    return NULL;
}
