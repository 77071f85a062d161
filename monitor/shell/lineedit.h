/* SPDX-License-Identifier: Apache-2.0 */
/* Push-style line editing: bytes go in one by one, echo goes to the console. No waiting here. */
#ifndef ELFMON_MONITOR_SHELL_LINEEDIT_H
#define ELFMON_MONITOR_SHELL_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/shell/console.h"
#include "monitor/shell/parse.h"

enum { LINEEDIT_HISTORY_BYTES = 4096 };

enum lineedit_event {
    LINEEDIT_MORE,     /* keep feeding */
    LINEEDIT_LINE,     /* Enter: the line is in lineedit.line */
    LINEEDIT_CANCEL,   /* Ctrl-C: the line was dropped */
    LINEEDIT_COMPLETE, /* Tab: the owner completes, then goes on; see tab_again */
    LINEEDIT_OVERFLOW, /* Enter behind a line that did not fit: nothing must be run */
};

struct lineedit {
    struct console *con;
    const char *prompt;
    size_t length, cursor; /* in line */
    bool overflow;         /* bytes were refused since the line was empty */
    bool tab_again;        /* this Tab follows a Tab */
    unsigned char last;    /* the byte before, to take CR LF as one Enter */
    unsigned escape;       /* state within an escape sequence */
    unsigned escape_value; /* the last number in it */
    size_t history_bytes;
    size_t history_position;      /* of the line shown; history_bytes: the new one */
    char line[PARSE_LINE_BYTES];  /* NUL-terminated */
    char kill[PARSE_LINE_BYTES];  /* what Ctrl-K, Ctrl-U, Ctrl-W cut, for Ctrl-Y */
    char saved[PARSE_LINE_BYTES]; /* the new line while older ones are shown */
    /* NUL-terminated lines one behind the other, oldest first. */
    char history[LINEEDIT_HISTORY_BYTES];
};

void lineedit_init(struct lineedit *le, struct console *con, const char *prompt);

/** Print the prompt and begin an empty line. */
void lineedit_begin(struct lineedit *le);

/**
 * Take one byte. Bytes that are neither printable ASCII nor a known control or escape sequence
 * are ignored; a broken escape sequence costs at most the byte that breaks it.
 */
enum lineedit_event lineedit_feed(struct lineedit *le, unsigned char byte);

/** Insert @text at the cursor, for completion; nothing where it does not fit. */
void lineedit_insert(struct lineedit *le, const char *text);

/** Print prompt and line again, after something else was printed. */
void lineedit_redraw(struct lineedit *le);

#endif
