/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes bytes from the PL011 of QEMU's virt machine and does nothing with them: no receiver can be
 * faster on that line asleep. Again and again: says '?', reads "BLOCK TOTAL" and a newline, says
 * 'C', and answers each BLOCK bytes with an ACK until it has taken TOTAL.
 *
 * Source: Arm DDI 0183, "Programmers Model"; Arm IHI 0048, "Programmers' Model".
 */
#include <stdint.h>

#define BIT(n) (UINT32_C(1) << (n))

enum { UART = 0x09000000, UARTDR = 0x00, UARTFR = 0x18, UARTLCR_H = 0x2c, UARTCR = 0x30 };
enum { UARTIMSC = 0x38, FIFO_BYTES = 16, UART_INTID = 33 };
#define FR_RXFE       BIT(4)
#define FR_TXFF       BIT(5)
#define FR_RXFF       BIT(6)
#define LCR_H_FEN     BIT(4)
#define LCR_H_WLEN_8  (BIT(5) | BIT(6))
#define CR_ON         (BIT(0) | BIT(8) | BIT(9))
#define IMSC_RX_OR_RT (BIT(4) | BIT(6))

enum { GICD = 0x08000000, GICC = 0x08010000 };
enum { GICD_CTLR = 0x000, GICD_ISENABLER = 0x100, GICD_ITARGETSR = 0x800 };
enum { GICC_CTLR = 0x000, GICC_PMR = 0x004 };

enum { ACK = 0x06, PAUSE_PER_SECOND = 300000 };

static volatile uint32_t *at(uintptr_t address)
{
    return (volatile uint32_t *)address;
}

static uint32_t flags(void)
{
    return *at(UART + UARTFR);
}

static uint8_t take(void)
{
    return (uint8_t)*at(UART + UARTDR);
}

static void put(char c)
{
    while ((flags() & FR_TXFF) != 0)
        ;
    *at(UART + UARTDR) = (uint8_t)c;
}

/* Drops what has come before. QEMU 10.0 waits for that to be read, and is shown a read. */
static void fifo_on(void)
{
    *at(UART + UARTLCR_H) = LCR_H_WLEN_8 | LCR_H_FEN;
    *at(UART + UARTCR) = CR_ON;
    if ((flags() & FR_RXFE) != 0)
        take();
}

/* The receive interrupt reaches the core, which never takes it: it ends a WFI. */
static void interrupt_on(void)
{
    *(volatile uint8_t *)(uintptr_t)(GICD + GICD_ITARGETSR + UART_INTID) = 1;
    *at(GICD + GICD_ISENABLER + UART_INTID / 32 * 4) = BIT(UART_INTID % 32);
    *at(GICD + GICD_CTLR) = 1;
    *at(GICC + GICC_PMR) = 0xff;
    *at(GICC + GICC_CTLR) = 1;
    *at(UART + UARTIMSC) = IMSC_RX_OR_RT;
}

static uint64_t counter(void)
{
    uint64_t value;

    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value)::"memory");
    return value;
}

static void pause(uint64_t ticks)
{
    uint64_t start = counter();

    while (counter() - start < ticks)
        ;
}

/* Until something has come. Where the first byte ends the WFI, a moment later there are more. */
static void wait(uint64_t ticks)
{
    __asm__ volatile("dsb sy; wfi" ::: "memory");
    if ((flags() & (FR_RXFE | FR_RXFF)) == 0)
        pause(ticks);
}

/* At least one byte, FIFO_BYTES at most. Returns how many. */
static unsigned drain(uint64_t ticks)
{
    uint32_t now = flags();
    unsigned count = now & FR_RXFF ? FIFO_BYTES : 1;

    while ((now & FR_RXFE) != 0) {
        wait(ticks);
        now = flags();
        count = now & FR_RXFF ? FIFO_BYTES : 1;
    }
    for (unsigned i = 0; i < count; i++)
        take();
    return count;
}

static char read_char(void)
{
    while ((flags() & FR_RXFE) != 0)
        ;
    return (char)take();
}

static uint64_t read_number(void)
{
    uint64_t value = 0;

    for (char c = read_char(); c >= '0' && c <= '9'; c = read_char())
        value = value * 10 + (uint64_t)(c - '0');
    return value;
}

__attribute__((noreturn)) void drain_main(void);
void drain_main(void)
{
    uint64_t ticks;

    __asm__("mrs %0, cntfrq_el0" : "=r"(ticks));
    ticks /= PAUSE_PER_SECOND;
    fifo_on();
    interrupt_on();

    for (;;) {
        uint64_t left, block, open = 0;

        put('?');
        block = read_number();
        left = read_number();
        put('C');
        while (left != 0) {
            unsigned count = drain(ticks);

            left = left > count ? left - count : 0;
            open += count;
            if (open >= block) {
                put(ACK);
                open -= block;
            }
        }
        put(ACK); /* for the EOT */
    }
}
