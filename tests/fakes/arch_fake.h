/* SPDX-License-Identifier: Apache-2.0 */
/* monitor/arch.h for the host: one window of memory, faults outside it, and a record of calls. */
#ifndef ELFMON_TESTS_ARCH_FAKE_H
#define ELFMON_TESTS_ARCH_FAKE_H

#include <setjmp.h>

#include "monitor/arch.h"

enum { ARCH_FAKE_BYTES = 4 << 20 };
#define ARCH_FAKE_BASE UINT64_C(0x40000000)

struct arch_fake {
    /* What the functions go by; a test may change it. */
    paddr_t base; /* of the window */
    uint8_t *memory;
    size_t size;
    struct range read_only; /* writes to it fault */
    struct arch_cpu cpu;
    uint64_t counter; /* grows by 1000 with every look at it */
    struct range image;
    vaddr_t image_va; /* where it is linked; 0: where it lies */
    struct arch_mmu_state mmu;
    bool lets_pass; /* arch_provoke returns */
    uint64_t par;   /* what arch_translate returns */

    /* What was called. */
    enum arch_exception provoked; /* by arch_provoke, where the CPU faults */
    unsigned peek_count, poke_count, clean_count, sync_count, fault_count, event_count;
    enum arch_regime translate_regime; /* of arch_translate */
    vaddr_t translate_va;
    bool boot_map;        /* between arch_boot_map_on and _off */
    paddr_t move_image;   /* of arch_move */
    struct handover left; /* of arch_handover */
    unsigned flush_count; /* of arch_flush_ram */
    bool runs_in_ram;
    bool was_runnable; /* when arch_call came */
    vaddr_t called;    /* by arch_call, which returns the sum of x0..x7 */
    bool call_faults;
    jmp_buf *leave; /* where arch_handover goes; NULL: a test that does not expect it */
};

extern struct arch_fake arch_fake;

/** Start again: ARCH_FAKE_BYTES of zeroes at ARCH_FAKE_BASE, EL1, Cortex-A53. */
void arch_fake_reset(void);

#endif
