/* SPDX-License-Identifier: Apache-2.0 */
/* Every byte typed into a shell with the real commands, on fakes. After it, whatever it was, the
 * prompt must be alive. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/cmds.h"
#include "tests/fakes/monitor_fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WINDOW_BYTES = 8192 };

static struct monitor_fake fake;

static void type(const uint8_t *data, size_t size)
{
    static jmp_buf leave;

    arch_fake.leave = &leave;
    for (volatile size_t i = 0; i < size; i++) {
        if (setjmp(leave) == 0) {
            shell_feed(&fake.m.shell, data[i]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t live[] = "\x03"
                                  "echo still alive\r";

    monitor_fake_init(&fake, cmd_table);
    arch_fake.size = WINDOW_BYTES; /* so that no dump takes long */
    type(data, size);
    (void)console_fake_take(&fake.console);
    type(live, sizeof(live) - 1);
    if (strstr(console_fake_take(&fake.console), "\r\nstill alive\r\n" SHELL_PROMPT) == NULL) {
        abort();
    }
    return 0;
}
