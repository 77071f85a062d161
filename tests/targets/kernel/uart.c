/* SPDX-License-Identifier: Apache-2.0 */
/* Printing on the PL011, as the loader left it. */
#include "tests/targets/kernel/kernel.h"

enum { UART_DR = 0x00, UART_FR = 0x18, UART_FR_TXFF = 1 << 5, UART_FR_BUSY = 1 << 3 };

static bool on;

static volatile uint32_t *uart_register(unsigned offset)
{
    return (volatile uint32_t *)(UART_VA + offset);
}

static void uart_send(char c)
{
    while ((*uart_register(UART_FR) & UART_FR_TXFF) != 0)
        ;
    *uart_register(UART_DR) = (unsigned char)c;
}

void uart_on(void)
{
    on = true;
}

bool uart_is_on(void)
{
    return on;
}

void print_char(char c)
{
    if (!on)
        return;
    if (c == '\n')
        uart_send('\r');
    uart_send(c);
    while ((*uart_register(UART_FR) & UART_FR_BUSY) != 0)
        ;
}

void print(const char *text)
{
    while (*text != '\0')
        print_char(*text++);
}

static void print_number(uint64_t value, unsigned base)
{
    char digits[21];
    char *p = digits + sizeof(digits) - 1;

    *p = '\0';
    do {
        *--p = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    print(p);
}

void print_hex(uint64_t value)
{
    print("0x");
    print_number(value, 16);
}

void print_decimal(uint64_t value)
{
    print_number(value, 10);
}
