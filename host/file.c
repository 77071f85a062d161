/* SPDX-License-Identifier: Apache-2.0 */
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/report_error.h"
#include "monitor/base/bits.h"

/* A devicetree's sizes are 32-bit and many readers take them as signed. */
#define INPUT_BYTES_MAX GIB(1)

void *file_memory(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (!memory) {
        report_error(NULL, "no memory for %zu bytes", size);
        exit(1);
    }
    return memory;
}

/* Read to the end, growing: @fd may be a pipe, whose size nobody knows. */
static int read_all(int fd, const char *path, struct bytes *out)
{
    size_t room = KIB(64), size = 0;
    uint8_t *data = file_memory(room);
    ssize_t n;

    while ((n = read(fd, data + size, room - size)) > 0) {
        size += (size_t)n;
        if (size > INPUT_BYTES_MAX)
            return report_error(path, "larger than 1 GiB");
        if (size == room) {
            uint8_t *larger = file_memory(2 * room);

            memcpy(larger, data, size);
            free(data);
            data = larger;
            room *= 2;
        }
    }
    if (n < 0)
        return report_error(path, "%s", strerror(errno));
    if (size == 0)
        return report_error(path, "empty file");
    *out = (struct bytes){data, size};
    return 0;
}

int file_read(const char *path, struct bytes *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int err;

    if (fd < 0)
        return report_error(path, "%s", strerror(errno));
    err = read_all(fd, path, out);
    (void)close(fd);
    return err;
}

bool file_same(const char *a, const char *b)
{
    struct stat sa, sb;

    return !stat(a, &sa) && !stat(b, &sb) && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/* What a signal must remove. Set before the file exists, so that no moment is left open. */
static const char *volatile unfinished;

static void remove_unfinished(int signal_number)
{
    if (unfinished)
        (void)unlink(unfinished);
    (void)raise(signal_number); /* SA_RESETHAND: ends the program as if not caught */
}

static void guard_against_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
    struct sigaction action = {.sa_handler = remove_unfinished, .sa_flags = (int)SA_RESETHAND};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sigaction old;

        if (!sigaction(numbers[i], NULL, &old) && old.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

/* Create the file that is to become @path beside it; its descriptor, or -1, reported. */
static int create(const char *path, const char *temporary)
{
    struct stat st;
    int fd;

    if (!stat(path, &st) && !S_ISREG(st.st_mode))
        return report_error(path, "exists and is not a regular file");
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return report_error(path, "%s", strerror(errno));
    return fd;
}

static bool write_all(int fd, struct bytes data)
{
    while (data.size > 0) {
        ssize_t n = write(fd, data.data, data.size);

        if (n < 0)
            return false;
        data = (struct bytes){data.data + n, data.size - (size_t)n};
    }
    return true;
}

int file_replace(const char *path, struct bytes data)
{
    size_t room = strlen(path) + sizeof(".tmp-4294967295");
    char *temporary = file_memory(room);
    int fd, err = 0;
    bool ok;

    (void)snprintf(temporary, room, "%s.tmp-%u", path, (unsigned)getpid());
    guard_against_signals();
    unfinished = temporary;
    fd = create(path, temporary);
    if (fd >= 0) {
        ok = write_all(fd, data);
        ok = close(fd) == 0 && ok;
        if (!ok || rename(temporary, path)) {
            err = report_error(path, "%s", strerror(errno));
            (void)unlink(temporary);
        }
    }
    unfinished = NULL;
    free(temporary);
    return fd < 0 ? -1 : err;
}
