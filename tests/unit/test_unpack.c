/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>
#include <lz4frame.h>
#include <xxhash.h>

#include "monitor/base/bits.h"
#include "payload/unpack.h"

enum { PLAIN_BYTES = 300 * 1024, PACKED_ROOM = 2 * PLAIN_BYTES, SMALL_BYTES = 400 };

static uint8_t plain[PLAIN_BYTES], packed[PACKED_ROOM], out[PLAIN_BYTES + 1];
static size_t packed_bytes;
static struct diag why;

/* Words of 16 bytes, of which there are 64. */
static int set_up(void **state)
{
    uint32_t x = 1;

    (void)state;
    for (size_t i = 0; i < PLAIN_BYTES; i++) {
        if (i % 16 == 0)
            x = x * 1664525 + 1013904223;
        plain[i] = (uint8_t)((x >> 26) + i % 16 * 5);
    }
    memset(out, 0xa5, sizeof(out));
    return 0;
}

static void pack_gzip(size_t size)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);

    packed_bytes = libdeflate_gzip_compress(c, plain, size, packed, PACKED_ROOM);
    libdeflate_free_compressor(c);
    assert_true(packed_bytes > 0);
}

static void pack_lz4(size_t size, const LZ4F_frameInfo_t *info)
{
    LZ4F_preferences_t preferences = {.frameInfo = *info};

    packed_bytes = LZ4F_compressFrame(packed, PACKED_ROOM, plain, size, &preferences);
    assert_false(LZ4F_isError(packed_bytes));
}

/* The packed bytes, in memory of exactly their size, so that a read beyond them is caught. */
static int unpack_copy(const char *kind, size_t bytes, size_t room, size_t *size)
{
    uint8_t *copy = malloc(bytes + (bytes == 0));
    uint8_t *to = malloc(room + (room == 0));
    uint64_t bound = 0;
    int err;

    assert_non_null(copy);
    assert_non_null(to);
    memcpy(copy, packed, bytes);
    why.text[0] = '\0';
    err = unpack_bound(kind, (struct bytes){copy, bytes}, &bound, &why);
    if (!err)
        err =
            unpack(kind, (struct bytes){copy, bytes}, to, bound < room ? bound : room, size, &why);
    if (!err)
        memcpy(out, to, *size);
    assert_true(err ? why.text[0] != '\0' : why.text[0] == '\0');
    free(copy);
    free(to);
    return err;
}

/* With one bit changed it is refused, or, if that bit does not matter, unpacks to the same. */
static void assert_bits_matter(const char *kind, size_t first_byte)
{
    unsigned refused = 0;

    for (size_t bit = 8 * first_byte; bit < 8 * packed_bytes; bit++) {
        size_t size = 0;

        packed[bit / 8] ^= (uint8_t)BIT(bit % 8);
        if (unpack_copy(kind, packed_bytes, PLAIN_BYTES, &size)) {
            refused++;
        } else {
            assert_int_equal(size, SMALL_BYTES);
            assert_memory_equal(out, plain, SMALL_BYTES);
        }
        packed[bit / 8] ^= (uint8_t)BIT(bit % 8);
    }
    assert_true(refused > 8 * (packed_bytes - first_byte) * 9 / 10);
}

static void assert_unpacks(const char *kind, size_t expected)
{
    size_t size = 0;
    int err = unpack_copy(kind, packed_bytes, PLAIN_BYTES, &size);

    if (err)
        fail_msg("%d %s", err, why.text);
    assert_int_equal(size, expected);
    assert_memory_equal(out, plain, expected);
    assert_string_equal(unpack_detect((struct bytes){packed, packed_bytes}), kind);
}

static void assert_refused(const char *kind, int err, const char *words)
{
    size_t size = 0;
    int found = unpack_copy(kind, packed_bytes, PLAIN_BYTES, &size);

    if (found != err || !strstr(why.text, words))
        fail_msg("%d '%s', not %d '%s'", found, why.text, err, words);
}

/* --- gzip --------------------------------------------------------------------------------- */

static void test_gzip(void **state)
{
    static const size_t sizes[] = {0, 1, 100, 65536, PLAIN_BYTES};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pack_gzip(sizes[i]);
        assert_unpacks("gzip", sizes[i]);
    }
}

static void test_gzip_damaged(void **state)
{
    (void)state;
    pack_gzip(SMALL_BYTES);
    for (size_t size = 0; size < packed_bytes; size++) {
        size_t bytes;

        assert_int_not_equal(unpack_copy("gzip", size, PLAIN_BYTES, &bytes), ERR_OK);
    }
    assert_bits_matter("gzip", 10); /* behind time and system */
    assert_unpacks("gzip", SMALL_BYTES);
}

static void test_gzip_reasons(void **state)
{
    (void)state;
    pack_gzip(PLAIN_BYTES);
    packed[packed_bytes - 2] = 0; /* says less than it has */
    assert_refused("gzip", ERR_NOMEM, "gzip data unpacks to more than the ");
    packed[packed_bytes - 1] = 0xff;
    assert_refused("gzip", ERR_FORMAT, "says that it unpacks to 42");
    pack_gzip(1000);
    packed[packed_bytes - 8] ^= 1; /* its CRC-32 */
    assert_refused("gzip", ERR_FORMAT, "gzip data is damaged or cut short");
    pack_gzip(1000);
    memcpy(packed + packed_bytes, "\x10\x27\0\0", 4); /* room enough, but what is it? */
    packed_bytes += 4;
    assert_refused("gzip", ERR_FORMAT, "4 bytes after the end of the gzip data");
    packed_bytes = 17;
    assert_refused("gzip", ERR_TRUNCATED, "gzip data is cut short after 17 bytes");
    packed[2] = 7;
    assert_refused("gzip", ERR_FORMAT, "not gzip data");
}

static void test_best_ratio_is_not_taken_for_damage(void **state)
{
    (void)state;
    memset(plain, 0, PLAIN_BYTES);
    pack_gzip(PLAIN_BYTES);
    assert_true(packed_bytes < PLAIN_BYTES / 700);
    assert_unpacks("gzip", PLAIN_BYTES);
}

/* --- LZ4 ---------------------------------------------------------------------------------- */

static void test_lz4(void **state)
{
    static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, PLAIN_BYTES};

    (void)state;
    for (unsigned options = 0; options < 32; options++) {
        LZ4F_frameInfo_t info = {
            .blockSizeID = options & 1 ? LZ4F_max64KB : LZ4F_max4MB,
            .blockMode = options & 2 ? LZ4F_blockIndependent : LZ4F_blockLinked,
            .contentChecksumFlag = options & 4 ? LZ4F_contentChecksumEnabled : 0,
            .blockChecksumFlag = options & 8 ? LZ4F_blockChecksumEnabled : 0,
        };

        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            info.contentSize = options & 16 ? sizes[i] : 0;
            pack_lz4(sizes[i], &info);
            assert_unpacks("lz4", sizes[i]);
        }
    }
}

static void test_lz4_stored_blocks(void **state)
{
    const LZ4F_frameInfo_t info = {.contentChecksumFlag = LZ4F_contentChecksumEnabled};
    uint32_t x = 7;

    (void)state;
    for (size_t i = 0; i < PLAIN_BYTES; i++) {
        x = x * 1664525 + 1013904223;
        plain[i] = (uint8_t)(x >> 24);
    }
    pack_lz4(PLAIN_BYTES, &info);
    assert_true(packed_bytes > PLAIN_BYTES);
    assert_unpacks("lz4", PLAIN_BYTES);
}

static void put_le32(uint8_t *at, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(word >> 8 * i);
}

/* The legacy format has no writer in the library: a block of literals. */
static void test_lz4_legacy(void **state)
{
    (void)state;
    put_le32(packed, 0x184c2102);
    for (unsigned block = 0; block < 2; block++) {
        uint8_t *at = packed + 4 + block * 16;

        put_le32(at, 12);
        at[4] = 0xb0; /* 11 literals */
        memcpy(at + 5, plain + block * 11, 11);
    }
    packed_bytes = 4 + 2 * 16;
    assert_unpacks("lz4", 22);
    packed_bytes--;
    assert_refused("lz4", ERR_TRUNCATED, "LZ4 data is cut short after 35 bytes");
    packed_bytes = 4 + 16 + 2;
    assert_refused("lz4", ERR_TRUNCATED, "LZ4 data is cut short after 22 bytes");
    packed_bytes = 4 + 2 * 16;
    put_le32(packed + 4 + 16, 0x1a1a1a1a);
    assert_refused("lz4", ERR_FORMAT, "LZ4 block of 437918234 bytes at 0x18");
}

static void test_lz4_damaged(void **state)
{
    const LZ4F_frameInfo_t info = {.contentChecksumFlag = LZ4F_contentChecksumEnabled};

    (void)state;
    pack_lz4(SMALL_BYTES, &info);
    for (size_t size = 0; size < packed_bytes; size++) {
        size_t bytes;

        assert_int_not_equal(unpack_copy("lz4", size, PLAIN_BYTES, &bytes), ERR_OK);
    }
    assert_bits_matter("lz4", 0);
    assert_unpacks("lz4", SMALL_BYTES);
}

static void test_lz4_reasons(void **state)
{
    LZ4F_frameInfo_t info = {.contentChecksumFlag = LZ4F_contentChecksumEnabled,
                             .contentSize = PLAIN_BYTES};

    (void)state;
    pack_lz4(PLAIN_BYTES, &info);
    packed[packed_bytes++] = 0;
    assert_refused("lz4", ERR_FORMAT, "1 bytes after the end of the LZ4 data");
    packed[packed_bytes - 2] ^= 1;
    packed_bytes--;
    assert_refused("lz4", ERR_DIGEST, "LZ4 data is damaged: its content's checksum is 0x");
    packed[4] ^= 0x80;
    assert_refused("lz4", ERR_UNSUPPORTED, "LZ4 frame with flags 0x");
    packed[4] ^= 0x81; /* with a dictionary */
    assert_refused("lz4", ERR_UNSUPPORTED, "LZ4 frame with flags 0x");
    packed[4] ^= 0x01;
    packed[14] ^= 1;
    assert_refused("lz4", ERR_DIGEST, "LZ4 frame with a damaged header");
    packed[0] = 0;
    assert_refused("lz4", ERR_FORMAT, "not an LZ4 frame");
}

/* A header that says what is not so, with a right checksum. */
static void set_content_size(uint32_t size)
{
    put_le32(packed + 6, size);
    put_le32(packed + 10, 0);
    packed[14] = (uint8_t)(XXH32(packed + 4, 10, 0) >> 8);
}

static void test_lz4_lies(void **state)
{
    LZ4F_frameInfo_t info = {.blockSizeID = LZ4F_max64KB, .contentSize = PLAIN_BYTES};

    (void)state;
    pack_lz4(PLAIN_BYTES, &info);
    set_content_size(PLAIN_BYTES - 1);
    assert_refused("lz4", ERR_FORMAT, "unpacks to more than the 307199 bytes expected");
    set_content_size(PLAIN_BYTES + 1);
    assert_refused("lz4", ERR_FORMAT, "LZ4 frame says 307201 bytes, but unpacks to 307200");
    set_content_size(0x7fffffff);
    assert_refused("lz4", ERR_FORMAT, "LZ4 frame says 2147483647 bytes, but has 327680 at most");
}

/* --- Both --------------------------------------------------------------------------------- */

static void test_too_little_room(void **state)
{
    const LZ4F_frameInfo_t info = {.contentChecksumFlag = LZ4F_contentChecksumEnabled};
    size_t size;

    (void)state;
    for (size_t room = 0; room < SMALL_BYTES; room++) {
        pack_gzip(SMALL_BYTES);
        assert_int_equal(unpack_copy("gzip", packed_bytes, room, &size), ERR_NOMEM);
        pack_lz4(SMALL_BYTES, &info);
        assert_int_equal(unpack_copy("lz4", packed_bytes, room, &size), ERR_FORMAT);
    }
}

static void test_kinds(void **state)
{
    struct bytes nothing = {NULL, 0}, zeros = {(const uint8_t *)"\0\0\0\0\0\0\0\0", 8};
    uint64_t bound;

    (void)state;
    assert_int_equal(unpack_kind("none"), UNPACK_NONE);
    assert_int_equal(unpack_kind("gzip"), UNPACK_GZIP);
    assert_int_equal(unpack_kind("lz4"), UNPACK_LZ4);
    assert_int_equal(unpack_kind("zstd"), UNPACK_UNKNOWN);
    assert_int_equal(unpack_kind(""), UNPACK_UNKNOWN);
    assert_string_equal(unpack_detect(nothing), "none");
    assert_string_equal(unpack_detect(zeros), "none");
    assert_int_equal(unpack_bound("zstd", zeros, &bound, &why), ERR_UNSUPPORTED);
    assert_string_equal(why.text, "compression zstd is not supported, only gzip and lz4 are");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_gzip, set_up),
        cmocka_unit_test_setup(test_gzip_damaged, set_up),
        cmocka_unit_test_setup(test_gzip_reasons, set_up),
        cmocka_unit_test_setup(test_best_ratio_is_not_taken_for_damage, set_up),
        cmocka_unit_test_setup(test_lz4, set_up),
        cmocka_unit_test_setup(test_lz4_stored_blocks, set_up),
        cmocka_unit_test_setup(test_lz4_legacy, set_up),
        cmocka_unit_test_setup(test_lz4_damaged, set_up),
        cmocka_unit_test_setup(test_lz4_reasons, set_up),
        cmocka_unit_test_setup(test_lz4_lies, set_up),
        cmocka_unit_test_setup(test_too_little_room, set_up),
        cmocka_unit_test_setup(test_kinds, set_up),
    };

    return cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
}
