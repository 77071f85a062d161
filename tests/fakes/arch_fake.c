/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/arch_fake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct guard {
    jmp_buf jump;
    bool quiet;
    vaddr_t address; /* that faulted */
};

struct arch_fake arch_fake;

static uint8_t window[ARCH_FAKE_BYTES];
static struct guard *guard;
static void (*report)(void *context, const char *text);
static void *report_context;

void arch_fake_reset(void)
{
    memset(&arch_fake, 0, sizeof(arch_fake));
    memset(window, 0, sizeof(window));
    arch_fake.base = ARCH_FAKE_BASE;
    arch_fake.memory = window;
    arch_fake.size = sizeof(window);
    arch_fake.cpu = (struct arch_cpu){
        .el = 1, .midr = 0x410fd034, .mpidr = 0x80000000, .mmfr0 = 2, .counter_hz = 62500000};
    guard = NULL;
    report = NULL;
}

static __attribute__((noreturn)) void fault(vaddr_t address)
{
    char text[40];

    arch_fake.fault_count++;
    (void)snprintf(text, sizeof(text), "fault at 0x%" PRIx64, address);
    if (!guard) {
        (void)fprintf(stderr, "arch_fake: %s outside of arch_guard\n", text);
        abort();
    }
    if (report && !guard->quiet) {
        report(report_context, text);
    }
    guard->address = address;
    longjmp(guard->jump, 1);
}

/** Run @body under @here. */
static int run_guarded(struct guard *here, int (*body)(void *context), void *context,
                       struct diag *d)
{
    struct guard *const outer = guard;
    int rc;

    if (setjmp(here->jump) == 0) {
        guard = here;
        rc = body(context);
    } else {
        rc = diag_set(d, ERR_FAULT, "fault at 0x%" PRIx64, here->address);
    }
    guard = outer;
    return rc;
}

int arch_guard(int (*body)(void *context), void *context, struct diag *d)
{
    struct guard here = {.quiet = false};

    return run_guarded(&here, body, context, d);
}

int arch_try(int (*body)(void *context), void *context)
{
    struct guard here = {.quiet = true};

    return run_guarded(&here, body, context, NULL);
}

void arch_report_to(void (*line)(void *context, const char *text), void *context)
{
    report = line;
    report_context = context;
}

void arch_cpu(struct arch_cpu *out)
{
    *out = arch_fake.cpu;
}

uint64_t arch_counter(void)
{
    return arch_fake.counter += 1000;
}

void arch_provoke(enum arch_exception what)
{
    arch_fake.provoked = what;
    if (!arch_fake.lets_pass) {
        fault(0);
    }
}

/** The host's address of @size bytes at @address; faults where they are not all in the window. */
static uint8_t *at(uint64_t address, size_t size)
{
    uint64_t offset = address - arch_fake.base;

    if (offset >= arch_fake.size || size > arch_fake.size - offset) {
        fault(address);
    }
    return arch_fake.memory + offset;
}

uint64_t arch_peek(vaddr_t address, unsigned width)
{
    uint64_t value = 0;

    arch_fake.peek_count++;
    memcpy(&value, at(address, width), width);
    return value;
}

void arch_poke(vaddr_t address, unsigned width, uint64_t value)
{
    arch_fake.poke_count++;
    if (range_has(arch_fake.read_only, address)) {
        fault(address);
    }
    memcpy(at(address, width), &value, width);
}

void arch_send_event(void)
{
    arch_fake.event_count++;
}

void *arch_phys(paddr_t address)
{
    return at(address, 1);
}

struct range arch_image(void)
{
    return arch_fake.image;
}

const struct arch_part *arch_parts(unsigned *count)
{
    static struct arch_part image = {.name = "image", .write = true, .execute = true};

    image.va = arch_fake.image;
    if (arch_fake.image_va) {
        image.va.start = arch_fake.image_va;
        image.va.end = image.va.start + range_bytes(arch_fake.image);
    }
    *count = 1;
    return &image;
}

paddr_t arch_tables(paddr_t where, size_t *pages)
{
    *pages = 16;
    return where;
}

void arch_move(paddr_t where, paddr_t root)
{
    (void)root;
    arch_fake.move_image = where;
}

void arch_zero(void *start, size_t size)
{
    memset(start, 0, size);
}

void arch_copy(void *destination, const void *source, size_t size)
{
    memcpy(destination, source, size);
}

void arch_clean_poc(const void *start, size_t size)
{
    (void)start;
    (void)size;
    arch_fake.clean_count++;
}

void arch_sync_code(const void *start, size_t size)
{
    (void)start;
    (void)size;
    arch_fake.sync_count++;
}

uint64_t arch_translate(enum arch_regime regime, vaddr_t va)
{
    arch_fake.translate_regime = regime;
    arch_fake.translate_va = va;
    return arch_fake.par;
}

void arch_mmu_state(struct arch_mmu_state *out)
{
    *out = arch_fake.mmu;
}

void arch_boot_map_on(const struct handover *h)
{
    (void)h;
    arch_fake.boot_map = true;
}

void arch_boot_map_off(const struct handover *h)
{
    (void)h;
    arch_fake.boot_map = false;
}

void arch_handover(const struct handover *h)
{
    arch_fake.left = *h;
    if (!arch_fake.leave) {
        (void)fputs("arch_fake: unexpected arch_handover\n", stderr);
        abort();
    }
    guard = NULL;
    longjmp(*arch_fake.leave, 1);
}

void arch_flush_ram(void)
{
    arch_fake.flush_count++;
}

void arch_run_in_ram(bool allowed)
{
    arch_fake.runs_in_ram = allowed;
}

uint64_t arch_call(vaddr_t entry, const uint64_t x[8])
{
    arch_fake.was_runnable = arch_fake.runs_in_ram;
    arch_fake.called = entry;
    if (arch_fake.call_faults)
        fault(entry);
    return x[0] + x[1] + x[2] + x[3] + x[4] + x[5] + x[6] + x[7];
}

struct bytes arch_trampoline(void)
{
    static const uint8_t code[64] = {0x1f, 0x20, 0x03, 0xd5};

    return (struct bytes){code, sizeof(code)};
}

void arch_reach(struct range memory)
{
    (void)memory;
}

void arch_forget(const void *start, size_t size)
{
    (void)start;
    (void)size;
}
