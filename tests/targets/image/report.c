/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/targets/image/report.h"

#define UART ((volatile uint32_t *)0x9000000)

enum { UART_FR = 0x18 / 4, UART_FR_BUSY = 1 << 3 };

unsigned check_count, check_failed;

static void print_char(char c)
{
    UART[0] = (unsigned char)c;
    while ((UART[UART_FR] & UART_FR_BUSY) != 0)
        ;
}

void print(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            print_char('\r');
        print_char(*text);
    }
}

static void print_hex(uint64_t value)
{
    print("0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        const unsigned digit = value >> shift & 0xf;

        if (shift == 0 || value >> shift != 0)
            print_char((char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}

void print_decimal(uint64_t value)
{
    if (value >= 10)
        print_decimal(value / 10);
    print_char((char)('0' + value % 10));
}

void say(const char *name, uint64_t value)
{
    print("contract: ");
    print(name);
    print(" = ");
    print_hex(value);
    print("\n");
}

void check(const char *name, uint64_t got, uint64_t want)
{
    check_count++;
    print("contract: ");
    print(name);
    print(": ");
    if (got == want) {
        print("ok\n");
        return;
    }
    check_failed++;
    print("FAIL got ");
    print_hex(got);
    print(" want ");
    print_hex(want);
    print("\n");
}

bool is_inside(struct range inner, struct range outer)
{
    return outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end;
}

bool is_disjoint(struct range a, struct range b)
{
    return a.end <= b.start || b.end <= a.start;
}

static uint32_t crc_of_byte(uint32_t byte)
{
    for (unsigned bit = 0; bit < 8; bit++)
        byte = byte >> 1 ^ ((byte & 1) != 0 ? 0xedb88320 : 0);
    return byte;
}

uint32_t crc32(struct range bytes)
{
    static uint32_t table[256];
    uint32_t crc = UINT32_MAX;

    for (uint32_t i = 0; i < 256; i++)
        table[i] = crc_of_byte(i);
    for (const uint8_t *p = (const uint8_t *)(uintptr_t)bytes.start;
         p < (const uint8_t *)(uintptr_t)bytes.end; p++)
        crc = crc >> 8 ^ table[(crc ^ *p) & 0xff];
    return ~crc;
}
