/* SPDX-License-Identifier: Apache-2.0 */
/* The one error enumeration, and the words that go with an error. */
#ifndef ELFMON_BASE_ERR_H
#define ELFMON_BASE_ERR_H

/**
 * What a function returns: ERR_OK, or one of these negative values. Results go
 * through out-pointers, which are left alone on error unless said otherwise.
 */
enum err {
    ERR_OK = 0,
    ERR_USAGE = -1,        /* the words of a command do not fit its usage */
    ERR_NUMBER = -2,       /* not a number, or trailing junk behind one */
    ERR_RANGE = -3,        /* a value or an address range outside what is allowed, or that wraps */
    ERR_ALIGN = -4,        /* an address or a size that is not aligned */
    ERR_OVERLAP = -5,      /* two ranges that must be disjoint are not */
    ERR_NOMEM = -6,        /* a table, buffer or memory range is full or too small */
    ERR_TRUNCATED = -7,    /* the data ends before what it announces */
    ERR_FORMAT = -8,       /* the data is not what its format says it must be */
    ERR_UNSUPPORTED = -9,  /* well-formed, but not for this program or machine */
    ERR_NOTFOUND = -10,    /* no such command, path, image, property or symbol */
    ERR_DIGEST = -11,      /* a digest does not match */
    ERR_MISMATCH = -12,    /* kernel and machine do not fit together (preflight) */
    ERR_STATE = -13,       /* not possible now: an earlier step is missing */
    ERR_FAULT = -14,       /* the CPU took an exception */
    ERR_INTERRUPTED = -15, /* Ctrl-C */
    ERR_TIMEOUT = -16,     /* nothing came in time */
    ERR_IO = -17,          /* a device or a file refused */
};

enum { DIAG_TEXT_BYTES = 384 };

/**
 * The reason of a failure, in words for the user: what, which value, what was
 * expected. One line, without the command's name and without a newline.
 */
struct diag {
    char text[DIAG_TEXT_BYTES];
};

/**
 * Write the reason into @d (cut to its size; @d may be NULL) and return @code,
 * so that a check reads `return diag_set(d, ERR_ALIGN, "...", ...)`.
 */
int diag_set(struct diag *d, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
