/* SPDX-License-Identifier: Apache-2.0 */
/* The CRC of XMODEM. */
#include "tests/unit/unit.h"

#include "payload/crc16.h"

static void test_crc_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(crc16_update(0, (const uint8_t *)"123456789", 9), 0x31c3);
    assert_int_equal(crc16_update(0, (const uint8_t *)"123456789\x31\xc3", 11), 0);
}

static void test_crc_bit_by_bit(void **state)
{
    (void)state;
    for (unsigned crc = 0; crc < 0x10000; crc += 0x35) {
        for (unsigned byte = 0; byte < 256; byte++) {
            const uint8_t data = (uint8_t)byte;
            unsigned expected = crc ^ byte << 8;

            for (int i = 0; i < 8; i++)
                expected = (expected << 1) ^ (expected & 0x8000 ? 0x1021 : 0);
            assert_int_equal(crc16_update((uint16_t)crc, &data, 1), expected & 0xffff);
        }
    }
}

/* Whatever part of it is taken at once. */
static void test_crc_in_parts(void **state)
{
    uint8_t data[40];
    uint16_t whole = 0;

    (void)state;
    for (unsigned i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 151 + 37);
        whole = crc16_update(whole, &data[i], 1);
    }
    for (unsigned a = 0; a <= sizeof(data); a++) {
        for (unsigned b = a; b <= sizeof(data); b++) {
            uint16_t crc = crc16_update(0, data, a);

            crc = crc16_update(crc, data + a, b - a);
            assert_int_equal(crc16_update(crc, data + b, sizeof(data) - b), whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc_of_the_standard),
        cmocka_unit_test(test_crc_bit_by_bit),
        cmocka_unit_test(test_crc_in_parts),
    };

    return cmocka_run_group_tests_name("crc16", tests, NULL, NULL);
}
