/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo kernel and its root task agree on. */
#ifndef ELFMON_TESTS_DEMO_ABI_H
#define ELFMON_TESTS_DEMO_ABI_H

/* svc #0 with the number in x7 and arguments in x0, x1; the result is in x0. */
#define DEMO_SYS_WRITE 1 /* x0 = text, x1 = bytes; 0, or -1 where the text is not the caller's */
#define DEMO_SYS_EXIT  2 /* x0 = status; does not return */

#define DEMO_BOOTINFO_MAGIC 0x6f666e69746f6f62 /* "bootinfo" */

#ifndef __ASSEMBLER__
#include <stdint.h>

/** Read-only for the root task, in the page behind its image; x0 at its entry. */
struct demo_bootinfo {
    uint64_t magic;
    uint64_t kernel_el;
    uint64_t core_count;
    uint64_t image_bytes; /* of the root task, page multiple */
    uint64_t dtb_bytes;
};
#endif

#endif
