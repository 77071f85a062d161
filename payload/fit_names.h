/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a FIT, as the reader and elfmon-pack's writer use them.
 * Source: Flat Image Tree specification 0.8; the elfmon,* properties are ours. */
#ifndef ELFMON_PAYLOAD_FIT_NAMES_H
#define ELFMON_PAYLOAD_FIT_NAMES_H

/* Nodes below the root. */
#define FIT_NODE_IMAGES  "images"
#define FIT_NODE_CONFIGS "configurations"
#define FIT_NODE_HASH    "hash" /* below an image; "hash-1", "hash@1" and so on */

/* Of the root, an image or a configuration. */
#define FIT_PROP_DESCRIPTION "description"
#define FIT_PROP_TIMESTAMP   "timestamp"

/* Of an image. */
#define FIT_PROP_DATA          "data"          /* the bytes themselves */
#define FIT_PROP_DATA_SIZE     "data-size"     /* of external data */
#define FIT_PROP_DATA_OFFSET   "data-offset"   /* from the tree's end, rounded up to 4 */
#define FIT_PROP_DATA_POSITION "data-position" /* from the blob's first byte */
#define FIT_PROP_TYPE          "type"
#define FIT_PROP_ARCH          "arch"
#define FIT_PROP_OS            "os"
#define FIT_PROP_COMPRESSION   "compression"
#define FIT_PROP_LOAD          "load"
#define FIT_PROP_ENTRY         "entry"

/* Of a hash node. */
#define FIT_PROP_ALGO  "algo"
#define FIT_PROP_VALUE "value"

/* Of /configurations, and of one configuration. */
#define FIT_PROP_DEFAULT   "default"
#define FIT_PROP_KERNEL    "kernel"
#define FIT_PROP_FDT       "fdt"
#define FIT_PROP_RAMDISK   "ramdisk"
#define FIT_PROP_SCRIPT    "script"
#define FIT_PROP_LOADABLES "loadables"

/* Of a configuration: what elfmon-pack's options leave for the monitor. */
#define FIT_PROP_BOOTARGS   "bootargs"            /* string */
#define FIT_PROP_XEN_ARGS   "elfmon,xen-bootargs" /* string */
#define FIT_PROP_AUTOBOOT   "elfmon,autoboot"     /* s32, seconds; -1: off */
#define FIT_PROP_IDLE_BOOT  "elfmon,idle-boot"    /* s32, seconds; -1: never */
#define FIT_PROP_APP_OFFSET "elfmon,app-offset"   /* u64, bytes */
#define FIT_PROP_STOP_KEY   "elfmon,stop-key"     /* string */

/* Of a kernel image: what the kernel was built for. */
#define FIT_PROP_EL      "elfmon,el"      /* u32: 1 or 2 */
#define FIT_PROP_CORES   "elfmon,cores"   /* u32 */
#define FIT_PROP_PA_BITS "elfmon,pa-bits" /* u32 */
#define FIT_PROP_GIC     "elfmon,gic"     /* u32: 2 or 3 */
#define FIT_PROP_RAM     "elfmon,ram"     /* u64 pairs: start, end */

/* Of a kernel image: how it is entered, where its content does not tell. FIT_PROP_LOAD and
 * FIT_PROP_ENTRY count for a raw one only. */
#define FIT_PROP_PROTOCOL "elfmon,protocol" /* string: sel4, linux, elf, kaal, raw */
#define FIT_PROP_STACK    "elfmon,stack"    /* u64, bytes */
#define FIT_PROP_ENTER_EL "elfmon,enter-el" /* u32: 1 or 2 */

/* Values. */
#define FIT_TYPE_KERNEL        "kernel"
#define FIT_TYPE_KERNEL_NOLOAD "kernel_noload"
#define FIT_TYPE_DTB           "flat_dt"
#define FIT_TYPE_INITRD        "ramdisk"
#define FIT_TYPE_SCRIPT        "script"
#define FIT_TYPE_STANDALONE    "standalone"
#define FIT_ARCH_ARM64         "arm64"
#define FIT_OS_SEL4            "sel4"
#define FIT_OS_LINUX           "linux"
#define FIT_OS_ELF             "elf"
#define FIT_COMPRESSION_NONE   "none"
#define FIT_ALGO_SHA256        "sha256"
#define FIT_IMAGE_APP          "app" /* how a root task's node name begins */
#define FIT_IMAGE_MODULE       "module"

#endif
