/* SPDX-License-Identifier: Apache-2.0 */
/* From a typed line to words and numbers. */
#ifndef ELFMON_MONITOR_SHELL_PARSE_H
#define ELFMON_MONITOR_SHELL_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "monitor/base/err.h"

/** How a command is joined to the one before it. */
enum parse_join { PARSE_ALWAYS /* ; */, PARSE_IF_OK /* && */, PARSE_IF_FAILED /* || */ };

enum { PARSE_WORDS_MAX = 32, PARSE_LINE_BYTES = 1024 };

/** One simple command: argv points into @text. */
struct parse_command {
    enum parse_join join; /* to the command before it */
    enum parse_join next; /* how the one behind it will be joined; its operator is consumed */
    int argc;
    char *argv[PARSE_WORDS_MAX + 1];
    char text[2 * PARSE_LINE_BYTES];
};

/**
 * Take the next simple command from *@cursor (a NUL-terminated line) and move *@cursor behind it.
 * Before the first call for a line set out->next to PARSE_ALWAYS.
 * Words split on blanks; '...' and "..." quote; \ quotes the next character outside '...';
 * an unquoted # in front of a word starts a comment; $? outside '...' becomes @status.
 * Returns 1 with a command in @out, 0 at the end of the line, or ERR_FORMAT (an open quote, an
 * empty side of && or ||, a lone & or |, a control character) or ERR_NOMEM (too many words) with
 * the reason in @d.
 */
int parse_next(const char **cursor, int status, struct parse_command *out, struct diag *d);

/**
 * A number: decimal, or hex with 0x; an optional K, M or G suffix multiplies by 2^10, 2^20, 2^30.
 * The whole word must be the number. ERR_NUMBER or ERR_RANGE (more than 64 bits) with the reason
 * in @d; where a bare hex number was likely meant, the reason suggests 0x.
 */
int parse_number(const char *word, uint64_t *out, struct diag *d);

#endif
