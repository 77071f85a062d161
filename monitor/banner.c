/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/banner.h"

#include <inttypes.h>

#include "mm/cpu_name.h"
#include "monitor/base/bits.h"
#include "monitor/plan/preflight.h"
#include "monitor/sources/images.h"
#include "monitor/sources/plain.h"

static uint64_t ram_bytes(const struct machine *machine)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < machine->ram_count; i++)
        sum += range_bytes(machine->ram[i]);
    return sum;
}

static void print_machine(struct monitor *m)
{
    if (!m->board.machine.ram_count) {
        console_printf(&m->con, "elfmon " ELFMON_VERSION "  (EL%u, %s)\n", m->board.cpu.el,
                       cpu_name(m->board.cpu.midr));
        console_printf(&m->con, "no usable devicetree: %s\n", m->board.fdt_problem.text);
        return;
    }
    console_printf(&m->con,
                   "elfmon " ELFMON_VERSION "  (EL%u, %s x%u, %" PRIu64 " MiB at 0x%" PRIx64
                   ", %s)\n",
                   m->board.cpu.el, cpu_name(m->board.cpu.midr), m->board.machine.cpu_count,
                   ram_bytes(&m->board.machine) / MIB(1), m->board.machine.ram[0].start,
                   m->board.machine.model);
}

static uint64_t kib(uint64_t bytes)
{
    return (bytes + KIB(1) - 1) / KIB(1);
}

/* What is missing then is missed later: other cores, reset, power. */
static void print_start(struct monitor *m)
{
    if (m->board.cpu.started_at_el3)
        console_printf(&m->con, "started at EL3: set up for non-secure EL%u%s\n", m->board.cpu.el,
                       m->board.machine.psci == PSCI_NONE ? "; there is no PSCI" : "");
}

static uint64_t image_kib(const struct monitor *m, enum fit_role role)
{
    return kib(plain_bytes(&m->boot.now->sources, role).size);
}

static void print_payload(struct monitor *m)
{
    if (!m->boot.now->sources.desc.size) {
        console_printf(&m->con, "no payload: put one in with elfmon-pack\n");
        return;
    }
    if (m->boot.now->sources.payload_problem.text[0]) {
        console_printf(&m->con, "payload: unusable: %s\n",
                       m->boot.now->sources.payload_problem.text);
        return;
    }
    console_printf(&m->con, "payload: %s, kernel %" PRIu64 " KiB",
                   m->boot.now->sources.fit.description, image_kib(m, FIT_KERNEL));
    if (images_find(&m->boot.now->sources, FIT_APP))
        console_printf(&m->con, " + root task %" PRIu64 " KiB", image_kib(m, FIT_APP));
    if (images_find(&m->boot.now->sources, FIT_INITRD))
        console_printf(&m->con, " + initrd %" PRIu64 " KiB", image_kib(m, FIT_INITRD));
    console_printf(&m->con, ", sha256 of its tree ok\n");
}

static void print_fit(struct monitor *m)
{
    char kernel[PREFLIGHT_TEXT_BYTES];
    struct diag d;

    if (m->boot.now->sources.payload_problem.text[0])
        return;
    if (m->boot.now->plan.protocol == PROTOCOL_NONE) {
        console_printf(&m->con, "no plan: %s\n", m->boot.now->problem.text);
        return;
    }
    preflight_describe_kernel(&m->boot.now->plan, kernel, sizeof(kernel));
    if (preflight_check(&m->boot.now->plan, &m->boot.now->input, &d))
        console_printf(&m->con, "does not match: %s\n", d.text);
    else
        console_printf(&m->con, "kernel built for: %s: matches\n", kernel);
}

static void print_uploads(struct monitor *m)
{
    for (unsigned i = 0; i < UPLOAD_SLOT_COUNT; i++) {
        const struct slot *slot = &m->boot.now->sources.slots[i];
        const char *name = slot_name((enum upload_slot)i);

        if (slot->state == SLOT_OFFERED)
            console_printf(&m->con,
                           "upload: %s (%s, %" PRIu64 " KiB) survived the reset: not in use, take "
                           "it with upload keep\n",
                           slot->image.name, name, kib(slot->image.data.size));
        else if (slot->state == SLOT_LOST)
            console_printf(&m->con, "upload: %s (%s) was written over before the reset\n",
                           slot->image.name, name);
    }
}

void banner_print(struct monitor *m)
{
    print_machine(m);
    print_start(m);
    print_payload(m);
    print_fit(m);
    print_uploads(m);
}
