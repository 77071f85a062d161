/* SPDX-License-Identifier: Apache-2.0 */
/* Files over the console's line: what moves bytes and time between the console and the machines of
 * payload/xmodem.h. While one runs nothing is printed, and whatever comes belongs to it. */
#ifndef ELFMON_CMDS_TRANSFER_H
#define ELFMON_CMDS_TRANSFER_H

#include "monitor/shell/console.h"
#include "monitor/sources/upload.h"
#include "payload/xmodem.h"

struct transfer {
    /* To be filled in before. */
    enum xmodem_char start;
    uint32_t start_ms; /* patience for the other side to begin */

    /* What happened. */
    uint64_t bytes;
    uint64_t us; /* from the first block's begin to the last file's end */
    uint32_t block_count, retry_count;
};

/** Files that are received, one behind the other. */
struct transfer_files {
    struct range room; /* physical memory */
    unsigned max;      /* files that are wanted */
    unsigned count;
    struct upload_file
        files[UPLOAD_SLOT_COUNT]; /* one for each slot; name, data, size_known are filled in */
};

/**
 * Receive to @files, whichever protocol the sender speaks. On an error @files are worth nothing,
 * and the line has been quiet for a moment.
 */
int transfer_receive(struct transfer *t, struct console *con, struct transfer_files *files,
                     struct diag *d);

/**
 * Send @data.
 * @name  YMODEM with this name; NULL: XMODEM
 */
int transfer_send(struct transfer *t, struct console *con, const char *name, struct bytes data,
                  struct diag *d);

/** "65536 bytes, 64 blocks, 0 retries, 0.412 s, 159 kB/s", without a newline. */
void transfer_print(const struct transfer *t, struct console *con);

#endif
