/* SPDX-License-Identifier: Apache-2.0 */
/* The demo's root task: checks that every kind of segment arrived whole, and says so. */
#include <stdbool.h>
#include <stddef.h>

#include "tests/targets/demo_abi.h"
#include "tests/targets/pattern.h"

enum { ZERO_BYTES = 80001 }; /* odd, so that zeroing has to end in the middle of a word */

extern const uint64_t rodata_pattern[], rodata_pattern_end[];
extern uint64_t data_pattern[], data_pattern_end[];

static unsigned char zeroes[ZERO_BYTES];

int main(const struct demo_bootinfo *info);

static uint64_t system_call(uint64_t number, uint64_t a0, uint64_t a1)
{
    register uint64_t x0 __asm__("x0") = a0;
    register uint64_t x1 __asm__("x1") = a1;
    register uint64_t x7 __asm__("x7") = number;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x7) : "memory");
    return x0;
}

static void print(const char *text)
{
    size_t size = 0;

    while (text[size] != '\0')
        size++;
    system_call(DEMO_SYS_WRITE, (uintptr_t)text, size);
}

static void print_count(uint64_t count)
{
    char digits[21];
    char *p = digits + sizeof(digits) - 1;

    *p = '\0';
    do {
        *--p = (char)('0' + count % 10);
        count /= 10;
    } while (count != 0);
    print(p);
}

/* "root task: NAME ok (N bytes)" or "root task: NAME damaged at byte N" */
static bool report(const char *name, bool ok, const char *good, uint64_t bytes)
{
    print("root task: ");
    print(name);
    print(ok ? good : " damaged at byte ");
    if (ok)
        print(" (");
    print_count(bytes);
    print(ok ? " bytes)\n" : "\n");
    return ok;
}

static bool check_pattern(const char *name, const uint64_t *start, const uint64_t *end)
{
    const uint64_t *bad = pattern_first_bad(start, end);
    const uint64_t *reached = bad != NULL ? bad : end;

    return report(name, bad == NULL, " ok", (uint64_t)(reached - start) * sizeof(*start));
}

static bool check_bss(void)
{
    const volatile unsigned char *bytes = zeroes;
    size_t i = 0;

    while (i < ZERO_BYTES && bytes[i] == 0)
        i++;
    return report("bss", i == ZERO_BYTES, " zero", i);
}

static bool check_bootinfo(const struct demo_bootinfo *info)
{
    if (info->magic != DEMO_BOOTINFO_MAGIC) {
        print("root task: no bootinfo\n");
        return false;
    }
    print("root task: on a kernel at EL");
    print_count(info->kernel_el);
    print(", ");
    print_count(info->core_count);
    print(info->core_count == 1 ? " core\n" : " cores\n");
    return true;
}

int main(const struct demo_bootinfo *info)
{
    bool ok;

    print("hello from the root task\n");
    ok = check_bootinfo(info);
    ok &= check_pattern("pattern", rodata_pattern, rodata_pattern_end);
    ok &= check_pattern("data", data_pattern, data_pattern_end);
    ok &= check_bss();
    print(ok ? "root task: all good\n" : "root task: FAILED\n");
    return ok ? 0 : 1;
}
