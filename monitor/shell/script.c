/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/shell/script.h"

#include <string.h>

#include "monitor/shell/shell.h"

/* The next line of @text behind @at, cut to what the shell finds too long itself. */
static void take_line(struct bytes text, size_t *at, char line[PARSE_LINE_BYTES + 1])
{
    const uint8_t *from = text.data + *at;
    const uint8_t *newline = memchr(from, '\n', text.size - *at);
    size_t size = newline ? (size_t)(newline - from) : text.size - *at;

    *at += newline ? size + 1 : size;
    if (size > 0 && from[size - 1] == '\r')
        size--;
    if (size > PARSE_LINE_BYTES)
        size = PARSE_LINE_BYTES;
    memcpy(line, from, size);
    line[size] = '\0';
}

static int run_lines(struct shell *sh, struct bytes text, struct diag *d)
{
    char line[PARSE_LINE_BYTES + 1];
    unsigned number = 0;
    size_t at = 0;
    int status = ERR_OK;

    while (at < text.size && status == ERR_OK) {
        if (console_interrupted(sh->con))
            return diag_set(d, ERR_INTERRUPTED, "interrupted after line %u", number);
        take_line(text, &at, line);
        number++;
        sh->status = ERR_OK; /* of a line without a command */
        status = shell_run_line(sh, line);
    }
    if (status)
        console_printf(sh->con, "script: stopped at line %u\n", number);
    return status;
}

int script_run(struct shell *sh, struct bytes text, struct diag *d)
{
    const struct script script = {text, sh->script};
    unsigned depth = 0;
    int status;

    if (memchr(text.data, '\0', text.size))
        return diag_set(d, ERR_FORMAT, "the script is not text: it has a NUL byte");
    for (const struct script *s = script.outer; s; s = s->outer)
        depth++;
    if (depth == SCRIPT_DEPTH_MAX)
        return diag_set(d, ERR_NOMEM, "more than %d nested scripts", SCRIPT_DEPTH_MAX);
    sh->script = &script;
    status = run_lines(sh, text, d);
    sh->script = script.outer;
    return status;
}
