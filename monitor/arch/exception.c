/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: told in words, then back to the guard that was set up last. */
#include <inttypes.h>
#include <stdnoreturn.h>
#include <string.h>

#include "mm/par.h"
#include "monitor/arch.h"
#include "monitor/arch/exception.h"
#include "monitor/arch/idmap.h"
#include "monitor/arch/symbols.h"
#include "monitor/base/bits.h"
#include "monitor/base/text.h"

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

    text[0] = '\0';
    va_start(args, format);
    (void)text_vadd(text, sizeof(text), format, args);
    va_end(args);
    if (report_line)
        report_line(report_context, text);
}

/* ESR_ELx.EC. Source: Arm DDI 0487, "ESR_EL1, Exception Syndrome Register". */
enum { CLASS_FETCH = 0x20, CLASS_DATA = 0x24 };

/* The class; of aborts the one of those from a lower EL, for both mean the same. */
static unsigned class_of(const struct exception_frame *f)
{
    unsigned ec = (unsigned)field_get(f->esr, 31, 26);

    return (ec & ~1U) == CLASS_FETCH || (ec & ~1U) == CLASS_DATA ? ec & ~1U : ec;
}

static const char *class_name(const struct exception_frame *f)
{
    static const uint8_t classes[] = {0x00,        0x07, 0x0e,       0x15, 0x16, 0x17, 0x18,
                                      CLASS_FETCH, 0x22, CLASS_DATA, 0x26, 0x2f, 0x3c};
    static const char names[] =
        "undefined instruction\0FP or SIMD access trapped\0illegal execution state\0"
        "supervisor call\0hypervisor call\0secure monitor call\0trapped system register access\0"
        "instruction abort\0PC alignment fault\0data abort\0SP alignment fault\0SError\0"
        "breakpoint instruction\0exception";

    return text_name(classes, sizeof(classes), class_of(f), names);
}

static void describe(const struct exception_frame *f, struct diag *d)
{
    unsigned ec = class_of(f);

    if ((f->source & 3) == 3) {
        (void)diag_set(d, ERR_FAULT, "SError, syndrome 0x%" PRIx64, field_get(f->esr, 24, 0));
        return;
    }
    if (ec != CLASS_FETCH && ec != CLASS_DATA) {
        (void)diag_set(d, ERR_FAULT, "%s at 0x%" PRIx64, class_name(f), f->elr);
        return;
    }
    (void)diag_set(d, ERR_FAULT, "%s %s 0x%" PRIx64 ": ", class_name(f),
                   ec == CLASS_FETCH ? "fetching"
                   : f->esr & BIT(6) ? "writing"
                                     : "reading",
                   f->far);
    par_fault((unsigned)field_get(f->esr, 5, 0), d->text, sizeof(d->text));
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
         class_name(f));
    line("  FAR  0x%016" PRIx64 "%s", f->far, mmu_is_guard(f->far) ? "  stack guard page" : "");
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
