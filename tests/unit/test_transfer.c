/* SPDX-License-Identifier: Apache-2.0 */
/* Files over the line: the loop around the machines, and the commands xmodem and ymodem. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmds/cmds.h"
#include "monitor/transfer.h"
#include "tests/fakes/boot_fake.h"
#include "tests/fakes/xmodem_fake.h"

#define ACK    "\x06"
#define NAK    "\x15"
#define CANCEL "\x18\x18\x18\x18\x18\x18\x18\x18\x18\x18\b\b\b\b\b\b\b\b\b\b"
#define AT     (ARCH_FAKE_BASE + 0x10000)
#define READY  "up to 4096 bytes to 0x40010000; waiting 60 s for the sender, ctrl-c stops\r\n"

enum { MS = 1000, S = 1000 * MS };

static struct monitor_fake fake;
static struct monitor *const m = &fake.m;
static struct xmodem_stream tx;
static uint8_t content[4096];
static uint64_t now_us; /* of what is being scripted */
static const struct cmd *const commands[] = {&cmd_xmodem, &cmd_ymodem, &cmd_echo, NULL};

static int setup(void **state)
{
    (void)state;
    monitor_fake_init(&fake, commands);
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 7 + i / 128);
    tx.size = 0;
    now_us = 0;
    return 0;
}

static uint8_t *memory(uint64_t address)
{
    return arch_fake.memory + (address - arch_fake.base);
}

/* --- What the other side sends ------------------------------------------------------------ */

/* What has been put into the stream comes after @us. */
static void later(uint64_t us)
{
    now_us += us;
    console_fake_send(&fake.console, now_us, tx.data, tx.size);
    tx.size = 0;
}

static void text_later(uint64_t us, const char *text)
{
    now_us += us;
    console_fake_send(&fake.console, now_us, text, strlen(text));
}

static void send_block(uint8_t number, unsigned size)
{
    xmodem_stream_block(&tx, XMODEM_CRC, number, size, content + (number - 1) * size, size);
    later(10 * MS);
}

static void send_eot(void)
{
    xmodem_stream_byte(&tx, XMODEM_EOT);
    later(10 * MS);
}

/* An EOT is asked for once more. */
static void send_eots(void)
{
    send_eot();
    xmodem_stream_byte(&tx, XMODEM_EOT);
    later(100 * MS);
    now_us += 100 * MS; /* until it is believed */
}

static void send_header(const char *name, const char *size)
{
    xmodem_stream_header(&tx, name, size);
    later(10 * MS);
}

/* --- What comes of it --------------------------------------------------------------------- */

static void assert_runs(const char *line, enum err status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void assert_runs(const char *line, enum err status, const char *format, ...)
{
    char expected[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(expected, sizeof(expected), format, args);
    va_end(args);
    assert_int_equal(monitor_fake_run(&fake, line), -(int)status);
    assert_string_equal(console_fake_take(&fake.console), expected);
}

/* @bytes of @content are in memory, and nothing behind them. */
static void assert_received(size_t bytes)
{
    assert_memory_equal(memory(AT), content, bytes);
    assert_int_equal(memory(AT)[bytes], 0);
}

static const char *hex_of(const void *data, size_t size)
{
    static char hex[SHA256_HEX_BYTES];
    struct sha256 digest;

    digest_sha256(data, size, &digest);
    digest_to_hex(&digest, hex);
    return hex;
}

/* --- Receiving ---------------------------------------------------------------------------- */

static void test_xmodem(void **state)
{
    (void)state;
    send_block(1, 1024);
    send_block(2, 1024);
    send_eots();
    assert_runs(
        "xmodem 0x40010000 4K", ERR_OK,
        READY "C" ACK ACK NAK ACK
              "\r\n0x40010000 <- 2048 bytes, 2 blocks, 0 retries, 0.130 s, 15 kB/s, sha256 %s\r\n",
        hex_of(content, 2048));
    assert_received(2048);
}

static void test_padding_is_told(void **state)
{
    (void)state;
    xmodem_stream_block(&tx, XMODEM_CRC, 1, 128, "echo hello", 10);
    later(10 * MS);
    send_eots();
    assert_runs("xmodem 0x40010000 4K", ERR_OK,
                READY "C" ACK NAK ACK "\r\n0x40010000 <- 128 bytes, 1 blocks, 0 retries, 0.120 s, "
                      "1 kB/s, 118 of them padding, sha256 %s\r\n",
                hex_of("echo hello", 10));
}

static void test_checksums(void **state)
{
    (void)state;
    xmodem_stream_block(&tx, XMODEM_NAK, 1, 128, content, 128);
    later(10 * MS);
    send_eots();
    assert_int_equal(monitor_fake_run(&fake, "xmodem 0x40010000 4K -c"), 0);
    assert_non_null(strstr(console_fake_take(&fake.console), "stops\r\n" NAK ACK NAK ACK "\r\n0x"));
    assert_received(128);
}

static void test_ymodem_knows_the_size(void **state)
{
    (void)state;
    send_header("root.elf", "1000");
    send_block(1, 1024);
    send_eot();
    send_header("", NULL);
    assert_runs("ymodem 0x40010000 4K", ERR_OK,
                READY "C" ACK "C" ACK ACK "C" ACK
                      "\r\n0x40010000 <- 1000 bytes, 1 blocks, 0 retries, "
                      "0.020 s, 50 kB/s, sha256 %s\r\n",
                hex_of(content, 1000));
    assert_received(1000);
}

static void test_streaming(void **state)
{
    (void)state;
    send_header("root.elf", "1024");
    send_block(1, 1024);
    send_eot();
    send_header("", NULL);
    assert_int_equal(monitor_fake_run(&fake, "ymodem 0x40010000 4K -g"), 0);
    assert_non_null(strstr(console_fake_take(&fake.console), "stops\r\nGG" ACK "G" ACK "\r\n0x"));
    assert_received(1024);
}

/* What was read while a command before it looked for Ctrl-C. */
static void test_what_was_read_ahead_comes_first(void **state)
{
    (void)state;
    memset(content, 'x', 128);
    xmodem_stream_block(&tx, XMODEM_CRC, 1, 128, content, 128);
    later(0);
    assert_false(console_interrupted(&m->con));
    assert_int_equal(m->con.ahead_count, 133);
    send_eots();
    assert_int_equal(monitor_fake_run(&fake, "xmodem 0x40010000 4K"), 0);
    assert_received(128);
    assert_int_equal(m->con.ahead_count, 0);
}

/* A file that ends as padding does: only its digest tells how long it is. */
static void test_digest_finds_the_size(void **state)
{
    char line[128];

    (void)state;
    xmodem_stream_block(&tx, XMODEM_CRC, 1, 128, "", 0);
    later(10 * MS);
    send_eots();
    (void)snprintf(line, sizeof(line), "xmodem 0x40010000 4K sha256=%s", hex_of("\x1a\x1a\x1a", 3));
    assert_int_equal(monitor_fake_run(&fake, line), 0);
    assert_non_null(strstr(console_fake_take(&fake.console), "125 of them padding"));
}

static void test_wrong_digest(void **state)
{
    char line[128], wanted[SHA256_HEX_BYTES];

    (void)state;
    strcpy(wanted, hex_of("", 0));
    (void)snprintf(line, sizeof(line), "xmodem 0x40010000 4K sha256=%s", wanted);
    send_block(1, 128);
    send_eots();
    assert_runs(line, ERR_DIGEST,
                READY "C" ACK NAK ACK
                      "\r\nerror: xmodem: sha256 of the 128 bytes is %s, not %s\r\n",
                hex_of(content, 128), wanted);
}

/* --- What ends it ------------------------------------------------------------------------- */

static void test_no_sender(void **state)
{
    (void)state;
    assert_runs("xmodem 0x40010000 4K -t 2", ERR_TIMEOUT,
                "up to 4096 bytes to 0x40010000; waiting 2 s for the sender, ctrl-c stops\r\n"
                "CCC" CANCEL "\r\nerror: xmodem: after 0 bytes: the sender is silent\r\n");
    assert_in_range(fake.console.now_us, 2 * S, 2 * S + 500 * MS);
}

static void test_stall(void **state)
{
    (void)state;
    send_block(1, 1024);
    assert_runs("xmodem 0x40010000 4K", ERR_TIMEOUT,
                READY "C" ACK NAK NAK NAK NAK NAK NAK NAK NAK NAK CANCEL
                      "\r\nerror: xmodem: after 1024 bytes: the sender is silent\r\n");
    assert_in_range(fake.console.now_us, 10 * S, 10 * S + 300 * MS);
}

static void test_ctrl_c_before_the_first_block(void **state)
{
    (void)state;
    text_later(500 * MS, "x\x03y");
    assert_runs("xmodem 0x40010000 4K; echo not reached", ERR_INTERRUPTED,
                READY "CC" CANCEL CANCEL "\r\nerror: xmodem: after 0 bytes: interrupted\r\n");
    assert_in_range(fake.console.now_us, 500 * MS, 1 * S);
    assert_int_equal(console_getc(&m->con, 0), ERR_TIMEOUT);
}

static void test_two_cans(void **state)
{
    (void)state;
    send_block(1, 1024);
    text_later(300 * MS, "\x18\x18");
    assert_runs("xmodem 0x40010000 4K", ERR_IO,
                READY "C" ACK "\r\nerror: xmodem: after 1024 bytes: cancelled by the sender\r\n");
    assert_in_range(fake.console.now_us, 300 * MS, 1300 * MS);
}

static void test_too_large(void **state)
{
    (void)state;
    send_block(1, 1024);
    send_block(2, 1024);
    text_later(10 * MS, CANCEL "hello\r");
    assert_runs("xmodem 0x40010000 2000", ERR_NOMEM,
                "up to 2000 bytes to 0x40010000; waiting 60 s for the sender, ctrl-c stops\r\n"
                "C" ACK CANCEL CANCEL "\r\nerror: xmodem: 2048 bytes do not fit into 2000\r\n");
    assert_received(2000);
    assert_int_equal(console_getc(&m->con, 0), ERR_TIMEOUT);
}

static void test_too_large_as_announced(void **state)
{
    (void)state;
    send_header("root.elf", "4097");
    assert_runs("ymodem 0x40010000 4K", ERR_NOMEM,
                READY "C" CANCEL "\r\nerror: ymodem: 4097 bytes do not fit into 4096\r\n");
    assert_received(0);
}

static void test_second_file(void **state)
{
    (void)state;
    send_header("a.elf", "128");
    send_block(1, 128);
    send_eot();
    send_header("b.elf", "128");
    assert_runs(
        "ymodem 0x40010000 4K", ERR_NOMEM,
        READY "C" ACK "C" ACK ACK "C" CANCEL
              "\r\nerror: ymodem: 'b.elf' is one file more than the 1 that are taken at once\r\n");
}

static void test_retries_are_counted(void **state)
{
    (void)state;
    xmodem_stream_block(&tx, XMODEM_CRC, 1, 128, content, 128);
    tx.data[50] ^= 1;
    later(10 * MS);
    text_later(200 * MS, "");
    send_block(1, 128);
    send_eots();
    assert_int_equal(monitor_fake_run(&fake, "xmodem 0x40010000 4K"), 0);
    assert_non_null(strstr(console_fake_take(&fake.console), " 1 blocks, 0 retries"));
    assert_received(128);
}

/* --- Several files ------------------------------------------------------------------------ */

static void test_a_batch_lies_one_behind_the_other(void **state)
{
    struct transfer t = {.start = XMODEM_CRC, .start_ms = 1000};
    struct transfer_files files = {.room = {AT, AT + 300}, .max = UPLOAD_FILES_MAX};
    struct diag d;

    (void)state;
    send_header("sub/a.elf", "13");
    send_block(1, 128);
    send_eot();
    send_header("b.elf", NULL);
    send_block(1, 128);
    send_eots();
    send_header("", NULL);
    if (transfer_receive(&t, &m->con, &files, &d))
        fail_msg("%s", d.text);
    assert_int_equal(files.count, 2);
    assert_string_equal(files.files[0].name, "a.elf");
    assert_string_equal(files.files[1].name, "b.elf");
    assert_ptr_equal(files.files[0].data.data, memory(AT));
    assert_ptr_equal(files.files[1].data.data, memory(AT + 16));
    assert_int_equal(files.files[0].data.size, 13);
    assert_int_equal(files.files[1].data.size, 128);
    assert_true(files.files[0].size_known);
    assert_false(files.files[1].size_known);
    assert_int_equal(t.bytes, 141);
    assert_int_equal(t.block_count, 2);
}

static void test_a_batch_shares_the_room(void **state)
{
    struct transfer t = {.start = XMODEM_CRC, .start_ms = 1000};
    struct transfer_files files = {.room = {AT, AT + 128}, .max = UPLOAD_FILES_MAX};
    struct diag d;

    (void)state;
    send_header("a.elf", "128");
    send_block(1, 128);
    send_eot();
    send_header("b.elf", "1");
    assert_int_equal(transfer_receive(&t, &m->con, &files, &d), ERR_NOMEM);
    assert_string_equal(d.text, "1 bytes do not fit into 0");
}

/* --- Where raw bytes may go --------------------------------------------------------------- */

static void occupy(uint64_t start, uint64_t end, const char *name)
{
    assert_int_equal(regions_add(&m->busy, (struct range){start, end}, REGION_RESERVED, name, NULL),
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
    m->plan.ranges[PLAN_TABLES] = (struct range){AT, AT + 0x1000};
    m->plan.ranges[PLAN_TRAMPOLINE] = (struct range){AT + 0x1000, AT + 0x2000};
    m->progress.mmu_on = true;
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
        {"xmodem app 1", "what is 1" USAGE},
        {"xmodem 0x40010000 1 2", "what is 2" USAGE},
        {"xmodem 0x40010000 -g", "what is -g" USAGE},
        {"xmodem 0x40010000 -c -c", "what is -c" USAGE},
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
        {"xmodem send 0x40010000", "send what" USAGE},
        {"xmodem send 0x40010000 1 name", "send what" USAGE},
        {"xmodem send 0x40010000 1 -c", "the receiver chooses the checks" USAGE},
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

/* --- Sending ------------------------------------------------------------------------------ */

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

#define TEST(name) cmocka_unit_test_setup(test_##name, setup)

static const struct CMUnitTest tests[] = {
    TEST(xmodem),
    TEST(padding_is_told),
    TEST(checksums),
    TEST(ymodem_knows_the_size),
    TEST(streaming),
    TEST(what_was_read_ahead_comes_first),
    TEST(digest_finds_the_size),
    TEST(wrong_digest),
    TEST(no_sender),
    TEST(stall),
    TEST(ctrl_c_before_the_first_block),
    TEST(two_cans),
    TEST(too_large),
    TEST(too_large_as_announced),
    TEST(second_file),
    TEST(retries_are_counted),
    TEST(a_batch_lies_one_behind_the_other),
    TEST(a_batch_shares_the_room),
    TEST(room_ends_before_what_is_busy),
    TEST(busy_memory_is_refused),
    TEST(live_tables_are_refused),
    TEST(words),
    TEST(send),
    TEST(send_ymodem),
    TEST(no_receiver),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
