/* SPDX-License-Identifier: Apache-2.0 */
/* Sender against receiver over a line that changes, loses, doubles and invents bytes. The clock is
 * simulated: where nobody has anything to read, the shorter wait is over. */
#include "tests/unit/unit.h"

#include <string.h>

#include "payload/xmodem_send.h"
#include "tests/fakes/xmodem_fake.h"

enum { FILE_MAX = 6000, MESSAGE_MAX = 2 * XMODEM_BLOCK_BYTES, TIME_MAX_MS = 600000 };

static struct xmodem_fake rx;
static struct xmodem_send tx;
static uint8_t content[FILE_MAX];
static uint64_t seed;

/* xorshift64*: the same numbers in every run. */
static uint32_t any(uint32_t limit)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % limit;
}

/* One direction: faults per million bytes, and what is under way. */
struct line {
    uint32_t faults;
    uint32_t doubled; /* messages per million that arrive twice */
    uint8_t data[8 * MESSAGE_MAX];
    size_t size;
    unsigned fault_count;
};

static struct line there, back;

static void carry(struct line *l, uint8_t byte)
{
    l->data[l->size++] = byte;
}

static void disturb(struct line *l, uint8_t byte)
{
    l->fault_count++;
    switch (any(5)) {
    case 0:
        carry(l, byte ^ (uint8_t)(1u << any(8)));
        break;
    case 1:
        carry(l, (uint8_t)any(256));
        break;
    case 2:
        carry(l, byte);
        carry(l, (uint8_t)any(256));
        break;
    case 3:
        carry(l, XMODEM_EOT);
        break;
    default: /* lost */
        break;
    }
}

static void transmit(struct line *l, const uint8_t *data, size_t size)
{
    unsigned copies = any(1000000) < l->doubled ? 2 : 1;

    assert_true(l->size + 2 * copies * size <= sizeof(l->data));
    for (unsigned copy = 0; copy < copies; copy++) {
        for (size_t i = 0; i < size; i++) {
            if (any(1000000) < l->faults)
                disturb(l, data[i]);
            else
                carry(l, data[i]);
        }
    }
}

static void receive(void)
{
    static struct line burst;

    burst = there;
    there.size = 0;
    rx.replies.size = 0;
    xmodem_fake_feed(&rx, burst.data, burst.size, 1 + any(64));
    transmit(&back, rx.replies.data, rx.replies.size);
}

static void answer(void)
{
    static struct line burst;
    struct bytes in = {burst.data, back.size};

    burst = back;
    back.size = 0;
    while (in.size > 0) {
        (void)xmodem_send_feed(&tx, &in);
        transmit(&there, tx.reply, tx.reply_count);
    }
}

static bool is_halted(void)
{
    return rx.x.state == XMODEM_HALTED;
}

/* Returns how the sender ended: XMODEM_NOTHING where the receiver left it alone. */
static enum xmodem_event run(void)
{
    enum xmodem_event sender = XMODEM_NOTHING;
    uint32_t ms = 0, rx_ms = 0, tx_ms = 0;

    transmit(&back, rx.replies.data, rx.replies.size);
    while (!is_halted() || sender == XMODEM_NOTHING) {
        uint32_t rx_left = is_halted() ? UINT32_MAX : xmodem_wait_ms(&rx.x) - rx_ms;
        uint32_t tx_left = sender ? UINT32_MAX : xmodem_send_wait_ms(&tx) - tx_ms;
        uint32_t step = rx_left < tx_left ? rx_left : tx_left;

        if (there.size > 0) {
            receive();
            rx_ms = 0;
        } else if (back.size > 0) {
            answer();
            tx_ms = 0;
        } else if (rx_left == step) {
            rx_ms = 0;
            tx_ms += step;
            rx.replies.size = 0;
            xmodem_fake_timeout(&rx);
            transmit(&back, rx.replies.data, rx.replies.size);
        } else {
            tx_ms = 0;
            rx_ms += step;
            sender = xmodem_send_timeout(&tx);
            transmit(&there, tx.reply, tx.reply_count);
        }
        ms += there.size == 0 && back.size == 0 ? step : 0;
        assert_true(ms < TIME_MAX_MS);
    }
    return sender;
}

/* Data that looks like the protocol, more often than not. */
static void make_content(size_t size)
{
    static const uint8_t special[] = {XMODEM_SOH, XMODEM_STX, XMODEM_EOT, XMODEM_ACK,
                                      XMODEM_NAK, XMODEM_CAN, XMODEM_PAD, XMODEM_CRC};
    bool is_random = any(3) == 0;

    for (size_t i = 0; i < size; i++)
        content[i] = is_random ? (uint8_t)any(256) : special[any(sizeof(special))];
}

/* What a campaign of transfers came to. */
struct result {
    unsigned transfers, arrived, corrupt, faults;
};

static bool is_intact(size_t size, bool ymodem)
{
    if (memcmp(rx.memory, content, size) != 0 || rx.end_bytes < size ||
        (ymodem && rx.end_bytes != size))
        return false;
    for (size_t i = size; i < rx.end_bytes; i++)
        if (rx.memory[i] != XMODEM_PAD)
            return false;
    return true;
}

static void transfer(enum xmodem_char start, uint32_t there_faults, uint32_t back_faults,
                     struct result *result)
{
    size_t size = any(FILE_MAX);
    bool ymodem = start != XMODEM_NAK && any(2);

    make_content(size);
    memset(&there, 0, sizeof(there));
    memset(&back, 0, sizeof(back));
    there.faults = there_faults;
    there.doubled = there_faults * 10;
    back.faults = back_faults;
    xmodem_send_start(&tx, ymodem ? "file" : NULL, (struct bytes){content, size}, XMODEM_START_MS,
                      NULL);
    xmodem_fake_init(&rx, start, FILE_MAX + any(1024));
    (void)run();
    assert_true(xmodem_fake_is_sound(&rx));
    result->transfers++;
    result->faults += there.fault_count + back.fault_count;
    if (rx.event == XMODEM_DONE && rx.end_count == 1) {
        result->arrived++;
        result->corrupt += !is_intact(size, ymodem);
    }
}

static void campaign(enum xmodem_char start, unsigned count, uint32_t there_faults,
                     uint32_t back_faults, struct result *result)
{
    memset(result, 0, sizeof(*result));
    seed = 0x853c49e6748fea9bULL + there_faults * 1000 + back_faults;
    while (result->transfers < count)
        transfer(start, there_faults, back_faults, result);
    print_message("%u transfers, %u faults: %u arrived, %u of them corrupt\n", result->transfers,
                  result->faults, result->arrived, result->corrupt);
}

static void test_clean_line(void **state)
{
    struct result result;

    (void)state;
    campaign(XMODEM_CRC, 500, 0, 0, &result);
    assert_int_equal(result.arrived, result.transfers);
    assert_int_equal(result.corrupt, 0);
    campaign(XMODEM_NAK, 500, 0, 0, &result);
    assert_int_equal(result.arrived, result.transfers);
    assert_int_equal(result.corrupt, 0);
}

static void test_faults_on_the_way_there(void **state)
{
    struct result result;

    (void)state;
    campaign(XMODEM_CRC, 5000, 200, 0, &result);
    assert_int_equal(result.corrupt, 0);
    assert_in_range(result.arrived, result.transfers * 95 / 100, result.transfers);
}

static void test_many_faults_on_the_way_there(void **state)
{
    struct result result;

    (void)state;
    campaign(XMODEM_CRC, 1000, 1000, 0, &result);
    assert_int_equal(result.corrupt, 0);
    assert_in_range(result.arrived, result.transfers / 2, result.transfers);
}

static void test_faults_on_both_ways(void **state)
{
    struct result result;

    (void)state;
    campaign(XMODEM_CRC, 3000, 200, 20000, &result);
    assert_int_equal(result.corrupt, 0);
    assert_true(result.arrived > result.transfers / 4);
}

static void test_checksum(void **state)
{
    struct result result;

    (void)state;
    campaign(XMODEM_NAK, 500, 200, 0, &result);
    assert_in_range(result.arrived, result.transfers * 9 / 10, result.transfers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_line),
        cmocka_unit_test(test_faults_on_the_way_there),
        cmocka_unit_test(test_many_faults_on_the_way_there),
        cmocka_unit_test(test_faults_on_both_ways),
        cmocka_unit_test(test_checksum),
    };

    return cmocka_run_group_tests_name("xmodem_line", tests, NULL, NULL);
}
