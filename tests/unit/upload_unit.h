/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of uploads share: files that have arrived, taking them, a reset, and commands. */
#ifndef ELFMON_TESTS_UNIT_UPLOAD_UNIT_H
#define ELFMON_TESTS_UNIT_UPLOAD_UNIT_H

#include <elf.h>

#include "cmds/cmds.h"
#include "monitor/boot/boot.h"
#include "monitor/sources/images.h"
#include "monitor/sources/record.h"
#include "monitor/sources/upload.h"
#include "tests/unit/window_unit.h"

static const struct cmd *const commands[] = {&cmd_dtb,  &cmd_echo,    &cmd_info,    &cmd_load,
                                             &cmd_map,  &cmd_payload, &cmd_run,     &cmd_sleep,
                                             &cmd_time, &cmd_upload,  &cmd_regions, NULL};
static struct elf_fake elf;
static struct upload_file files[UPLOAD_SLOT_COUNT];

static inline int set_up(void **state)
{
    (void)state;
    set_up_window(commands);
    assert_int_equal(choice_plan(&m->board, now()), ERR_OK);
    memset(files, 0, sizeof(files));
    return 0;
}

/* Have @data arrive as file @i, behind those before it, with @padding. */
static inline void receive(unsigned i, enum upload_slot slot, const char *name, struct bytes data,
                           size_t padding)
{
    struct range room;
    uint8_t *to;

    assert_int_equal(busy_room(&m->board, now(), &room, &why), ERR_OK);
    to = (uint8_t *)(uintptr_t)room.start + (size_t)i * 0x10000;
    memcpy(to, data.data, data.size);
    memset(to + data.size, 0x1a, padding);
    files[i] = (struct upload_file){
        .slot = slot, .data = {to, data.size + padding}, .size_known = padding == 0};
    strcpy(files[i].name, name);
}

static inline struct bytes new_app(uint64_t memory)
{
    const struct elf_fake_segment s = {BOOT_FAKE_APP_VA, BOOT_FAKE_APP_VA, BOOT_FAKE_APP_FILE,
                                       memory, PF_R | PF_X};

    elf_fake_init(&elf, &s, 1);
    return elf_fake_bytes(&elf);
}

static inline struct bytes new_kernel(paddr_t pa, uint64_t memory)
{
    const struct elf_fake_segment s = {BOOT_FAKE_EL1_VA, pa, BOOT_FAKE_KERNEL_FILE, memory,
                                       PF_R | PF_W | PF_X};

    elf_fake_init(&elf, &s, 1);
    return elf_fake_bytes(&elf);
}

static inline struct bytes text(const char *s)
{
    return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static inline void assert_taken(unsigned count)
{
    int err = take_uploads(files, count);

    if (err)
        fail_msg("%d %s", err, why.text);
}

/* The monitor starts again on the same RAM. */
static inline void reset(void)
{
    static uint8_t memory[ARCH_FAKE_BYTES];
    struct region entries[64];
    struct regions taken = {0, 64, entries};

    memcpy(memory, arch_fake.memory, sizeof(memory));
    assert_int_equal(set_up(NULL), 0);
    memcpy(arch_fake.memory, memory, sizeof(memory));
    assert_int_equal(busy_own(&m->board, &taken, &why), ERR_OK);
    record_find(&now()->sources, &m->board.machine, &taken);
    record_check(&now()->sources);
}

static inline const char *output(const char *line, int status)
{
    static char copy[CONSOLE_FAKE_OUTPUT];
    int found = monitor_fake_run(&boot.fake, line);

    strcpy(copy, console_fake_take(&boot.fake.console));
    if (found != status)
        fail_msg("%s: %d, not %d: %s", line, found, status, copy);
    return copy;
}

static inline void prints(const char *line, int status, const char *part)
{
    const char *printed = output(line, status);

    if (!strstr(printed, part))
        fail_msg("%s: no '%s' in: %s", line, part, printed);
}

#endif
