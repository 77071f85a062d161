/* SPDX-License-Identifier: Apache-2.0 */
/* The commands xmodem and ymodem: their words, where raw bytes may go, and sending them. */
#include "tests/unit/transfer_unit.h"

/* --- Where raw bytes may go -------------------------------------------------------------- */

static void occupy(uint64_t start, uint64_t end, const char *name)
{
    assert_int_equal(regions_add(&monitor_fake_now(m)->busy, (struct range){start, end},
                                 REGION_RESERVED, name, NULL),
                     0);
}

static void test_room_ends_before_what_is_busy(void **state)
{
    (void)state;
    occupy(AT - 0x1000, AT, "below");
    occupy(AT + 0x3000, AT + 0x4000, "above");
    assert_int_equal(monitor_fake_run(&fake, "xmodem 0x40010001 -t 1"), -ERR_TIMEOUT);
    assert_memory_equal(console_fake_take(&fake.console), "up to 12287 bytes to 0x40010001;", 32);
}

static void test_busy_memory_is_refused(void **state)
{
    (void)state;
    occupy(AT, AT + 0x1000, "firmware");
    assert_runs("xmodem 0x40010fff", ERR_OVERLAP,
                "error: xmodem: 0x40010fff-0x40400000 overlaps firmware at "
                "0x40010000-0x40011000\r\n");
    assert_runs("xmodem 0x4000ffff 2", ERR_OVERLAP,
                "error: xmodem: 0x4000ffff-0x40010001 overlaps firmware at "
                "0x40010000-0x40011000\r\n");
}

static void test_live_tables_are_refused(void **state)
{
    (void)state;
    monitor_fake_now(m)->plan.ranges[PLAN_TABLES] = (struct range){AT, AT + 0x1000};
    monitor_fake_now(m)->plan.ranges[PLAN_TRAMPOLINE] = (struct range){AT + 0x1000, AT + 0x2000};
    m->boot.progress.mmu_on = true;
    assert_runs("xmodem 0x40011000", ERR_OVERLAP,
                "error: xmodem: 0x40011000-0x40400000 overlaps the boot tables in force at "
                "0x40010000-0x40012000\r\n");
}

static void test_words(void **state)
{
    (void)state;
#define USAGE "; usage: xmodem [SLOT|ADDR"
    static const struct {
        const char *line, *reason;
    } wrong[] = {
        {"xmodem app 1", "unexpected word: 1" USAGE},
        {"xmodem 0x40010000 1 2", "unexpected word: 2" USAGE},
        {"xmodem 0x40010000 -g", "unexpected word: -g" USAGE},
        {"xmodem 0x40010000 -c -c", "unexpected word: -c" USAGE},
        {"xmodem 0x40010000 -t", "-t wants a number of seconds" USAGE},
        {"xmodem 0x40010000 -t 0", "-t 0 is not from 1 to 3600 s"},
        {"xmodem 0x40010000 -t 3601", "-t 3601 is not from 1 to 3600 s"},
        {"xmodem 0x40010000 -t x", "not a number: 'x'"},
        {"xmodem 0x40010000 sha256=12", "sha256=12 is not 64 hex digits"},
        {"xmodem somewhere", "not a number: 'somewhere'"},
        {"xmodem 0x10000000", "0x10000000 is not in RAM\r"},
        {"xmodem 40010000", "0x2628110 is not in RAM; did you mean 0x40010000?\r"},
        {"xmodem 0x40010000 0", "there are 4128768 bytes of RAM at 0x40010000, not 0\r"},
        {"xmodem 0x40010000 4128769",
         "there are 4128768 bytes of RAM at 0x40010000, not 4128769\r"},
        {"xmodem send 0x40010000", "send takes ADDR and SIZE" USAGE},
        {"xmodem send 0x40010000 1 name", "send takes ADDR and SIZE" USAGE},
        {"xmodem send 0x40010000 1 -c",
         "send takes no -c, -g or sha256=: the receiver chooses the check" USAGE},
        {"xmodem send 0x40010000 0xffffffffffffffff",
         "18446744073709551615 words of 1 bytes at 0x40010000 pass the end of the address space\r"},
        {"xmodem send 0x403ffff0 17", "fault at 0x40400000\r"},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char expected[256];

        (void)snprintf(expected, sizeof(expected), "error: xmodem: %s", wrong[i].reason);
        assert_true(monitor_fake_run(&fake, wrong[i].line) > 0);
        if (strncmp(console_fake_take(&fake.console), expected, strlen(expected)) != 0)
            fail_msg("%s: %s", wrong[i].line, fake.console.output);
    }
}

/* --- Sending ----------------------------------------------------------------------------- */

#define WAITING "waiting 60 s for the receiver, ctrl-c stops\r\n"

static void test_send(void **state)
{
    const char *out;

    (void)state;
    memcpy(memory(AT), content, 1000);
    text_later(10 * MS, "C");
    text_later(100 * MS, ACK);
    text_later(10 * MS, ACK);
    assert_int_equal(monitor_fake_run(&fake, "xmodem send 0x40010000 1000"), 0);
    out = console_fake_take(&fake.console);
    xmodem_stream_block(&tx, XMODEM_CRC, 1, 1024, content, 1000);
    xmodem_stream_byte(&tx, XMODEM_EOT);
    assert_memory_equal(out, WAITING, strlen(WAITING));
    assert_memory_equal(out + strlen(WAITING), tx.data, tx.size);
    assert_memory_equal(out + strlen(WAITING) + tx.size, "\r\n1000 bytes, 1 blocks, 0 retries, ",
                        35);
}

static void test_send_ymodem(void **state)
{
    const char *out;

    (void)state;
    text_later(10 * MS, "C");
    text_later(100 * MS, ACK "C"); /* the header */
    text_later(100 * MS, ACK);     /* the block */
    text_later(10 * MS, ACK "C");  /* the EOT */
    text_later(100 * MS, ACK);     /* the header that ends the batch */
    assert_int_equal(monitor_fake_run(&fake, "ymodem send 0x40010000 128 dump.bin"), 0);
    out = console_fake_take(&fake.console);
    assert_string_equal(out + strlen(WAITING) + 3, "dump.bin");
    assert_string_equal(out + strlen(WAITING) + 3 + strlen("dump.bin") + 1, "128");
}

static void test_no_receiver(void **state)
{
    (void)state;
    assert_runs("xmodem send 0x40010000 1 -t 4", ERR_TIMEOUT,
                "waiting 4 s for the receiver, ctrl-c stops\r\n" CANCEL
                "\r\nerror: xmodem: after 0 bytes: the receiver is silent\r\n");
}

#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(room_ends_before_what_is_busy),
        TEST(busy_memory_is_refused),
        TEST(live_tables_are_refused),
        TEST(words),
        TEST(send),
        TEST(send_ymodem),
        TEST(no_receiver),
    };

    return cmocka_run_group_tests_name("cmd_xmodem", tests, NULL, NULL);
}
