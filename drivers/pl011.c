/* SPDX-License-Identifier: Apache-2.0 */
/* Arm PrimeCell UART. Source: Arm DDI 0183, "Programmers Model". */
#include "drivers/serial.h"
#include "monitor/base/bits.h"

enum {
    DR_ERRORS_SHIFT = 8,
    UARTDR = 0x00,
    UARTFR = 0x18,
    UARTLCR_H = 0x2c,
    UARTCR = 0x30,
    UARTIMSC = 0x38,
    UARTPERIPHID0 = 0xfe0, /* the others, and UARTPCELLID0..3, follow */
};

#define DR_ERRORS    MASK(11, 8) /* FE, PE, BE, OE */
#define DR_BE        BIT(10)
#define FR_BUSY      BIT(3)
#define FR_RXFE      BIT(4)
#define FR_TXFF      BIT(5)
#define FR_RXFF      BIT(6)
#define LCR_H_FEN    BIT(4)
#define LCR_H_WLEN_8 (UINT64_C(3) << 5)
#define IMSC_RX      (BIT(4) | BIT(6)) /* enough in the FIFO, or anything for 32 bits' time */
#define CR_UARTEN    BIT(0)
#define CR_TXE       BIT(8)
#define CR_RXE       BIT(9)

static uint32_t get(const struct serial *port, unsigned offset)
{
    return *(volatile uint32_t *)(port->base + offset);
}

static void set(struct serial *port, unsigned offset, uint64_t value)
{
    *(volatile uint32_t *)(port->base + offset) = (uint32_t)value;
}

/* The PrimeCell's identification; UARTPERIPHID2 has the revision too. */
static bool pl011_is_there(const struct serial *port)
{
    static const uint8_t expected[] = {0x11, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    for (unsigned i = 0; i < sizeof(expected); i++) {
        uint32_t mask = i == 2 ? 0x0f : 0xff;

        if ((get(port, UARTPERIPHID0 + 4 * i) & mask) != expected[i])
            return false;
    }
    return true;
}

/* Changing FEN drops what has been received. QEMU 10.0 passes nothing on any more if that was what
 * it waits for to be read: an empty UARTDR is read for it. */
static void start_fifo(struct serial *port)
{
    set(port, UARTLCR_H, LCR_H_WLEN_8 | LCR_H_FEN);
    if (get(port, UARTFR) & FR_RXFE)
        (void)get(port, UARTDR);
}

/* Baud rate and line format are the firmware's. The FIFO is turned on only where it is off. */
static void pl011_start(struct serial *port)
{
    uint64_t enabled = CR_UARTEN | CR_TXE | CR_RXE;

    set(port, UARTIMSC, 0);
    if (!(get(port, UARTLCR_H) & LCR_H_FEN))
        start_fifo(port);
    if ((get(port, UARTCR) & enabled) != enabled)
        set(port, UARTCR, get(port, UARTCR) | enabled);
}

static void pl011_write(struct serial *port, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        while (get(port, UARTFR) & FR_TXFF)
            ;
        set(port, UARTDR, (uint8_t)data[i]);
    }
}

/* Returns whether a byte came with it: a break is none. */
__attribute__((cold, noinline)) static bool count_errors(struct serial *port, uint32_t data)
{
    for (unsigned i = 0; i < SERIAL_ERROR_COUNT; i++)
        port->errors[i] += (data >> (DR_ERRORS_SHIFT + i)) & 1;
    return !(data & DR_BE);
}

/* One byte from UARTDR. Returns where the next one goes. */
static uint8_t *take(struct serial *port, const volatile uint32_t *uartdr, uint8_t *to)
{
    uint32_t data = *uartdr;

    *to = (uint8_t)data;
    if (data & DR_ERRORS && !count_errors(port, data))
        return to;
    return to + 1;
}

/* Until there are no more, or up to @end. Those of a full FIFO are read without asking for each
 * whether it is there. Returns where the next one goes. */
static uint8_t *take_all(struct serial *port, uint8_t *to, const uint8_t *end)
{
    const volatile uint32_t *uartfr = (const volatile uint32_t *)(port->base + UARTFR);
    const volatile uint32_t *uartdr = (const volatile uint32_t *)(port->base + UARTDR);
    uint32_t flags;

    while (to < end && !((flags = *uartfr) & FR_RXFE)) {
        if (flags & FR_RXFF && end - to >= SERIAL_FIFO_BYTES)
            for (unsigned i = 1; i < SERIAL_FIFO_BYTES; i++)
                to = take(port, uartdr, to);
        to = take(port, uartdr, to);
    }
    return to;
}

static size_t pl011_read(struct serial *port, uint8_t *to, size_t room, unsigned looks)
{
    uint8_t *next = to, *end = to + room;

    for (unsigned left = looks; next < end && left > 0; left--) {
        uint8_t *before = next;

        next = take_all(port, next, end);
        if (next != before)
            left = looks;
    }
    return (size_t)(next - to);
}

static void pl011_flush(struct serial *port)
{
    while (get(port, UARTFR) & FR_BUSY)
        ;
}

static enum serial_fill pl011_fill(struct serial *port)
{
    uint32_t flags = get(port, UARTFR);

    if (flags & FR_RXFE)
        return SERIAL_EMPTY;
    return flags & FR_RXFF ? SERIAL_FULL : SERIAL_SOME;
}

/* UARTICR is left alone: an emulator raises the interrupt when something comes to an empty FIFO,
 * and drops it when all has been read; what is cleared in between comes again only with the next
 * byte. */
static void pl011_interrupt(struct serial *port, bool on)
{
    set(port, UARTIMSC, on ? IMSC_RX : 0);
}

const struct serial_ops pl011_ops = {
    .is_there = pl011_is_there,
    .start = pl011_start,
    .write = pl011_write,
    .read = pl011_read,
    .flush = pl011_flush,
    .fill = pl011_fill,
    .interrupt = pl011_interrupt,
};
