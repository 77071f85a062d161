/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <string.h>

#include "payload/digest.h"

/* Source: NIST CAVP SHA256ShortMsg and the examples of FIPS 180-4. */
static const struct {
    const char *message;
    const char *hex;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void test_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct sha256 digest;
        char hex[SHA256_HEX_BYTES];

        digest_sha256(vectors[i].message, strlen(vectors[i].message), &digest);
        digest_to_hex(&digest, hex);
        assert_string_equal(hex, vectors[i].hex);
    }
}

static void test_a_million_bytes(void **state)
{
    static uint8_t message[1000000];
    struct sha256 digest;
    char hex[SHA256_HEX_BYTES];

    (void)state;
    memset(message, 'a', sizeof(message));
    digest_sha256(message, sizeof(message), &digest);
    digest_to_hex(&digest, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_no_data_needs_no_pointer(void **state)
{
    struct sha256 nothing, empty;

    (void)state;
    digest_sha256(NULL, 0, &nothing);
    digest_sha256("", 0, &empty);
    assert_true(digest_equal(&nothing, &empty));
}

static void test_kinds(void **state)
{
    static const struct {
        const char *name, *of_abc;
    } kinds[] = {
        {"crc32", "352441c2"},
        {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    struct sha256 digest;
    char hex[SHA256_HEX_BYTES];

    (void)state;
    for (unsigned i = 0; i < DIGEST_ALGO_COUNT; i++) {
        enum digest_algo algo = (enum digest_algo)i;

        assert_string_equal(digest_name(algo), kinds[i].name);
        assert_int_equal(digest_find(kinds[i].name), algo);
        assert_int_equal(2 * digest_bytes(algo), strlen(kinds[i].of_abc));
        digest_make(algo, (struct bytes){(const uint8_t *)"abc", 3}, &digest);
        digest_hex(algo, &digest, hex);
        assert_string_equal(hex, kinds[i].of_abc);
    }
    assert_int_equal(digest_find("sha512"), -1);
    assert_int_equal(digest_find("sha"), -1);
    assert_int_equal(digest_find(""), -1);
}

/* Of every length around the sizes of their blocks, each digest behind the other. The expected
 * values are from Python's hashlib and zlib. */
static void test_every_length(void **state)
{
    static const struct {
        enum digest_algo algo;
        const char *of_digests;
    } kinds[] = {
        {DIGEST_CRC32, "e4c45b916dc90efe91ffd868b370b5b69d8974132b079f0b6bd49cae93840a6e"},
        {DIGEST_SHA1, "cd9471e5e06775c69a29ebb14c905a9440e3e788e329b439d11272d128018898"},
    };
    static uint8_t digests[301 * SHA256_BYTES];
    uint8_t data[300];
    struct sha256 digest;
    char hex[SHA256_HEX_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + 1);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        size_t at = 0;

        for (size_t size = 0; size <= sizeof(data); size++) {
            digest_make(kinds[k].algo, (struct bytes){data, size}, &digest);
            memcpy(digests + at, digest.value, digest_bytes(kinds[k].algo));
            at += digest_bytes(kinds[k].algo);
        }
        digest_sha256(digests, at, &digest);
        digest_to_hex(&digest, hex);
        assert_string_equal(hex, kinds[k].of_digests);
    }
}

/* Known answers of the reference implementation. */
static void test_xxh32(void **state)
{
    (void)state;
    assert_int_equal(digest_xxh32((struct bytes){NULL, 0}), 0x02cc5d05);
    assert_int_equal(digest_xxh32((struct bytes){(const uint8_t *)"abc", 3}), 0x32d153ff);
}

static void test_equal_looks_at_every_bit(void **state)
{
    struct sha256 a, b;

    (void)state;
    digest_sha256("abc", 3, &a);
    b = a;
    assert_true(digest_equal(&a, &b));
    for (unsigned bit = 0; bit < 8 * SHA256_BYTES; bit++) {
        b.value[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(digest_equal(&a, &b));
        b.value[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void test_from_hex(void **state)
{
    static const char text[] = "0123456789abcdefABCDEF0123456789fedcba98765432100123456789abcdef";
    char bad[sizeof(text) + 1], back[SHA256_HEX_BYTES];
    struct sha256 digest;

    (void)state;
    assert_int_equal(digest_from_hex(text, &digest), ERR_OK);
    digest_hex(DIGEST_SHA256, &digest, back);
    assert_memory_equal(back, "0123456789abcdefabcdef01", 24);
    for (size_t at = 0; at < sizeof(text); at++) {
        for (const char *c = "g/:@G`"; *c; c++) {
            memcpy(bad, text, sizeof(text));
            bad[at] = *c; /* in place of the NUL too */
            bad[sizeof(text)] = '\0';
            assert_int_equal(digest_from_hex(bad, &digest), ERR_NUMBER);
        }
        memcpy(bad, text, sizeof(text));
        bad[at] = '\0';
        assert_int_equal(digest_from_hex(bad, &digest),
                         at < sizeof(text) - 1 ? ERR_NUMBER : ERR_OK);
    }
}

static void test_find_size(void **state)
{
    uint8_t data[200];
    struct sha256 wanted;
    size_t size;

    (void)state;
    memset(data, 0x1a, sizeof(data));
    for (size_t true_size = 0; true_size <= sizeof(data); true_size++) {
        digest_sha256(data, true_size, &wanted);
        assert_true(digest_find_size(data, 0, sizeof(data), &wanted, &size));
        assert_int_equal(size, true_size);
        assert_int_equal(digest_find_size(data, 60, 130, &wanted, &size),
                         true_size >= 60 && true_size <= 130);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_a_million_bytes),
        cmocka_unit_test(test_no_data_needs_no_pointer),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_xxh32),
        cmocka_unit_test(test_equal_looks_at_every_bit),
        cmocka_unit_test(test_from_hex),
        cmocka_unit_test(test_find_size),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
