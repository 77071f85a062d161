/* SPDX-License-Identifier: Apache-2.0 */
/* What libdeflate's decoder asks of the library's other parts, which need a C library and 13 KB of
 * tables. */
#include <stddef.h>
#include <string.h>

#include <libdeflate.h>

#include "monitor/arch/sysreg.h"
#include "monitor/base/bits.h"
#include "monitor/base/crc32.h"

void *libdeflate_malloc(size_t size);
void libdeflate_free(void *memory);

/* The tables of one decoder: there is never a second one. */
void *libdeflate_malloc(size_t size)
{
    static _Alignas(16) uint8_t tables[KIB(12)];

    return size <= sizeof(tables) ? tables : NULL;
}

void libdeflate_free(void *memory)
{
    (void)memory;
}

/* By FEAT_CRC32's instructions. */
static uint32_t step_fast(uint32_t crc, const uint8_t *data, size_t size)
{
    uint64_t word;

    for (; size >= sizeof(word); data += sizeof(word), size -= sizeof(word)) {
        memcpy(&word, data, sizeof(word));
        __asm__(".arch_extension crc\n\tcrc32x %w0, %w0, %1" : "+r"(crc) : "r"(word));
    }
    for (; size > 0; size--)
        __asm__(".arch_extension crc\n\tcrc32b %w0, %w0, %w1" : "+r"(crc) : "r"(*data++));
    return crc;
}

uint32_t libdeflate_crc32(uint32_t crc, const void *buffer, size_t len)
{
    bool has_crc32 = field_get(sysreg_read(id_aa64isar0_el1), 19, 16) != 0;

    return ~(has_crc32 ? step_fast : crc32_step)(~crc, buffer, len);
}
