/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: told in words, then back to the guard that was set up last. */
#include <inttypes.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>

#include "monitor/arch.h"
#include "monitor/arch/exception.h"
#include "monitor/arch/symbols.h"
#include "monitor/base/bits.h"

static struct guard *innermost;
static struct diag reason; /* of the exception reported last */

static void (*report_line)(void *context, const char *text);
static void *report_context;

void arch_report_to(void (*line)(void *context, const char *text), void *context)
{
    report_line = line;
    report_context = context;
}

__attribute__((format(printf, 1, 2))) static void line(const char *format, ...)
{
    char text[128];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (report_line)
        report_line(report_context, text);
}

/* ESR_ELx.EC. Source: Arm DDI 0487, "ESR_EL1, Exception Syndrome Register". */
static const char *class_name(unsigned ec)
{
    switch (ec) {
    case 0x00:
        return "undefined instruction";
    case 0x07:
        return "FP or SIMD access trapped";
    case 0x0e:
        return "illegal execution state";
    case 0x15:
        return "supervisor call";
    case 0x16:
        return "hypervisor call";
    case 0x17:
        return "secure monitor call";
    case 0x18:
        return "trapped system register access";
    case 0x20:
    case 0x21:
        return "instruction abort";
    case 0x22:
        return "PC alignment fault";
    case 0x24:
    case 0x25:
        return "data abort";
    case 0x26:
        return "SP alignment fault";
    case 0x2f:
        return "SError";
    case 0x3c:
        return "breakpoint instruction";
    default:
        return "exception";
    }
}

static bool is_data_abort(unsigned ec)
{
    return ec == 0x24 || ec == 0x25;
}

static bool is_abort(unsigned ec)
{
    return is_data_abort(ec) || ec == 0x20 || ec == 0x21;
}

/* ISS.DFSC or IFSC of an abort. Source: the same. */
static void fault_status(unsigned fsc, char *out, size_t size)
{
    static const char *const levelled[] = {"address size fault", "translation fault",
                                           "access flag fault", "permission fault"};

    if (fsc < 0x10)
        (void)snprintf(out, size, "%s, level %u", levelled[fsc >> 2], fsc & 3);
    else if (fsc == 0x10)
        (void)snprintf(out, size, "synchronous external abort");
    else if (fsc >= 0x14 && fsc <= 0x17)
        (void)snprintf(out, size, "external abort on a table walk, level %u", fsc & 3);
    else if (fsc == 0x21)
        (void)snprintf(out, size, "alignment fault");
    else
        (void)snprintf(out, size, "fault status 0x%x", fsc);
}

static void describe(const struct exception_frame *f, struct diag *d)
{
    unsigned ec = (unsigned)field_get(f->esr, 31, 26);
    char status[64];

    if ((f->source & 3) == 3) {
        (void)diag_set(d, ERR_FAULT, "SError, syndrome 0x%" PRIx64, field_get(f->esr, 24, 0));
        return;
    }
    if (!is_abort(ec)) {
        (void)diag_set(d, ERR_FAULT, "%s at 0x%" PRIx64, class_name(ec), f->elr);
        return;
    }
    fault_status((unsigned)field_get(f->esr, 5, 0), status, sizeof(status));
    (void)diag_set(d, ERR_FAULT, "%s %s 0x%" PRIx64 ": %s", class_name(ec),
                   !is_data_abort(ec) ? "fetching"
                   : f->esr & BIT(6)  ? "writing"
                                      : "reading",
                   f->far, status);
}

static void print_place(const char *name, vaddr_t address)
{
    uint64_t offset;
    const char *function = symbols_find(address, &offset);

    if (function)
        line("  %s  0x%016" PRIx64 "  %s+0x%" PRIx64, name, address, function, offset);
    else
        line("  %s  0x%016" PRIx64, name, address);
}

static void print_report(const struct exception_frame *f)
{
    line("*** exception: %s", reason.text);
    line("  ESR  0x%016" PRIx64 "  class 0x%02x, %s", f->esr, (unsigned)field_get(f->esr, 31, 26),
         class_name((unsigned)field_get(f->esr, 31, 26)));
    line("  FAR  0x%016" PRIx64 "%s", f->far, arch_is_guard(f->far) ? "  stack guard page" : "");
    print_place("ELR", f->elr);
    print_place("LR ", f->x[30]);
    line("  SP   0x%016" PRIx64 "  SPSR 0x%" PRIx64, f->sp, f->spsr);
    for (unsigned i = 0; i < 30; i += 3)
        line("  x%-2u  0x%016" PRIx64 "  x%-2u 0x%016" PRIx64 "  x%-2u 0x%016" PRIx64, i, f->x[i],
             i + 1, f->x[i + 1], i + 2, f->x[i + 2]);
}

static noreturn void stop(void)
{
    line("elfmon: nothing to go back to; stopped");
    for (;;)
        __asm__ volatile("wfe");
}

struct guard *exception_report(const struct exception_frame *frame)
{
    describe(frame, &reason);
    if (!innermost || !innermost->quiet)
        print_report(frame);
    if (!innermost)
        stop();
    return innermost;
}

/* Where not even this one line can be printed, the second time round goes back in silence. */
struct guard *exception_report_nested(void)
{
    static bool printing;
    bool again = printing;

    (void)diag_set(&reason, ERR_FAULT, "exception while reporting an exception");
    printing = true;
    if (!again)
        line("*** %s", reason.text);
    if (!innermost && !again)
        stop();
    while (!innermost)
        __asm__ volatile("wfe");
    printing = false;
    return innermost;
}

/* The frame of guard_enter's caller must live as long as the guard: hence one function. */
static int run_guarded(int (*body)(void *context), void *context, bool quiet, struct diag *d)
{
    struct guard guard = {.outer = innermost, .quiet = quiet};
    int result;

    if (guard_enter(&guard)) {
        innermost = guard.outer;
        if (d)
            *d = reason;
        return ERR_FAULT;
    }
    innermost = &guard;
    result = body(context);
    innermost = guard.outer;
    return result;
}

int arch_guard(int (*body)(void *context), void *context, struct diag *d)
{
    return run_guarded(body, context, false, d);
}

int arch_try(int (*body)(void *context), void *context)
{
    return run_guarded(body, context, true, NULL);
}
