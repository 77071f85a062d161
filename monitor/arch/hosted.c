/* SPDX-License-Identifier: Apache-2.0 */
/* What the libraries, which are built for Linux with the GNU C library, ask of these two. There is
 * no heap and there are no files but one: who asks for memory or opens another gets none. */
#include "monitor/arch/hosted.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <libdeflate.h>

#include "monitor/arch/sysreg.h"
#include "monitor/base/bits.h"

int *__errno_location(void);
int open(const char *path, int flags, ...);
ssize_t read(int file, void *to, size_t size);
int close(int file);

/* The tables of libdeflate's decoder, the only memory that a library is given: there is never a
 * second decoder. */
static void *take_tables(size_t size)
{
    static _Alignas(16) uint8_t tables[KIB(16)];

    return size <= sizeof(tables) ? tables : NULL;
}

static void leave_tables(void *memory)
{
    (void)memory;
}

void hosted_start(void)
{
    libdeflate_set_memory_allocator(take_tables, leave_tables);
}

/* For the parts of liblz4 and libxxhash that nobody calls. */
void *malloc(size_t size)
{
    (void)size;
    return NULL;
}

void *calloc(size_t count, size_t size)
{
    (void)count;
    (void)size;
    return NULL;
}

void free(void *memory)
{
    (void)memory;
}

/* What Linux tells a program about the CPU: pairs of a tag and a value in a file. libdeflate reads
 * it there once, before its first CRC-32. Source: Linux uapi/linux/auxvec.h, asm/hwcap.h. */
#define AUXV        "/proc/self/auxv"
#define AT_HWCAP    16
#define HWCAP_ASIMD BIT(1)
#define HWCAP_PMULL BIT(4)
#define HWCAP_CRC32 BIT(7)

static bool auxv_unread;

static uint64_t hwcap(void)
{
    uint64_t isar0 = sysreg_read(id_aa64isar0_el1);

    return HWCAP_ASIMD | (field_get(isar0, 7, 4) >= 2 ? HWCAP_PMULL : 0) |
           (field_get(isar0, 19, 16) ? HWCAP_CRC32 : 0);
}

int open(const char *path, int flags, ...)
{
    (void)flags;
    auxv_unread = strcmp(path, AUXV) == 0;
    return auxv_unread ? 0 : -1;
}

ssize_t read(int file, void *to, size_t size)
{
    const uint64_t entry[] = {AT_HWCAP, hwcap()};

    (void)file;
    if (!auxv_unread || size < sizeof(entry))
        return 0;
    memcpy(to, entry, sizeof(entry));
    auxv_unread = false;
    return (ssize_t)sizeof(entry);
}

int close(int file)
{
    (void)file;
    return 0;
}

int *__errno_location(void)
{
    static int number;

    return &number;
}
