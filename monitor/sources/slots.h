/* SPDX-License-Identifier: Apache-2.0 */
/* What was uploaded, one file for each use. */
#ifndef ELFMON_MONITOR_SOURCES_SLOTS_H
#define ELFMON_MONITOR_SOURCES_SLOTS_H

#include "payload/fit.h"

/** Those up to UPLOAD_MODULE in the order of enum fit_role. */
enum upload_slot {
    UPLOAD_KERNEL,
    UPLOAD_APP,
    UPLOAD_DTB,
    UPLOAD_INITRD,
    UPLOAD_SCRIPT,
    UPLOAD_MODULE,
    UPLOAD_PAYLOAD, /* a whole FIT */
    UPLOAD_SLOT_COUNT,
    UPLOAD_ANY = UPLOAD_SLOT_COUNT, /* to be told by the file's name, then by its content */
};

/** The names of the slots, as text_find takes them. */
#define UPLOAD_SLOT_NAMES "kernel\0app\0dtb\0initrd\0script\0module\0payload\0"

/** "app", ... */
const char *slot_name(enum upload_slot slot);

enum slot_state {
    SLOT_EMPTY,
    SLOT_LOST,    /* it was there before a reset, but has been written over since */
    SLOT_OFFERED, /* it survived a reset; nobody has asked for it yet */
    SLOT_TAKEN,   /* in force */
};

struct slot {
    enum slot_state state;
    struct fit_image image; /* called as the file; its digest as it was received */
};

/** Which devicetree is handed over, where there are several. */
enum dtb_use {
    DTB_NEWEST /* uploaded, else the payload's, else firmware's */,
    DTB_PAYLOAD,
    DTB_FIRMWARE
};

#endif
