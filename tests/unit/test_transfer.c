/* SPDX-License-Identifier: Apache-2.0 */
/* Files that come over the line: the loop around the receiver, and what is told of it. */
#include "tests/unit/transfer_unit.h"

#include "cmds/transfer.h"

#define READY "up to 4096 bytes to 0x40010000; waiting 60 s for the sender, ctrl-c stops\r\n"

/* --- What the other side sends ----------------------------------------------------------- */

/* What has been put into the stream comes after @us. */
static void later(uint64_t us)
{
    now_us += us;
    console_fake_send(&fake.console, now_us, tx.data, tx.size);
    tx.size = 0;
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

/* --- What comes of it -------------------------------------------------------------------- */

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

/* --- Receiving --------------------------------------------------------------------------- */

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

/* --- What ends it ------------------------------------------------------------------------ */

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

static void test_a_file_for_each_slot(void **state)
{
    char name[] = "1.elf";

    (void)state;
    m->board.machine.ram_count = 1;
    m->board.machine.ram[0] = (struct range){ARCH_FAKE_BASE, ARCH_FAKE_BASE + ARCH_FAKE_BYTES};
    for (; *name < '8'; (*name)++) {
        send_header(name, "128");
        send_block(1, 128);
        send_eot();
    }
    send_header(name, "128");
    assert_int_equal(monitor_fake_run(&fake, "ymodem"), -ERR_NOMEM);
    assert_non_null(strstr(console_fake_take(&fake.console),
                           "\r\nerror: ymodem: '8.elf' is one file more than the 7 that are taken "
                           "at once\r\n"));
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

/* --- Several files ----------------------------------------------------------------------- */

static void test_a_batch_lies_one_behind_the_other(void **state)
{
    struct transfer t = {.start = XMODEM_CRC, .start_ms = 1000};
    struct transfer_files files = {.room = {AT, AT + 300}, .max = UPLOAD_SLOT_COUNT};
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
    struct transfer_files files = {.room = {AT, AT + 128}, .max = UPLOAD_SLOT_COUNT};
    struct diag d;

    (void)state;
    send_header("a.elf", "128");
    send_block(1, 128);
    send_eot();
    send_header("b.elf", "1");
    assert_int_equal(transfer_receive(&t, &m->con, &files, &d), ERR_NOMEM);
    assert_string_equal(d.text, "1 bytes do not fit into 0");
}

#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        TEST(a_file_for_each_slot),
        TEST(retries_are_counted),
        TEST(a_batch_lies_one_behind_the_other),
        TEST(a_batch_shares_the_room),
    };

    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
