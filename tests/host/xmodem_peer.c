/* SPDX-License-Identifier: Apache-2.0 */
/* The XMODEM and YMODEM machines on standard input and output, to meet the programs of others.
 *
 *   xmodem_peer receive C|NAK|G ROOM DIRECTORY    files by their name, or "xmodem" without one
 *   xmodem_peer send FILE                         XMODEM, 1K blocks
 *   xmodem_peer send-batch FILE                   YMODEM
 *
 * The outcome is on standard error, in one line; the status is 0 where all went well. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "payload/xmodem_send.h"

enum { BURST_BYTES = 16, FILE_BYTES = 16 << 20, START_MS = 6000 };

static struct xmodem receiver;
static struct xmodem_send sender;
static struct diag why;
static uint8_t memory[FILE_BYTES];

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void transmit(const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, data, size);

        if (n <= 0)
            return; /* the other side has gone; the machine will notice */
        data += n;
        size -= (size_t)n;
    }
}

/* At most @size bytes of what has come within @ms; nothing where the line is closed. */
static size_t collect(uint8_t *data, size_t size, uint32_t ms)
{
    struct pollfd in = {STDIN_FILENO, POLLIN, 0};
    uint64_t end = now_ms() + ms;
    ssize_t n;

    if (poll(&in, 1, (int)ms) <= 0)
        return 0;
    n = read(STDIN_FILENO, data, size);
    if (n > 0)
        return (size_t)n;
    while (now_ms() < end)
        usleep(1000);
    return 0;
}

static void save(const char *directory)
{
    const char *name = receiver.batch ? xmodem_name(&receiver) : "xmodem";
    char path[1024];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "wb");
    if (!file || fwrite(memory, 1, receiver.received, file) != receiver.received || fclose(file))
        die(path);
}

static void act(enum xmodem_event event, size_t room, const char *directory)
{
    if (event == XMODEM_BEGIN)
        xmodem_accept(&receiver, memory, room);
    transmit(receiver.reply, receiver.reply_count);
    if (event == XMODEM_END)
        save(directory);
}

static enum xmodem_event receive(enum xmodem_char start, size_t room, const char *directory)
{
    enum xmodem_event event = XMODEM_NOTHING;
    uint8_t block[XMODEM_BLOCK_BYTES];

    xmodem_start(&receiver, start, memory, room, START_MS, &why);
    transmit(receiver.reply, receiver.reply_count);
    while (event != XMODEM_DONE && event != XMODEM_FAILED) {
        struct bytes in = {block, collect(block, xmodem_due(&receiver), xmodem_wait_ms(&receiver))};

        if (in.size == 0)
            act(event = xmodem_timeout(&receiver), room, directory);
        while (in.size > 0)
            act(event = xmodem_feed(&receiver, &in), room, directory);
    }
    return event;
}

static enum xmodem_event dispatch(const char *path, bool batch)
{
    enum xmodem_event event = XMODEM_NOTHING;
    uint8_t burst[BURST_BYTES];
    FILE *file = fopen(path, "rb");
    const char *slash = strrchr(path, '/');

    if (!file)
        die(path);
    xmodem_send_start(&sender, batch ? (slash ? slash + 1 : path) : NULL,
                      (struct bytes){memory, fread(memory, 1, sizeof(memory), file)}, START_MS,
                      &why);
    fclose(file);
    while (event == XMODEM_NOTHING) {
        struct bytes in = {burst, collect(burst, BURST_BYTES, xmodem_send_wait_ms(&sender))};

        if (in.size == 0) {
            event = xmodem_send_timeout(&sender);
            transmit(sender.reply, sender.reply_count);
        }
        while (in.size > 0) {
            (void)xmodem_send_feed(&sender, &in);
            usleep(1000); /* lrzsz's receivers flush their input behind each answer */
            transmit(sender.reply, sender.reply_count);
        }
    }
    return event;
}

int main(int argc, char **argv)
{
    uint64_t begun = now_ms();
    enum xmodem_event event;

    if (argc == 5 && strcmp(argv[1], "receive") == 0)
        event = receive(strcmp(argv[2], "NAK") == 0 ? XMODEM_NAK : (enum xmodem_char)argv[2][0],
                        strtoull(argv[3], NULL, 0), argv[4]);
    else if (argc == 3 && strncmp(argv[1], "send", 4) == 0)
        event = dispatch(argv[2], strcmp(argv[1], "send-batch") == 0);
    else
        return 2;
    if (event == XMODEM_DONE)
        fprintf(stderr, "done: %u blocks, %u retries, %u ms\n",
                receiver.block_count + sender.block_count,
                receiver.retry_count + sender.retry_count, (unsigned)(now_ms() - begun));
    else
        fprintf(stderr, "error: %s\n", why.text);
    return event == XMODEM_DONE ? 0 : 1;
}
